"""PostgreSQL and Redis for a test run or a benchmark, started from installed programs."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

# Ports: four workers between 10,000 and what the kernel lends to connections.
LOWEST, PART, WORKERS = 10_000, 5_500, 4


class Missing(Exception):
    """A program is not installed; says which."""


def program(name: str) -> str:
    """The path of an installed program, also where Debian hides PostgreSQL's."""
    hidden = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(hidden[0]) if hidden else shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise Missing(name)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_range(count: int) -> int:
    """The first of `count` neighbouring free ports, below those that the kernel lends to connections.

    Each xdist worker of each suite looks in a part of its own: a range is found before its city listens.
    What is wider than a part (a benchmark, which runs alone) looks everywhere.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 2
    lowest, width = LOWEST + (worker + 2 * bool(os.environ.get("REDIS_URL"))) * PART, PART
    if count >= PART:
        lowest, width = LOWEST, WORKERS * PART
    for _attempt in range(1_000):
        first = random.randrange(lowest, lowest + width - count)
        with ExitStack() as held, suppress(OSError):
            for port in range(first, first + count):
                probe = held.enter_context(socket.socket())
                probe.bind(("127.0.0.1", port))
            return first
    raise OSError(f"no {count:,} neighbouring ports are free: is a city still standing from a run that was killed?")


def unprivileged() -> dict:
    """PostgreSQL refuses to run as root; lend it the account its package made."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def postgres(name: str = "postgres", *, superuser: str = "nobet") -> Iterator[str]:
    """A throw-away server; yields the DATABASE_URL of `name`, which whoever wants another one has to make.

    Durable writes stay on: races are the point.
    """
    initdb, server = program("initdb"), program("postgres")
    with tempfile.TemporaryDirectory(prefix="nobet-pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, port, account = f"{folder}/data", free_port(), unprivileged()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run(
            [initdb, "-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True,
            **quiet,
            **account,
        )
        options = ["-c", "max_connections=300", "-c", "shared_buffers=256MB", "-c", "listen_addresses=127.0.0.1"]
        running = subprocess.Popen([server, "-D", data, "-p", str(port), "-k", folder, *options], **quiet, **account)
        try:
            answers("127.0.0.1", port)
            wait_until_ready(port)
            yield f"postgres://{superuser}@127.0.0.1:{port}/{name}"
        finally:
            subprocess.run([program("pg_ctl"), "-D", data, "stop", "-m", "fast"], **quiet, **account)
            stop(running)


def restart(url: str) -> None:
    """The server of `postgres` dies on the spot, as in a crash, and comes back; returns when it answers again."""
    asked = [program("psql"), f"{url.rsplit('/', 1)[0]}/postgres", "-qAtc", "SHOW data_directory"]
    data = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    again = [program("pg_ctl"), "-D", data, "restart", "-m", "immediate", "-w", "-l", f"{data}/again.log"]
    subprocess.run(again, check=True, stdout=subprocess.DEVNULL, cwd="/", **unprivileged())


def wait_until_ready(port: int) -> None:
    check = [program("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-U", "nobet", "-q"]
    for _ in range(200):
        if subprocess.run(check).returncode == 0:
            return
        time.sleep(0.05)
    raise TimeoutError("PostgreSQL did not start")


@contextmanager
def redis() -> Iterator[str]:
    """A throw-away Redis without persistence; yields its REDIS_URL."""
    port = free_port()
    running = subprocess.Popen(
        [program("redis-server"), "--port", str(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    try:
        answers("127.0.0.1", port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(running)


def answers(host: str, port: int, *, within: float = 15.0) -> None:
    """Wait until something listens; raises TimeoutError."""
    until = time.monotonic() + within
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise TimeoutError(f"nothing listens on {host}:{port}")
            time.sleep(0.05)


def stop(running: subprocess.Popen) -> None:
    running.terminate()
    try:
        running.wait(10)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def processor_seconds(running: subprocess.Popen) -> float:
    """What a process used so far, of all its threads; counted in nanoseconds."""
    threads = Path(f"/proc/{running.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
