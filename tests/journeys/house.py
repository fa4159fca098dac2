"""The whole product as a person starts it: a database of its own, demonstration data, its processes.

Without Redis it is one process, as `bin/dev` starts it. With Redis it is what deploy/systemd
starts: pages and sockets, worker, beat and prober are processes of their own.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests import servers, templates

ROOT = Path(__file__).resolve().parent.parent.parent
CITY_PLACES = 1_500
ASSETS_ARE_COLLECTED = "NOBET_TEST_ASSETS_ARE_COLLECTED"


class House:
    """Migrated, furnished and served; `with House() as house: …`.

    On the PostgreSQL run it has a database beside the suite's own; else a SQLite file.
    """

    def __init__(self, **settings: str):
        self.folder = Path(tempfile.mkdtemp(prefix="nobet-house-"))
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database(),
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": self.url,
            "NOBET_DEMO": "1",
            "PROBE_ALLOW_PRIVATE": "1",
            "STATUS_SNAPSHOT_DIR": str(self.folder / "snapshot"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "CITY_PORT": str(servers.free_range(CITY_PLACES)),
            "CITY_CONTROL_PORT": str(servers.free_port()),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.process: subprocess.Popen | None = None  # the one that answers at `url`
        self.helpers: list[subprocess.Popen] = []

    def database(self) -> str:
        suite = os.environ.get("DATABASE_URL", "")
        if not suite.startswith("postgres"):
            return f"sqlite:///{self.folder / 'house.sqlite3'}"
        return f"{suite.rsplit('/', 1)[0]}/house_{os.getpid()}_{self.port}"

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )

    def furnish(self) -> None:
        templates.fill(self.environment["DATABASE_URL"])
        self.collect_assets()
        self.manage("load_demo")

    def collect_assets(self) -> None:
        """Into the one folder that all houses of a run share; in turn, and not at all where bin/test has done it."""
        if os.environ.get(ASSETS_ARE_COLLECTED):
            return
        (ROOT / "var").mkdir(exist_ok=True)
        with (ROOT / "var" / "static.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.manage("collectstatic", "--noinput", "--verbosity", "0")

    @property
    def is_embedded(self) -> bool:
        return not self.environment.get("REDIS_URL")

    def serve(self) -> None:
        self.process = self.start("manage.py", "serve")
        if not self.is_embedded:
            self.start_helpers()
        self.until(lambda: self.get("/readyz")[0] == 200, "the house to be ready", within=120)

    def start(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def start_helpers(self) -> None:
        """What embedded mode has as threads; nobody is asked before the city listens."""
        celery = ("-m", "celery", "-A", "config.celery")
        schedule = f"--schedule={self.folder / 'schedule'}"
        self.helpers = [self.start("manage.py", "simulate")]
        self.until(self.city_listens, "the stand-in city", within=120)
        self.helpers += [
            self.start(*celery, "worker", "-Q", "celery,outbox", "--pool=threads", "--concurrency=6"),
            self.start(*celery, "beat", schedule),
            self.start("manage.py", "probe"),
        ]

    def city_listens(self) -> bool:
        """Its control line opens last, when every place listens."""
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", int(self.environment["CITY_CONTROL_PORT"])), timeout=1).close()
            return True
        return False

    def kill(self) -> None:
        """SIGKILL to every process group: nothing gets to say goodbye."""
        for process in [*self.helpers, *([self.process] if self.process else [])]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> float:
        """SIGTERM; seconds until the pages had stopped. Afterwards nothing is left."""
        if not self.process or self.process.poll() is not None:
            self.kill()
            return 0.0
        began = time.monotonic()
        for process in [self.process, *self.helpers]:
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        took = time.monotonic() - began
        self.kill()
        return took

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()
        except OSError:
            return 0, b""

    def json(self, path: str):
        status, body = self.get(path)
        assert status == 200, (path, status, body[:300])
        return json.loads(body)

    def until(self, holds, what: str, *, within: float) -> None:
        """Wait until `holds()`; on time-out fail with the end of the log."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if holds():
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"waited {within} s for {what}\n{self.log.read_text(errors='replace')[-3000:]}")

    def __enter__(self) -> Self:
        self.furnish()
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
