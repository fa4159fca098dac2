"""Real worker processes on the test database, to be killed without warning.

`python -m tests.standins.workers SWEEP …` is a nursery: it sets Django up once and forks
a worker for every line on its standard input, so that a worker that was killed is
replaced within milliseconds.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """The test database, as a process of its own is told about it."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


class Workers:
    """`count` processes that go round the named sweeps; `with Workers(…) as workers: …`."""

    def __init__(self, sweeps: list[str], count: int, seed: int, **settings: str):
        self.sweeps, self.count = sweeps, count
        self.random = random.Random(seed)
        self.environment = {**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR", **settings}
        self.pids: list[int] = []
        self.kills = 0

    def __enter__(self) -> "Workers":
        words = [sys.executable, "-m", "tests.standins.workers", *self.sweeps]
        self.nursery = subprocess.Popen(
            words, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pids = [self._start() for _ in range(self.count)]
        return self

    def __exit__(self, *_) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self.nursery.communicate(timeout=60)

    def _start(self) -> int:
        self.nursery.stdin.write("\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def kill_one(self) -> None:
        """SIGKILL a worker wherever it is, and start another in its place."""
        place = self.random.randrange(len(self.pids))
        os.kill(self.pids[place], signal.SIGKILL)
        self.pids[place] = self._start()
        self.kills += 1

    def work_until(
        self, done: Callable[[], bool], *, progress: Callable[[], int], kill_each: int, within: float
    ) -> None:
        """Let them work until `done()`, killing one whenever `progress()` grew by about `kill_each`.

        By progress and not by time, so that a slow machine kills as often in mid-work as a fast one.
        """
        until, next_kill = time.monotonic() + within, kill_each
        while not done():
            assert time.monotonic() < until, f"not done within {within} s"
            reached = progress()
            if reached >= next_kill:
                time.sleep(self.random.random() * 0.3)
                self.kill_one()
                next_kill = reached + int(kill_each * self.random.uniform(0.7, 1.3))
            time.sleep(0.1)


def nurse(work: Callable[[], object]) -> None:
    """Fork a worker for every line read, and say its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            work()
        print(pid, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("sweep", once=True, only=["journal.seal"])
    connection.close()
    nurse(lambda: call_command("sweep", only=sys.argv[1:]))
