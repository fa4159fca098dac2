"""What is wrong with Nöbet itself: shown to the watch, no outage of the platform, and told past us."""

import json
import os
import subprocess
import threading
import time
from collections import defaultdict
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import time_machine
import yaml
from aiosmtpd.controller import Controller
from django.test import TestCase, override_settings

from foundation import now
from monitoring import outages
from monitoring.alertmanager import alerts
from monitoring.models import Alert, Check, Node, Outage
from tests import servers
from tests.cast import Cast
from tests.front import ROOT

TOKEN = "alertmanager-token-of-tests"
SOON = {"15s": "1s", "1m": "1s", "2m": "2s"}


def an_alert(name: str, *, firing: bool = True, **labels: str) -> dict:
    return {
        "status": "firing" if firing else "resolved",
        "labels": {"alertname": name, "severity": "error"} | labels,
        "annotations": {"summary": f"{name} oldu."},
        "startsAt": (now() - timedelta(minutes=2)).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z" if firing else now().isoformat(),
        "fingerprint": f"{name}{labels.get('instance', '')}"[:64],
    }


@override_settings(ALERTMANAGER_TOKEN=TOKEN)
class WhatIsWrongWithUs(Cast, TestCase):
    def told(self, *said: dict) -> None:
        headers = {"authorization": f"Bearer {TOKEN}"}
        body = json.dumps({"version": "4", "alerts": said})
        answer = self.client.post("/monitoring/alertmanager/", body, content_type="application/json", headers=headers)
        assert answer.status_code < 300

    def page(self, address: str) -> str:
        self.client.force_login(self.nermin)
        return self.client.get(address).content.decode()

    def test_is_shown_to_the_watch_on_the_board_and_its_own_page(self):
        self.told(an_alert("Watchdog"), an_alert("NobetOutboxWaits"))
        for address in ("/board/", "/monitoring/nodes/", "/monitoring/own-state/"):
            assert "NobetOutboxWaits" in self.page(address), address
        assert "NobetOutboxWaits oldu." in self.page("/monitoring/own-state/")
        self.told(an_alert("NobetOutboxWaits", firing=False))
        assert "NobetOutboxWaits" not in self.page("/board/")
        assert "NobetOutboxWaits" in self.page("/monitoring/own-state/")

    def test_opens_no_outage_and_is_no_check_even_where_it_names_a_node(self):
        node = Node.objects.create(code="KENDI", name="Nöbet", component=self.tahsilat)
        Check.objects.create(node=node, kind=Check.Kind.HTTP, target="nobet:8000", name="http")
        for name in ("NobetDown", "NobetSlaBurnsFast", "ProberDown"):
            self.told(an_alert(name, node="KENDI", instance="nobet:8000", component="TAHSILAT"))
        outages.review(now())
        assert not Outage.objects.exists()
        assert not Check.objects.filter(kind=Check.Kind.ALERT).exists()
        assert Alert.objects.filter(status=Alert.Status.FIRING).count() == 3
        assert "NobetDown" not in self.client.get("/status/").content.decode()

    def test_others_alerts_are_judged_as_before(self):
        Node.objects.create(code="KENDI", name="Nöbet", component=self.tahsilat)
        self.told(an_alert("NodeDown", node="KENDI"))
        assert Check.objects.filter(kind=Check.Kind.ALERT).exists()
        assert "NodeDown" not in self.page("/monitoring/own-state/")

    def test_the_page_says_when_nobody_would_tell(self):
        assert "hiç duyulmadı" in self.page("/monitoring/own-state/")
        alerts.hear_watchdog(now())
        assert "bizimle konuşuyor" in self.page("/monitoring/own-state/")
        with time_machine.travel(now() + timedelta(minutes=20)):
            assert "yalnızca ikinci yol" in self.page("/monitoring/own-state/")

    def test_it_is_for_the_watch_alone(self):
        self.client.force_login(self.selim)
        assert self.client.get("/monitoring/own-state/").status_code == 403


class Sink(BaseHTTPRequestHandler):
    """Keeps what is posted, by path."""

    heard: dict[str, list[str]] = defaultdict(list)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard[self.path] += [alert["labels"]["alertname"] for alert in body["alerts"]]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        """Quietly."""


class Letters:
    """A mail server that keeps subjects and addresses."""

    def __init__(self):
        self.taken: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.rcpt_tos, envelope.content.decode(errors="replace")))
        return "250 taken"


def sooner(value):
    if isinstance(value, dict):
        return {key: sooner(part) for key, part in value.items()}
    return [sooner(part) for part in value] if isinstance(value, list) else SOON.get(value, value)


@pytest.mark.prometheus
def test_a_real_alertmanager_tells_it_past_us(tmp_path):
    sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    letters = Letters()
    mail = Controller(letters, hostname="127.0.0.1", port=servers.free_port())
    mail.start()
    here, port = f"http://127.0.0.1:{sink.server_port}", servers.free_port()
    shipped = (ROOT / "deploy/prometheus/alertmanager.yml").read_text(encoding="utf-8")
    for theirs, ours in {
        "http://nobet:8000": here,
        "https://ping.example.org": here,
        "https://sms.example.org": here,
        "mail.example.bel.tr:587": f"127.0.0.1:{mail.port}",
        "/etc/alertmanager/nobet-token": str(tmp_path / "token"),
    }.items():
        assert theirs in shipped
        shipped = shipped.replace(theirs, ours)
    (tmp_path / "token").write_text(TOKEN)
    configuration = sooner(yaml.safe_load(shipped))
    configuration["global"]["smtp_require_tls"] = False
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(configuration, sort_keys=False))
    words = ["--config.file=alertmanager.yml", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [servers.program("prometheus-alertmanager"), *words, "--storage.path=data"],
            cwd=tmp_path, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
    try:
        servers.answers("127.0.0.1", port)
        said = [an_alert("Watchdog"), an_alert("NobetDown"), an_alert("NodeDown", node="X")]
        said += [an_alert("NobetOutboxWaits") | {"labels": {"alertname": "ProberDown", "severity": "warning"}}]
        told = [{name: alert[name] for name in ("labels", "annotations", "startsAt")} for alert in said]
        assert requests.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=told, timeout=5).ok
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (
            Sink.heard["/alertmanager"] and len(letters.taken) >= 2
            and len(Sink.heard["/the-key-of-this-house"]) > 1
            and {"NobetDown", "Watchdog"} <= set(Sink.heard["/monitoring/alertmanager/"])
        ):  # fmt: skip
            time.sleep(0.2)
        assert (
            set(Sink.heard["/the-key-of-this-house"]) == {"Watchdog"} and len(Sink.heard["/the-key-of-this-house"]) > 1
        )
        assert set(Sink.heard["/alertmanager"]) == {"NobetDown"}
        assert {"NobetDown", "Watchdog", "ProberDown"} <= set(Sink.heard["/monitoring/alertmanager/"])
        assert {to for tos, _text in letters.taken for to in tos} == {"nobetciler@example.bel.tr"}
        assert any("NobetDown" in text for _tos, text in letters.taken)
        assert not any("NodeDown" in text for _tos, text in letters.taken)
    finally:
        running.kill()
        running.wait()
        mail.stop()
        sink.shutdown()
