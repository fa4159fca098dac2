"""Small faults, planted one at a time: each is found by tests that `bin/test` runs on its database.

`python -m tests.proofs.plant [--only ID …] [--kind KIND …]` copies the tree, lets the nominated tests
pass unplanted, then plants each fault of `faults.yaml`, expects them to fail, and takes it out again.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import yaml

from tests import run as testing
from tests import servers, templates
from tests.proofs import RELEASE
from tests.proofs._pinned import PINNED

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = Path(__file__).with_name("faults.yaml")
KINDS = {"database": 20, "template": 5, "script": 5, "rule": 30}
SQLITE, POSTGRES = "sqlite", "postgres"
TIMEOUT_SECONDS = 900
AT_ONCE = 2
# As in `bin/test`: what is marked for the other database stays away.
PYTEST = [sys.executable, "-m", "pytest", "-n", "0", "-p", "tests.proofs._pinned", testing.HALF]
APART = ("DATABASE_URL", "REDIS_URL", RELEASE)  # of our surroundings, what a run must not see
UNFIT = "did not pass unplanted"
FAILED = 1  # pytest's word for tests that ran and failed; all others are mistakes of ours


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One mistake in one place. `vendor` is the database whose tests must find it, `by` their node ids."""

    id: str
    kind: str
    file: str
    old: str
    new: str
    vendor: str
    by: tuple[str, ...]
    migrates: bool = False  # is in what migrations do, so the database is made anew

    def occurrences(self, tree: Path = ROOT) -> int:
        return (tree / self.file).read_text(encoding="utf-8").count(self.old)


class Trial(NamedTuple):
    """What became of a fault; `found_by` is empty where nobody noticed."""

    fault: Fault
    found_by: str
    seconds: float
    output: str


class Bed(NamedTuple):
    """A copy of the tree with databases of its own: one fault at a time."""

    tree: Path
    environments: dict[str, dict[str, str]]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.proofs.plant", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="ID", help="these faults alone")
    parser.add_argument("--kind", nargs="+", choices=KINDS, help="faults of these kinds alone")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="how many trees are planted side by side")
    asked = parser.parse_args(words)
    wanted = [
        fault
        for fault in faults()
        if (not asked.only or fault.id in asked.only) and (not asked.kind or fault.kind in asked.kind)
    ]
    return 0 if wanted and are_found(wanted, at_once=asked.at_once) else 1


def prove(_seed: int) -> bool:
    """All of them; there are no dice."""
    return are_found(faults())


def faults() -> list[Fault]:
    rows = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [Fault(**row | {"by": tuple(row["by"].split())}) for row in rows]


def are_found(wanted: list[Fault], *, at_once: int = AT_ONCE) -> bool:
    """Whether each of them is noticed, with a table of by whom."""
    if lost := [fault.id for fault in wanted if fault.occurrences() != 1]:
        print("no longer exactly once in their files:", ", ".join(lost))
        return False
    with beds(at_once, {fault.vendor for fault in wanted}) as (first, *others):
        idle = {node for on in first.environments for node in idle_unplanted(first, wanted, on)}
        for other in others:
            shutil.copytree(first.tree, other.tree)
        trials = try_all([fault for fault in wanted if idle.isdisjoint(fault.by)], [first, *others])
    trials += [Trial(fault, "", 0.0, UNFIT) for fault in wanted if not idle.isdisjoint(fault.by)]
    tell(trials)
    return all(trial.found_by for trial in trials)


@contextmanager
def beds(count: int, databases: set[str]) -> Iterator[list[Bed]]:
    """The first with the tree in it; the others are filled once it has made the databases' templates."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nobet-faults-")))
        started = (servers.postgres, servers.redis) if POSTGRES in databases else ()
        urls = [stack.enter_context(one()) for one in started]
        copy_tree(folder / "0")
        yield [Bed(folder / str(number), environments(number, urls, databases)) for number in range(count)]


def environments(number: int, urls: list[str], databases: set[str]) -> dict[str, dict[str, str]]:
    """What the processes of a bed are told; on the one server it has a database of its own."""
    told: dict[str, dict[str, str]] = {on: {} for on in sorted(databases)}
    if urls:
        postgres, redis = (url.rsplit("/", 1)[0] for url in urls)
        templates.tell_server(urls[0], f"CREATE DATABASE bed{number}")
        told[POSTGRES] = {"DATABASE_URL": f"{postgres}/bed{number}", "REDIS_URL": f"{redis}/{number}"}
    return told


def copy_tree(target: Path) -> None:
    """What git knows or would know of, as it lies here."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def idle_unplanted(bed: Bed, wanted: list[Fault], on: str) -> list[str]:
    """The nominated tests that do not run on their database, or fail while nothing is planted."""
    nodes = sorted({node for fault in wanted if fault.vendor == on for node in fault.by})
    testing.say(f"{len(nodes)} nominated tests unplanted on {on}")
    ran = run(bed, on, ["-rA", "-q", *nodes])
    ended = [
        line.split(" ", 1) for line in ran.stdout.splitlines() if line.startswith(("PASSED ", "FAILED ", "ERROR "))
    ]
    bad = [node for word, node in ended if word != "PASSED"]
    good = [node for word, node in ended if word == "PASSED"]
    idle = [node for node in nodes if any(is_of(node, one) for one in bad) or not any(is_of(node, one) for one in good)]
    if idle:
        print(ran.stdout[-4000:], ran.stderr[-2000:], UNFIT, *idle, sep="\n")
    return idle


def is_of(node: str, test: str) -> bool:
    """Whether a test, as pytest names it, is this one or one of its cases."""
    return f"{test}[".startswith((f"{node}[", f"{node}::", f"{node} "))


def try_all(wanted: list[Fault], places: list[Bed]) -> list[Trial]:
    """Side by side, one fault a bed; each is told as it comes."""
    free: SimpleQueue[Bed] = SimpleQueue()
    for bed in places:
        free.put(bed)

    def try_one(fault: Fault) -> Trial:
        bed = free.get()
        try:
            trial = planted(bed, fault)
        finally:
            free.put(bed)
        testing.say(f"{fault.id}: {trial.found_by or 'NOT FOUND'}, {trial.seconds:.0f} s")
        return trial

    with ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(try_one, wanted))


def planted(bed: Bed, fault: Fault) -> Trial:
    """Plant, run until the first failure, take it out again."""
    file, began = bed.tree / fault.file, time.monotonic()
    healthy = file.read_text(encoding="utf-8")
    file.write_text(healthy.replace(fault.old, fault.new), encoding="utf-8")
    try:
        ran = run(bed, fault.vendor, ["-x", "-q", "-rf", "--no-header", *fault.by], pinned=not fault.migrates)
    finally:
        file.write_text(healthy, encoding="utf-8")
    return Trial(fault, found_by(ran), time.monotonic() - began, ran.stdout)


def run(bed: Bed, on: str, words: list[str], *, pinned: bool = True) -> subprocess.CompletedProcess[str]:
    """Pytest in a bed; `pinned` means that the template of the unplanted tree is good enough."""
    base = {name: value for name, value in os.environ.items() if name not in APART}
    told = {"PYTHONPATH": str(bed.tree), PINNED: "unplanted" if pinned else ""}
    return subprocess.run(
        [*PYTEST, *words],
        cwd=bed.tree,
        env=base | bed.environments[on] | told,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def found_by(ran: subprocess.CompletedProcess[str]) -> str:
    """The test that failed; a tree in which nothing could be run found nothing."""
    failures = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("FAILED ")]
    return failures[0] if ran.returncode == FAILED and failures else ""


def tell(trials: list[Trial]) -> None:
    for trial in trials:
        if not trial.found_by:
            print(f"\n{trial.fault.id}\n{trial.output[-3000:]}")
    print(f"\n{'id':44} {'kind':9} {'file':52} {'database':9} {'seconds':>7} found  by")
    for fault, by, seconds, _output in trials:
        found = "yes" if by else "NO"
        print(f"{fault.id:44} {fault.kind:9} {fault.file:52} {fault.vendor:9} {seconds:7.0f} {found:5}  {by}")
    print(f"{sum(bool(trial.found_by) for trial in trials)} of {len(trials)} found")


if __name__ == "__main__":
    sys.exit(main())
