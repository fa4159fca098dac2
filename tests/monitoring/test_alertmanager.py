"""Silences out to Alertmanager, over HTTP to a small stand-in that keeps what it is told."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import time_machine
from django.test import TestCase, override_settings

from monitoring.alertmanager import client
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node, Silence
from tests.monitoring.land import a_province, an_operator

SUNDAY = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)  # 03.00 in Istanbul


class StandIn(BaseHTTPRequestHandler):
    """POST /silences gives a number, DELETE takes it away; `is_away` answers nothing but 503."""

    kept: dict[str, dict]
    posted: list[dict]
    is_away = False

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.is_away:
            self.posted.append(body)
            self.kept[f"silence-{len(self.posted)}"] = body
        self.answer({"silenceID": f"silence-{len(self.posted)}"})

    def do_DELETE(self):
        if not self.is_away:
            self.kept.pop(self.path.rsplit("/", 1)[1])
        self.answer(None)

    def answer(self, what) -> None:
        body = b"" if what is None else json.dumps(what).encode()
        self.send_response(503 if self.is_away else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Quiet."""


class Silences(TestCase):
    def setUp(self):
        a_province("69", 3)
        self.nermin = an_operator()
        self.there = type("There", (StandIn,), {"kept": {}, "posted": []})
        server = HTTPServer(("127.0.0.1", 0), self.there)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.enterContext(override_settings(ALERTMANAGER_URL=f"http://127.0.0.1:{server.server_port}"))
        self.clock = self.enterContext(time_machine.travel(SUNDAY - timedelta(hours=30), tick=False))

    def a_window(self, **more) -> Maintenance:
        window = Maintenance(
            title_tr="Hat bakımı", title_en="Line", starts_at=SUNDAY, ends_at=SUNDAY + timedelta(hours=2), **more
        )
        return windows.plan(window, by=self.nermin, nodes=[Node.objects.get(code="69001")])

    def starts(self) -> list[str]:
        return [one["startsAt"][:16] for one in self.there.posted]

    def test_a_window_is_silenced_a_day_before_and_only_once(self):
        self.a_window()
        self.assertEqual(client.keep_silences(), 0)
        self.clock.shift(timedelta(hours=7))
        self.assertEqual([client.keep_silences() for _time in range(3)], [1, 0, 0])
        silence = self.there.posted[0]
        self.assertEqual(silence["matchers"], [{"name": "node", "value": "69001", "isRegex": True, "isEqual": True}])

    def test_not_even_a_setting_leads_to_where_machines_hand_out_credentials(self):
        with (
            override_settings(ALERTMANAGER_URL="http://169.254.169.254/"),
            self.assertLogs(client.logger) as said,
        ):
            self.assertIsNone(client.call("get", "alerts"))
        self.assertIn("ClientConnectorError", said.output[0])

    def test_every_round_of_a_rule_is_silenced_as_it_comes(self):
        self.a_window(rule="FREQ=WEEKLY;COUNT=3")
        for _day in range(30):
            client.keep_silences()
            self.clock.shift(timedelta(days=1))
        self.assertEqual(self.starts(), ["2026-11-22T03:00", "2026-11-29T03:00", "2026-12-06T03:00"])
        self.assertLessEqual(Silence.objects.count(), 1, "rounds that are over are forgotten")

    def test_calling_off_lifts_every_silence_to_come(self):
        window = self.a_window(rule="FREQ=DAILY;COUNT=5")
        self.clock.shift(timedelta(hours=31))
        self.assertEqual(client.keep_silences(), 2)
        windows.call_off(window, by=self.nermin)
        self.assertEqual(client.keep_silences(), 2)
        self.assertEqual((self.there.kept, Silence.objects.count()), ({}, 0))

    def test_what_alertmanager_did_not_take_is_told_again(self):
        self.a_window()
        self.clock.shift(timedelta(hours=20))
        self.there.is_away = True
        self.assertEqual(client.keep_silences(), 0)
        self.there.is_away = False
        self.assertEqual(client.keep_silences(), 1)
