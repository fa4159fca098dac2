"""The prober with verdicts and history, beside bare asyncio streams and beside blackbox_exporter with Prometheus.

All ask the same loopback targets on the same beat; each is a process of its own and
its CPU alone is counted. Ours writes its books to a SQLite file meanwhile. Where the
targets answer, the first round warms up everybody; where they fail, everything counts
from the first failure to the outage of all and after.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from tests import servers
from tests.bench import Row, resident_mb
from tests.journeys.house import ROOT

COUNT, INTERVAL = 1_407, 10
FULL_COUNT, FULL_INTERVAL = 10_000, 15
SECONDS = 45.0  # long enough for the verdict, and for the outage of everything
MOST_GB = 12.0
MODES = {"healthy": "ok", "refused": "refuse", "hanging": "hang"}


def run(*, rounds: int, full: bool) -> list[Row]:
    size = (FULL_COUNT, FULL_INTERVAL) if full else (COUNT, INTERVAL)
    streams = {mode: Row(f"{size[0]:,} {mode}: CPU beside bare streams", "s/1,000", 3.0) for mode in MODES}
    peers = Row(f"{size[0]:,} healthy: CPU beside blackbox and Prometheus", "s/1,000", 1 / 3)
    memory = Row(f"{size[0]:,} healthy: memory beside blackbox and Prometheus", "MB", 0.2)
    drift = Row(f"{size[0]:,} healthy: worst late start, of one second", "s", 1.0)
    for _round in range(rounds):
        for mode, row in streams.items():
            with city(size[0], MODES[mode]) as first:
                warm = size[1] if mode == "healthy" else 0
                bare, mine = client("bare", first, *size, warm), client("ours", first, *size, warm)
                row.rounds.append((per_thousand(mine), per_thousand(bare)))
                assert mine["outages"] == (mode != "healthy"), "the verdict was not part of what was measured"
                if mode == "healthy":
                    theirs = prometheus(first, *size)
                    peers.rounds.append((per_thousand(mine), per_thousand(theirs)))
                    memory.rounds.append((mine["memory"], theirs["memory"]))
                    drift.rounds.append((mine["delay"], 1.0))
    rows = [*streams.values(), peers, drift]
    # below 10,000 the interpreter itself is most of the memory
    return [*rows, memory, quarter()] if full else rows


def quarter() -> Row:
    """What a quarter of 8,400 checks at 30 s takes on PostgreSQL's disk."""
    with servers.postgres() as database:
        environment = os.environ | {"DATABASE_URL": database, "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
        code = "from tests.bench import _quarter; _quarter.main()"
        words = [sys.executable, "manage.py", "shell", "--no-imports", "-v", "0", "-c", code]
        said = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    taken = json.loads(said.splitlines()[-1])["GB"]
    return Row("90 days of 8,400 checks at 30 s, on disk", "GB", 1.0, [(taken, MOST_GB)])


def per_thousand(result: dict) -> float:
    return result["cpu"] * 1000 / result["count"]


@contextmanager
def city(count: int, mode: str) -> Iterator[int]:
    """The targets, in a process of their own; yields the first port."""
    first = servers.free_range(count)
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.bench._probes", "city", str(first), str(count), mode],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"LOG_LEVEL": "ERROR"},
    )
    try:
        assert running.stdout and running.stdout.readline() == b"ready\n"
        yield first
    finally:
        running.communicate(b"")


def client(kind: str, first: int, count: int, interval: int, warm: float) -> dict:
    with tempfile.TemporaryDirectory(prefix="nobet-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }
        if kind == "ours":
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        words = [str(word) for word in (first, count, interval, warm, SECONDS)]
        if kind == "ours":
            # by a process of its own, whose memory is none of the prober's
            subprocess.run(
                [sys.executable, "-m", "tests.bench._probes", "furnish", *words], cwd=ROOT, env=environment, check=True
            )
        asked = [sys.executable, "-m", "tests.bench._probes", kind, *words]
        done = subprocess.run(asked, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return json.loads(done.stdout.splitlines()[-1])


def prometheus(first: int, count: int, interval: int) -> dict:
    """blackbox_exporter and Prometheus on the same beat: CPU of both, probes made, resident megabytes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nobet-bench-")))
        blackbox, server = servers.free_port(), servers.free_port()
        (folder / "blackbox.yml").write_text(
            yaml.safe_dump({"modules": {"http_2xx": {"prober": "http", "timeout": "3s"}}})
        )
        (folder / "prometheus.yml").write_text(yaml.safe_dump(scrape(first, count, interval, blackbox)))
        words = {
            "prometheus-blackbox-exporter": [
                "--config.file=blackbox.yml",
                f"--web.listen-address=127.0.0.1:{blackbox}",
            ],
            "prometheus": [
                "--config.file=prometheus.yml",
                f"--web.listen-address=127.0.0.1:{server}",
                "--storage.tsdb.path=data",
            ],
        }
        running = [stack.enter_context(started(folder, name, options)) for name, options in words.items()]
        time.sleep(interval)  # the first scrapes fill the caches of both
        before = sum(cpu_of(process.pid) for process in running)
        time.sleep(SECONDS)
        spent = sum(cpu_of(process.pid) for process in running) - before
        return {
            "cpu": spent,
            "count": count / interval * SECONDS,
            "memory": sum(resident_mb(process.pid) for process in running),
        }


def scrape(first: int, count: int, interval: int, blackbox: int) -> dict:
    targets = [f"http://127.0.0.1:{first + number}/saglik" for number in range(count)]
    relabel = [
        {"source_labels": ["__address__"], "target_label": "__param_target"},
        {"source_labels": ["__param_target"], "target_label": "instance"},
        {"target_label": "__address__", "replacement": f"127.0.0.1:{blackbox}"},
    ]
    job = {
        "job_name": "probe",
        "metrics_path": "/probe",
        "scrape_interval": f"{interval}s",
        "params": {"module": ["http_2xx"]},
        "static_configs": [{"targets": targets}],
        "relabel_configs": relabel,
    }
    return {"scrape_configs": [job]}


@contextmanager
def started(folder: Path, name: str, options: list[str]) -> Iterator[subprocess.Popen]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen([servers.program(name), *options], cwd=folder, **quiet)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def cpu_of(pid: int) -> float:
    """Seconds of user and system time so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
