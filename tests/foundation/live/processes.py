"""Real servers for the live tests, each a process of its own on one database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

import psycopg

from tests import servers

STAGE = "tests.foundation.live.stage:application"
# Without pings, as `manage.py serve` and docs/operations.md start them: heads and the kernel's clock do their work.
COMMANDS = {
    "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "--verbosity=0", "--ping-interval=86400", STAGE],
    "uvicorn": ["-m", "uvicorn", "--port", "{port}", "--log-level=warning", "--ws-ping-interval=0", STAGE],
}


@dataclass
class Server:
    """One running server; `say` speaks in it, `truth` is what the database says there."""

    port: int
    process: subprocess.Popen

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/square/"

    def say(self, id, value) -> None:
        with urlopen(f"{self.address}/say/{id}/{value}/", timeout=60) as answer:
            assert answer.read() == b"said"

    def truth(self) -> bytes:
        with urlopen(f"{self.address}/truth/", timeout=60) as answer:
            return answer.read()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def server(kind: str, environment: dict, *, port: int = 0) -> Iterator[Server]:
    port = port or servers.free_port()
    command = [word.format(port=port) for word in COMMANDS[kind]]
    base = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    process = subprocess.Popen([sys.executable, *command], env={**base, **environment})
    try:
        servers.answers("127.0.0.1", port, within=90)
        yield Server(port, process)
    finally:
        servers.stop(process)


@contextmanager
def database(folder) -> Iterator[str]:
    """An empty database with the tables of live, of the kind this test run is about."""
    with empty_database(folder) as url:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.foundation.live.stage_settings",
        }
        command = [sys.executable, "manage.py", "migrate", "live", "--verbosity", "0"]
        subprocess.run(command, check=True, env=environment)
        yield url


@contextmanager
def empty_database(folder) -> Iterator[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder}/stage.sqlite3"
        return
    name = f"stage_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
