"""The front door: the public page and its JSON against a trivial view of the same server.

One granian WSGI worker, 64 connections, driven by wrk; the limit is `/healthz`, which
passes the same middleware and touches nothing. The snapshot is served by nginx.
"""

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import servers
from tests.bench import Row
from tests.journeys.house import ROOT, House

SECONDS = 2
CONNECTIONS = 64


def run(*, rounds: int, full: bool) -> list[Row]:
    page = Row("public status page, rate of a trivial view", "req/s", 0.5, at_least=True)
    document = Row("summary.json, rate of a trivial view", "req/s", 0.5, at_least=True)
    floor = Row("public status page on one WSGI process, of 1,000 req/s", "req/s", 1.0, at_least=True)
    still = Row("snapshot through nginx, of a plain file of the same size", "req/s", 0.9, at_least=True)
    with wsgi_house() as (house, port), nginx(house.folder / "snapshot") as static:
        for _ in range(rounds):
            trivial = rate(f"http://127.0.0.1:{port}/healthz")
            read = rate(f"http://127.0.0.1:{port}/status/")
            page.rounds.append((read, trivial))
            floor.rounds.append((read, 1000.0))
            document.rounds.append((rate(f"http://127.0.0.1:{port}/api/v2/summary.json"), trivial))
            plain = rate(f"http://127.0.0.1:{static}/plain.txt")
            still.rounds.append((rate(f"http://127.0.0.1:{static}/status/"), plain))
    return [page, document, floor, still]


@contextmanager
def wsgi_house():
    """A furnished house behind one granian worker; the snapshot is written once."""
    house = House()
    house.furnish()
    house.manage("collectstatic", "--noinput", "--verbosity", "0")
    house.manage("sweep", "--once")
    port = servers.free_port()
    running = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "config.wsgi:application"],
        cwd=ROOT,
        env={**house.environment, "LOG_LEVEL": "WARNING"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        servers.answers("127.0.0.1", port, within=30)
        yield house, port
    finally:
        servers.stop(running)


@contextmanager
def nginx(folder: Path):
    """nginx serving `folder` as its root, as the operations page describes."""
    (folder / "plain.txt").write_bytes((folder / "status" / "index.html").read_bytes())
    port = servers.free_port()
    with TemporaryDirectory(prefix="nobet-nginx-") as work:
        conf = Path(work) / "nginx.conf"
        conf.write_text(
            f"user root; worker_processes 1; daemon off; pid {work}/pid; error_log {work}/error.log;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; include /etc/nginx/mime.types; client_body_temp_path {work}/body;\n"
            f"server {{ listen 127.0.0.1:{port}; root {folder}; index index.html; }} }}\n"
        )
        running = subprocess.Popen([servers.program("nginx"), "-c", str(conf)], stderr=subprocess.DEVNULL)
        try:
            servers.answers("127.0.0.1", port)
            yield port
        finally:
            servers.stop(running)


def rate(url: str) -> float:
    """Requests a second with `CONNECTIONS` open connections; raises on any answer but success."""
    told = subprocess.run(
        [servers.program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in told:
        raise AssertionError(f"{url} did not answer well:\n{told}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
