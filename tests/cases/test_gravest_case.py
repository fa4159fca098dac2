"""While the gravest pattern and the gravest recurrence run, a real server answers, names the check, and stops."""

import contextlib
import signal
import threading
import time
import urllib.request
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

import pytest
from django.test import Client
from django.urls import reverse

from foundation import now
from monitoring.checks import patterns
from monitoring.models import Check, Maintenance, Node
from tests.cases.serving import a_house
from tests.cases.test_rules_of_checks import DEAR, LINE, PAGE
from tests.cast import assemble

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once("sqlite", "the embedded server has one database"),
    pytest.mark.processes,
    pytest.mark.long(30),
]
CHECKS, SEEN = 8, 3
PATIENCE = 60.0
PROMISED = 5.0  # seconds until a server that was told to stop is gone


class Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = (PAGE if self.path.startswith("/dear") else LINE).encode()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *said) -> None:
        """Nothing is written of it."""


@pytest.fixture
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def the_gravest(web: str, stage) -> Node:
    """Kept rows of the worst kind that a door, or somebody with a database, ever let in."""
    node = Node.objects.create(code="N1", name="Sunucu", municipality=stage.odunpazari)
    quick = {"interval": 5, "timeout": 4.0, "confirm_seconds": 0, "failures_to_confirm": 1}
    for number in range(CHECKS):
        rules = {"fail_if_body_matches_regexp": [DEAR]}
        named = {"name": f"Derin {number}", "target": f"{web}/dear?{number}"}
        Check.objects.create(node=node, kind="http", rules=rules, **named, **quick)
    backtracking = {"fail_if_body_not_matches_regexp": [".*Tahsilat.*"]}
    Check.objects.create(node=node, kind="http", target=f"{web}/line", rules=backtracking, **quick)
    start = now() - timedelta(days=900)
    window = Maintenance.objects.create(
        title_tr="Her dakika", starts_at=start, ends_at=start + timedelta(seconds=30), rule="FREQ=MINUTELY"
    )
    window.nodes.add(node)
    return node


def asked(house) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200
    return time.monotonic() - began


def test_the_house_answers_names_the_check_and_stops(tmp_path, web):
    stage = assemble()
    node = the_gravest(web, stage)
    with a_house(tmp_path, RESIDENTS="prober", PROBE_ALLOW_PRIVATE="1") as house:
        waits, until = [], time.monotonic() + PATIENCE
        wanted = Check.objects.filter(last_error=patterns.TOO_SLOW)
        while wanted.count() < SEEN and time.monotonic() < until:
            waits.append(asked(house))
            time.sleep(0.2)
        assert wanted.count() >= SEEN, set(Check.objects.values_list("last_error", flat=True))
        client = Client()
        client.force_login(stage.nermin)
        page = client.get(reverse("monitoring:node", args=[node.code])).content.decode()
        assert any(f"HTTP · {check.name}" in page for check in wanted) and "fazla uzun sürüyor" in page
        began = time.monotonic()
        house.process.send_signal(signal.SIGTERM)
        assert house.process.wait(timeout=2 * PROMISED) == 0
        assert time.monotonic() - began < PROMISED
    assert median(waits) < PROMISED
    print(f"{len(waits)} answers of /healthz, the slowest after {max(waits):.2f} s")
