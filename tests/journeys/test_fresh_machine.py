"""A clean clone, an empty home, python3 and pip: one command and the house lives."""

import json
import os
import signal
import subprocess
import time

import pytest
from websockets.sync.client import connect

from tests import servers
from tests.journeys.house import ROOT, House

pytestmark = [pytest.mark.long(115), pytest.mark.processes, pytest.mark.browser, pytest.mark.timeout(900)]


class Newcomer(House):
    """Runs `bin/dev` in a fresh clone, as the README says."""

    def furnish(self) -> None:
        self.clone = self.folder / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(self.clone)], check=True)
        (self.folder / "home").mkdir()

    def serve(self) -> None:
        known = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_", "LANG", "LC_"))}
        environment = {**known, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder / "home")}
        self.process = subprocess.Popen(
            ["bin/dev"],
            cwd=self.clone,
            env={**environment, "PORT": str(self.port), "PATH": self.path_of_python() + environment["PATH"]},
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.until(lambda: self.get("/readyz")[0] == 200, "bin/dev to serve", within=600)

    def path_of_python(self) -> str:
        """Where the machine's own python3 lies, not that of this test's environment."""
        base = subprocess.run(
            ["python3", "-c", "import sys; print(sys.base_prefix)"], capture_output=True, text=True, check=True
        )
        return f"{base.stdout.strip()}/bin:"


@pytest.fixture(scope="module")
def house():
    with Newcomer() as newcomer:
        yield newcomer


def test_every_public_door_answers(house):
    assert house.get("/healthz")[0] == 200
    assert house.get("/status/")[0] == 200
    assert house.get("/standards/")[0] == 200
    assert house.json("/api/v2/summary.json")["page"]["time_zone"] == "Europe/Istanbul"
    assert "paths" in house.json("/api/v1/openapi.json")
    assert b"nobet_nodes" in house.get("/metrics")[1]


def test_every_municipality_is_a_target(house):
    targets = house.json("/monitoring/http_sd/")
    codes = {group["labels"].get("__meta_nobet_municipality") for group in targets} - {None, ""}
    assert len(codes) == 1407


def test_the_status_socket_says_what_is_true(house):
    with connect(f"ws://127.0.0.1:{house.port}/ws/status/") as socket:
        frame = json.loads(socket.recv(timeout=10))
    assert frame["t"] == "s" and frame["e"] and "outages" in frame


def test_the_demonstration_accounts_are_printed(house):
    said = house.log.read_text(errors="replace")
    assert house.url in said and "nobet-demo-2026" in said and "ayse@nobet.demo" in said


def test_sigterm_stops_everything_within_five_seconds(house):
    began = time.monotonic()
    group = house.process.pid
    house.process.send_signal(signal.SIGTERM)
    house.process.wait(10)
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    with pytest.raises(TimeoutError):
        servers.answers("127.0.0.1", house.port, within=0.3)
