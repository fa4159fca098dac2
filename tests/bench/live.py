"""Live pages: what one delivery costs the server, beside bare broadcast and group_send.

Every server has its sockets open, one of them stalled, for the whole run; in each round
each says a few changes in turn and its processor time is divided by the deliveries. Ours
does the whole protocol meanwhile: looks, numbers, heads. Its changes are said in another
process, as in production. What a restart does to ten thousand pages is in `_storm`.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.request import urlopen

from tests import servers
from tests.bench import Row, _storm
from tests.foundation.live.processes import COMMANDS, database

SIZES, FULL_SIZES = (2_000,), (500, 2_000, 10_000)
SMALL_ROOM = 2_000  # stands beside the largest, for what a delivery costs as the room grows
STORM, FULL_STORM = 2_000, 10_000
IN_MEMORY_UP_TO = 500  # beyond, the layer answers in minutes or never
PEER_UP_TO = 2_000  # beyond, group_send takes longer to open its room than all others to be measured
SAYINGS = 3  # changes a round
PAUSE = 1.1  # seconds between two changes: ours says at most one frame a second
PATIENCE = 120.0  # seconds after which a change that did not reach everybody counts as lost; the run ends
PEERS = "tests.bench._peers:application"
_marks = count(1000)


class Lost(AssertionError):
    """A change did not reach every socket."""


@dataclass
class Contender:
    """One server with its audience; `speaks_at` is the port where changes are said."""

    name: str
    process: subprocess.Popen
    speaks_at: int
    size: int
    heard: Queue = field(default_factory=Queue)
    memory_before: float = 0.0

    def cpu(self) -> float:
        return servers.processor_seconds(self.process)

    def memory(self) -> float:
        """KiB resident."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1024

    def round(self) -> float:
        """Microseconds of processor for one delivery."""
        before = self.cpu()
        for _ in range(SAYINGS):
            began = time.monotonic()
            self.say(f"MARK{next(_marks)}")
            time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
        return (self.cpu() - before) / (SAYINGS * self.size) * 1e6

    def say(self, mark: str, patience: float = PATIENCE) -> None:
        """Returns when `mark` reached all sockets; raises `Lost` after `patience` seconds."""
        urlopen(f"http://127.0.0.1:{self.speaks_at}/say/1/{mark}/", timeout=30).close()
        try:
            while self.heard.get(timeout=patience).split()[0] != mark:
                pass  # said for our other server: both hear the same square
        except Empty:
            raise Lost(f"{self.name}: {mark} did not reach all {self.size} sockets")

    def warm_up(self) -> None:
        """Until a change reaches everyone: sockets are open before the server let them join."""
        for _ in range(10):
            with suppress(Lost):
                return self.say(f"MARK{next(_marks)}", patience=3.0 + self.size / 200)
        raise Lost(f"{self.name}: {self.size} sockets never heard the same change")


def run(rounds: int, full: bool = False) -> list[Row]:
    allow_many_files()
    rows: list[Row] = []
    for size in FULL_SIZES if full else SIZES:
        with tempfile.TemporaryDirectory() as folder, database(folder) as url, servers.redis() as redis:
            rows += measure(size, rounds, {"DATABASE_URL": url}, {"DATABASE_URL": url, "REDIS_URL": redis})
    return rows + _storm.rows(FULL_STORM if full else STORM, min(rounds, 3))


def measure(size: int, rounds: int, alone: dict, with_redis: dict) -> list[Row]:
    with ExitStack() as stack:
        speaker = stack.enter_context(served(COMMANDS["daphne"], alone))
        lineup = {
            "bare": (size, ["-m", "tests.bench._peers", "{port}"], alone, None),
            "daphne": (size, COMMANDS["daphne"], alone, speaker[1]),
            "uvicorn": (size, COMMANDS["uvicorn"], alone, speaker[1]),
        }
        if size <= PEER_UP_TO:
            lineup["group_send, Redis"] = (size, [*COMMANDS["daphne"][:-1], PEERS], with_redis, None)
        if size <= IN_MEMORY_UP_TO:
            lineup["group_send, in memory"] = (size, [*COMMANDS["daphne"][:-1], PEERS], alone, None)
        if size > SMALL_ROOM:
            lineup["daphne, small room"] = (SMALL_ROOM, COMMANDS["daphne"], alone, speaker[1])
        cast = {name: stack.enter_context(contender(name, *how)) for name, how in lineup.items()}
        taken: dict[str, list[float]] = {name: [] for name in cast}
        for _ in range(rounds):
            for name, each in cast.items():
                taken[name].append(each.round())
        return rows_of(size, taken) + memory_rows(size, cast)


def rows_of(size: int, taken: dict[str, list[float]]) -> list[Row]:
    def against(case: str, goal: float, ours: str, limit: str, **how) -> Row:
        pairs = list(zip(taken[ours], taken[limit], strict=True))
        return Row(f"{size:,} sockets: {case}", "µs", goal, pairs, **how)

    rows = [
        against("daphne, our hub / bare broadcast", 6, "daphne", "bare"),
        against("uvicorn, our hub / bare broadcast", 1.5, "uvicorn", "bare"),
    ]
    if "group_send, Redis" in taken:
        case = "group_send over Redis / our hub, daphne"
        rows.append(against(case, 8, "group_send, Redis", "daphne", at_least=True))
    if "group_send, in memory" in taken:
        case = "group_send in memory / our hub, daphne"
        rows.append(against(case, 8, "group_send, in memory", "daphne", at_least=True))
    if "daphne, small room" in taken:
        rows.append(against(f"daphne, our hub / the same with {SMALL_ROOM:,}", 1.5, "daphne", "daphne, small room"))
    return rows


def memory_rows(size: int, cast: dict[str, Contender]) -> list[Row]:
    """KiB a socket, against the 36 that goals.md allows; the small room says too little."""
    if size < FULL_SIZES[1]:
        return []
    rows = []
    for name in ("daphne", "uvicorn"):
        each = cast[name]
        used = (each.memory() - each.memory_before) / size
        rows.append(Row(f"{size:,} sockets: {name}, memory a socket", "KiB", 1, [(used, 36.0)]))
    return rows


@contextmanager
def contender(name: str, size: int, command: list[str], environment: dict, speaks_at: int | None):
    with served(command, environment) as (process, port), ExitStack() as stack:
        each = Contender(name, process, speaks_at or port, size)
        each.memory_before = each.memory()
        words = [sys.executable, "-m", "tests.bench._audience", str(port), str(size)]
        audience = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        stack.callback(servers.stop, audience)
        Thread(target=lambda: [each.heard.put(line) for line in audience.stdout], daemon=True).start()
        assert each.heard.get(timeout=600).strip() == "open"
        each.warm_up()
        yield each


@contextmanager
def served(command: list[str], environment: dict):
    port = servers.free_port()
    base = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    words = [sys.executable, *[word.format(port=port) for word in command]]
    process = subprocess.Popen(words, env={**base, **environment})
    try:
        servers.answers("127.0.0.1", port, within=60)
        yield process, port
    finally:
        servers.stop(process)


def allow_many_files() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
