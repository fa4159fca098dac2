"""The real server on the test's database, in a process of its own, without what lives beside the pages.

`RESIDENTS` names those that shall live there all the same ("prober").
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from tests import servers
from tests.standins.workers import database_url

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class House:
    """One running `manage.py serve`; `said` is what it wrote to its log so far."""

    port: int
    process: subprocess.Popen
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def socket(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def processor_seconds(self) -> float:
        return servers.processor_seconds(self.process)


@contextmanager
def a_house(folder: Path, **settings: str) -> Iterator[House]:
    port, log = servers.free_port(), folder / "log"
    public = {"PORT": str(port), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
    base = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    environment = base | public | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cases.serving"], cwd=ROOT, env=environment | settings, stderr=sink
        )
    try:
        servers.answers("127.0.0.1", port, within=60)
        yield House(port, process, log)
    finally:
        process.kill()
        process.wait()


def serve() -> None:
    django.setup()
    background = import_module("config.serving.background")  # Django first

    living = os.environ.get("RESIDENTS", "").split(",")
    background.RESIDENTS = tuple(one for one in background.RESIDENTS if one.name in living)
    server = import_module("config.serving.server")
    server.HEADERS_WITHIN = float(os.environ.get("HEADERS_WITHIN", server.HEADERS_WITHIN))
    call_command("serve")


if __name__ == "__main__":
    serve()
