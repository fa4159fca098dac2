"""The restart storm: a server full of open pages is killed and started again, while tickets are filed."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from urllib.request import urlopen

from tests import servers
from tests.bench import Row
from tests.bench._crowd import digest
from tests.foundation.live.processes import COMMANDS
from tests.journeys.house import House

RESTARTED_AFTER = 1.0  # seconds, as deploy/systemd has it
ALL_BACK_WITHIN = 120.0  # the goal
PATIENCE = 600.0
PIPES: dict = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}


class Storm:
    """One server on a fixed port, its crowd, and the clerks."""

    def __init__(self, environment: dict, size: int):
        known = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.environment, self.size, self.port = {**known, **environment}, size, servers.free_port()

    def start(self) -> None:
        command = [word.format(port=self.port) for word in COMMANDS["daphne"]]
        self.server = subprocess.Popen([sys.executable, *command], env=self.environment)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()

    def process(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-m", *words], env=self.environment, **PIPES)

    def restart(self) -> tuple[float, float]:
        """Seconds from the kill until the last page heard a frame again; the server's processor seconds in them."""
        began = time.monotonic()
        self.kill()
        self.until(lambda told: told["back"] < self.size)
        time.sleep(RESTARTED_AFTER)
        self.start()
        self.until(lambda told: told["back"] == self.size)
        return time.monotonic() - began, servers.processor_seconds(self.server)

    def until(self, holds, patience: float = PATIENCE) -> dict:
        """What the crowd said when it first held, or last within `patience`."""
        end = time.monotonic() + patience
        for line in self.crowd.stdout:
            told = json.loads(line)
            if holds(told) or time.monotonic() > end:
                return told
        raise AssertionError("the crowd went home")

    def truth(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/truth/", timeout=60) as answer:
            return digest(json.load(answer))


def rows(size: int, rounds: int) -> list[Row]:
    with ready(size) as storm, storm.process("tests.bench._storm_filing") as clerks:
        back = [storm.restart() for _ in range(rounds)]
        filed, kept, different = map(int, clerks.communicate(timeout=60)[0].split())
        if not filed == kept == different:
            raise AssertionError(f"{filed} tickets were filed, {kept} kept, {different} different ones")
        truth = storm.truth()
        told = storm.until(lambda told: told["states"] == {truth: size}, patience=60)
    case = f"{size:,} sockets, server killed"
    return [
        Row(f"{case}: all back, of {ALL_BACK_WITHIN:g} s", "s", 1, [(seconds, ALL_BACK_WITHIN) for seconds, _ in back]),
        Row(f"{case}: processor for it, of the same", "CPU s", 1, [(busy, ALL_BACK_WITHIN) for _, busy in back]),
        Row(f"{case}: equal to the database", "pages", 1, [(told["states"].get(truth, 0), size)], at_least=True),
        Row(f"{case}: tickets kept of those filed", "tickets", 1, [(different, filed)], at_least=True),
    ]


@contextmanager
def ready(size: int):
    """A furnished database, a server, and a crowd that has come for the first time."""
    with ExitStack() as stack:
        places = {
            "DATABASE_URL": stack.enter_context(servers.postgres("house")),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }
        House(**places).furnish()
        storm = Storm(places, size)
        storm.start()
        stack.callback(lambda: storm.kill())
        servers.answers("127.0.0.1", storm.port, within=60)
        storm.crowd = storm.process("tests.bench._crowd", str(storm.port), str(size))
        stack.callback(lambda: servers.stop(storm.crowd))
        storm.until(lambda told: told["back"] == size)
        yield storm
