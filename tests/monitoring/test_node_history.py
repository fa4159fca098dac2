"""The past of a node: from Prometheus where there is one, from our own hours otherwise and when it is away."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from monitoring.history import node_history, partitions
from monitoring.models import Check, Hour, Node
from tests.monitoring.land import a_province, an_operator

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def node():
    a_province("69", 2)
    return Node.objects.get(code="69001")


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


class StandIn(BaseHTTPRequestHandler):
    """Answers query_range with the values that the test sets, by a word of the question."""

    asked: list[dict]
    values: dict[str, list]
    status = 200
    body: bytes | None = None

    def do_GET(self):
        words = {name: found[0] for name, found in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append(words | {"path": urlsplit(self.path).path})
        kind = "seconds" if "probe_duration_seconds" in words["query"] else "share"
        result = [{"metric": {}, "values": self.values[kind]}] if self.values.get(kind) else []
        answer = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        body = json.dumps(answer).encode() if self.body is None else self.body
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Quiet."""


@pytest.fixture
def prometheus(settings):
    there = type("There", (StandIn,), {"asked": [], "values": {}})
    server = HTTPServer(("127.0.0.1", 0), there)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PROMETHEUS_URL = f"http://127.0.0.1:{server.server_port}/behind/"
    yield there
    server.shutdown()
    server.server_close()


def an_hour(node: Node, at: datetime, *, asked: int = 120, failed: int = 0, median: int | None = 40) -> None:
    check = Check.objects.get(node=node)
    answered = asked - failed
    partitions.ensure(Hour._meta.db_table, at)
    Hour.objects.create(check_of=check, at=at, asked=asked, answered=answered, failed=failed, latency_p50=median)


def test_without_prometheus_our_own_hours_speak(node):
    an_hour(node, NOON - 2 * HOUR, asked=100, failed=25, median=80)
    an_hour(node, NOON - HOUR, median=None, failed=120)
    found = node_history.of(node, "1d", at=NOON)
    assert not found.from_prometheus and not found.missed and len(found.points) == 24
    assert [(point.ms, point.share) for point in found.points[-2:]] == [(80, 0.75), (None, 0)]
    assert found.points[-1].until == NOON
    assert found.points[0].share is None


def test_hours_in_one_point_weigh_as_much_as_their_answers(node):
    an_hour(node, NOON - 2 * HOUR, asked=100, median=10)
    an_hour(node, NOON - HOUR, asked=300, median=50)
    assert node_history.of(node, "7d", at=NOON).points[-1].ms == 40


def test_prometheus_is_asked_for_this_node_and_this_stretch(node, prometheus):
    start = NOON - 23 * HOUR
    prometheus.values = {
        "seconds": [[start.timestamp(), "0.25"], [NOON.timestamp(), "NaN"]],
        "share": [[start.timestamp(), "1"], [NOON.timestamp(), "0.5"]],
    }
    found = node_history.of(node, "1d", at=NOON)
    assert found.from_prometheus and len(found.points) == 24
    assert (found.points[0].ms, found.points[0].share) == (250, 1)
    assert (found.points[-1].ms, found.points[-1].share) == (None, 0.5)
    first, second = prometheus.asked
    assert first["path"] == second["path"] == "/behind/api/v1/query_range"
    assert 'probe_success{node="69001"}[3600s]' in second["query"]
    assert (float(first["start"]), float(first["end"]), first["step"]) == (start.timestamp(), NOON.timestamp(), "3600")


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (302, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"status":"error"}'), (200, b'{"status":1}')],
)
def test_when_it_does_not_answer_our_hours_speak_and_the_reader_is_told(node, prometheus, status, body):
    an_hour(node, NOON - HOUR)
    prometheus.status, prometheus.body = status, body
    found = node_history.of(node, "1d", at=NOON)
    assert found.missed and not found.from_prometheus
    assert found.points[-1].share == 1


def test_a_code_cannot_leave_its_quotes(prometheus):
    node_history.ask(node_history.SHARE, Node(code='a"} or vector(1) or x{y="\\'), timedelta(days=1), HOUR, NOON)
    assert (
        prometheus.asked[0]["query"]
        == 'avg(avg_over_time(probe_success{node="a\\"} or vector(1) or x{y=\\"\\\\"}[3600s]))'
    )


def test_the_page_says_where_its_figures_come_from(client, node, clock, prometheus):
    an_hour(node, NOON - HOUR, asked=100, failed=10)
    client.force_login(an_operator())
    prometheus.status = 503
    page = client.get(reverse("monitoring:node_past", args=[node.code]) + "?span=1d").text
    assert "Prometheus yanıt vermedi" in page and "%90" in page and "<html" in page
    fragment = client.get(reverse("monitoring:node_past", args=[node.code]), HTTP_HX_REQUEST="true").text
    assert fragment.strip().startswith("<section") and re.search(r'aria-current="true"\s*>\s*7 gün', fragment)


def test_a_span_that_is_none_is_a_week(client, node, clock):
    client.force_login(an_operator())
    page = client.get(reverse("monitoring:node_past", args=[node.code]) + "?span=yüzyıl").text
    assert "Bu sürede hiçbir şey ölçülmedi." in page
