"""Crisis SMS: the engine beside a bare HTTP client and the SDK, at equal concurrency.

A stand-in answers after 50 ms; PostgreSQL holds the ledger. Each sender is a process
of its own; its CPU is its own, the database's and the stand-in's are not counted.
"""

import json
import os
import subprocess
import sys

from tests import servers
from tests.bench import Row
from tests.bench._sms_clients import WARM_UP
from tests.journeys.house import ROOT
from tests.standins import batch_gateways, twilio

COUNT = 2_000
FULL_COUNT = 10_000
RECIPIENTS = 14_000
BATCH_RECIPIENTS = 7_000
CALLBACK_SECRET = "bench-" + "s" * 40


def run(*, rounds: int, full: bool) -> list[Row]:
    count = FULL_COUNT if full else COUNT
    floor = Row("engine, of 500 messages a second", "msg/s", 1.0, at_least=True)
    speed = Row("engine, rate of bare aiohttp at 100 in flight", "msg/s", 0.5, at_least=True)
    beside = Row("engine, rate of the SDK's client at 100 in flight", "msg/s", 0.5, at_least=True)
    cpu = Row("engine with its ledger, CPU of bare aiohttp", "s/1,000", 4.0)
    preview = Row("preview of 14,000 recipients, of one second", "CPU s", 1.0)
    first = Row("approval to first message without a bell, of five seconds", "s", 1.0)
    stop = Row("stop to last message, of one second", "s", 1.0)
    handed = Row("7,000 in batches to their gateway, of ten seconds", "s", 1.0)
    bound = Row("receipts bound, of all", "share", 1.0, at_least=True)
    once = Row("people without it or with it twice, two answers lost", "people", 0.0)
    with servers.postgres() as database, twilio.running(servers.free_port()) as standin:
        environment = settings(database, standin)
        manage(environment, "migrate", "--verbosity", "0")
        standin.set(latency=0.05, callbacks_on=False, step=0.5)
        for _ in range(rounds):
            measured = {kind: measure(kind, standin, count, environment) for kind in ("bare", "engine", "sdk")}
            rate = {kind: count / result["seconds"] for kind, result in measured.items()}
            cost = {kind: result["cpu"] * 1000 / count for kind, result in measured.items()}
            floor.rounds.append((rate["engine"], 500.0))
            speed.rounds.append((rate["engine"], rate["bare"]))
            beside.rounds.append((rate["engine"], rate["sdk"]))
            cpu.rounds.append((cost["engine"], cost["bare"]))
            crisis = one_broadcast(standin, environment)
            preview.rounds.append((crisis["preview"], 1.0))
            first.rounds.append((crisis["first"], 5.0))
            stop.rounds.append((crisis["stop"], 1.0))
        for _ in range(rounds):
            batches = in_batches(database)
            handed.rounds.append((batches["handed"], 10.0))
            bound.rounds.append((batches["share"], 1.0))
            once.rounds.append((batches["twice"], 1.0))
    return [floor, speed, beside, cpu, preview, first, stop, handed, bound, once]


def in_batches(database: str) -> dict[str, float]:
    """A thousand a request, 240 requests a minute, plain text back, receipts in lists without a signature."""
    with batch_gateways.running(servers.free_port()) as url:
        remote = batch_gateways.RemoteGateway(url, "verimor")
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
            "SMS_GATEWAY": "verimor",
            "VERIMOR_USER": batch_gateways.USER,
            "VERIMOR_PASSWORD": batch_gateways.PASSWORD,
            "VERIMOR_API_BASE": remote.base,
            "VERIMOR_CALLBACK_SECRET": CALLBACK_SECRET,
            "OUTBOX_POST_TIMEOUT": "5",
            "OUTBOX_SETTLE": "1",
        }
        words = [sys.executable, "-m", "tests.bench._sms_batches", url, str(BATCH_RECIPIENTS)]
        said = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
        return json.loads(said.splitlines()[-1])


def settings(database: str, standin: twilio.Remote) -> dict[str, str]:
    return {
        **os.environ,
        **standin.environment,
        "DATABASE_URL": database,
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "SMS_SEGMENTS_PER_SECOND": "5000",
        "SMS_CONCURRENCY": "100",
    }


def measure(kind: str, standin: twilio.Remote, count: int, environment: dict[str, str]) -> dict[str, float]:
    """Seconds and CPU seconds of one sender; the ledger has to agree on the number."""
    before = standin.ledger()["requests"]
    words = [sys.executable, "-m", "tests.bench._sms_clients", kind, standin.url, str(count)]
    said = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert standin.ledger()["requests"] - before == count + WARM_UP
    return json.loads(said.splitlines()[-1])


def one_broadcast(standin: twilio.Remote, environment: dict[str, str]) -> dict[str, float]:
    """From preview to stop, at an operator's pace."""
    words = [sys.executable, "-m", "tests.bench._sms_crisis", standin.url, str(RECIPIENTS)]
    slower = environment | {"SMS_SEGMENTS_PER_SECOND": "300"}
    said = subprocess.run(words, cwd=ROOT, env=slower, check=True, capture_output=True, text=True).stdout
    return json.loads(said.splitlines()[-1])


def manage(environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
