"""10,000 recipients of a crisis SMS, on PostgreSQL and Redis with everything going wrong at once: each once.

`bin/prove broadcast` and, for other sizes and lanes, `python -m tests.proofs.broadcast [COUNT] [--seed N]`
send one broadcast to COUNT numbers that are
listed with duplicates in other spellings, numbers that do not exist and people who opted out. Fifty
approvals are given at once. The gateway times out, drops replies, refuses, fails, accepts late;
its receipts come late, doubled, reversed or never. A worker is killed every few seconds; Redis and
the database are killed once each. The stand-in's ledger judges; the last line is one JSON object.

`--blind` takes look-up and receipts away as well. Then nobody can know, and the lane (`--lane`)
decides: nobody is skipped unless listed as uncertain, and no number has more copies than its lane
and its own doubts allow.
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests import proofs, servers, templates
from tests.standins import twilio
from tests.standins.twilio import ROOT

FAULTS = {"timeout": 0.05, "drop_reply": 0.05, "429": 0.05, "500": 0.05, "500_accepted": 0.02, "slow": 0.01}
CALLBACKS = {"dropped": 0.1, "doubled": 0.1, "reversed": 0.1, "late": 2.0}
SWEEPS = (
    *("runbooks.dispatch", "runbooks.follow"),
    *("outbox.sms", "outbox.doubts", "outbox.receipts", "outbox.inquiries", "outbox.unconfirmed"),
)
WORKERS, APPROVALS = 3, 50
DUPLICATES, INVALID, OPTED_OUT = 300, 100, 100


def prove(seed: int) -> bool:
    return main([str(proofs.sized(10_000)), "--seed", str(seed)]) == 0


def main(said: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--lane", choices=["life_safety", "operational", "information"], default="life_safety")
    parser.add_argument("--blind", action="store_true", help="no look-up and no receipts either")
    words = parser.parse_args(said)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        servers.postgres("proof") as database,
        twilio.running(servers.free_port()) as standin,
        redis(standin, words.count // 4) as broker,
    ):
        environment = settings(database, broker.url, standin, words.count)
        templates.fill(database)
        standin.set(seed=str(words.seed), faults=FAULTS, latency=0.03, callbacks=CALLBACKS)
        if words.blind:
            standin.set(callbacks_on=False, look_up="broken")
            environment["OUTBOX_UNCONFIRMED_AFTER"] = "60"
        trial = [str(words.count), str(words.seed), standin.url, words.lane, "blind" if words.blind else ""]
        with web(environment, quiet):
            hand = [sys.executable, "-m", "tests.proofs._broadcast", *trial]
            return subprocess.run(hand, cwd=ROOT, env=environment).returncode


def settings(database: str, broker: str, standin: twilio.Remote, count: int) -> dict[str, str]:
    port = servers.free_port()
    return {
        **os.environ,
        **standin.environment,
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "CRITICAL",
        "OUTBOX_POST_TIMEOUT": "2",
        "OUTBOX_SETTLE": "6",
        "OUTBOX_UNCONFIRMED_AFTER": str(max(30, 300 * count // 10_000)),
        "SMS_SEGMENTS_PER_SECOND": "200",
        "SMS_CONCURRENCY": "40",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


class Broker:
    """Redis on one port, to be killed and started again."""

    def __init__(self, port: int):
        self.port, self.url = port, f"redis://127.0.0.1:{port}/0"

    def start(self) -> subprocess.Popen:
        words = [servers.program("redis-server"), "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        servers.answers("127.0.0.1", self.port)
        return running


@contextmanager
def redis(standin: twilio.Remote, enough: int) -> Iterator[Broker]:
    """Started here; killed and replaced once by a thread of our own when `enough` messages were accepted."""
    broker, over = Broker(servers.free_port()), threading.Event()
    running = [broker.start()]

    def kill_once():
        while standin.count()["accepted"] < enough:
            if over.wait(0.5):
                return
        running[0].kill()
        running[0].wait()
        time.sleep(5)
        running[0] = broker.start()
        print("Redis was killed and came back empty", flush=True)

    killer = threading.Thread(target=kill_once)
    killer.start()
    try:
        yield broker
    finally:
        over.set()
        killer.join()
        servers.stop(running[0])


@contextmanager
def web(environment: dict, quiet: dict):
    """Where receipts go: the WSGI server of production."""
    words = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        environment["PORT"],
        "config.wsgi:application",
    ]
    running = subprocess.Popen(words, cwd=ROOT, env=environment, **quiet)
    try:
        servers.answers("127.0.0.1", int(environment["PORT"]), within=60)
        yield
    finally:
        servers.stop(running)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
