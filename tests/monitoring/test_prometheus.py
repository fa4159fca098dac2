"""Real Prometheus, blackbox_exporter and Alertmanager, with the configuration that we ship.

They discover our nodes, probe them, alert; our board shows it; silences go out; the
resolution comes back. Only addresses and waiting times differ from deploy/prometheus/.
"""

import asyncio
import json
import os
import re
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
import yaml
from django.test import LiveServerTestCase, override_settings

from foundation import now
from foundation.leases.leases import run_sweep
from helpdesk.models import Queue, Team
from helpdesk.tickets import counters
from monitoring import sweeps
from monitoring.alertmanager import client
from monitoring.history import node_history
from monitoring.models import Check, Maintenance, Node, Outage, Prober
from monitoring.simulator import control
from monitoring.simulator.endpoints import City
from monitoring.simulator.map import SimulatedNode
from monitoring.simulator.resident import run
from tests import servers
from tests.monitoring.land import a_province

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
TOKENS = {"METRICS_TOKEN": "metrics-token-of-tests", "ALERTMANAGER_TOKEN": "alertmanager-token-of-tests"}
NAMES = r"\b(?:nobet|probe)_\w+|\b\w+:\w+:\w+"
# Series of a desk whose promises were decided: there is none in this invented land.
ONLY_WITH_PROMISES = {
    "nobet_sla_attainment_ratio",
    "nobet_sla_breaches_total",
    "nobet_sla_burn_rate",
    "nobet:sla_budget_used:ratio",
    "nobet:sla_breaches:increase1h",
    "nobet:sla_breaches:increase6h",
}
SOON = {"15s": "1s", "30s": "1s", "10s": "1s", "60s": "1s", "1m": "2s", "2m": "2s", "4h": "1h", "0s": "0s"}


def sooner(value):
    """The same configuration with short waits."""
    if isinstance(value, dict):
        return {key: sooner(part) for key, part in value.items()}
    if isinstance(value, list):
        return [sooner(part) for part in value]
    return SOON.get(value, value)


def something_to_show() -> None:
    """A sweep that went through, a prober of our own that saw a certificate, a queue: what the dashboard is about."""
    run_sweep("monitoring.review", sweeps.look_around)
    Prober.objects.create(name="here", location="here", cycle_ended_at=now())
    figures = {"probe_ssl_earliest_cert_expiry": now().timestamp() + 86_400}
    Check.objects.filter(node__code="69000").update(last_probed_at=now(), last_figures={"figures": figures})
    team = Team.objects.create(code="YAZILIM", name_tr="Yazılım", name_en="Software")
    Queue.objects.create(code="YAZILIM", name_tr="Yazılım", name_en="Software", team=team)
    counters.recount()


@pytest.mark.prometheus
@override_settings(PROBE_ALLOW_PRIVATE=True, **TOKENS)
class WithARealPrometheus(LiveServerTestCase):
    def setUp(self):
        a_province("69", 5)
        something_to_show()
        first = servers.free_range(5)
        for number, check in enumerate(Check.objects.order_by("node__code")):
            Check.objects.filter(pk=check.pk).update(target=f"http://127.0.0.1:{first + number}/")
        self.start_city(first)
        self.folder = Path(self.enterContext(servers.tempfile.TemporaryDirectory(prefix="nobet-prometheus-")))
        self.ports = {name: servers.free_port() for name in ("prometheus", "blackbox", "alertmanager")}
        self.write_configuration()
        self.start_programs()

    def start_city(self, first: int) -> None:
        places = [
            SimulatedNode(node.code, node.name, first + number, "69", "İl 69")
            for number, node in enumerate(Node.objects.all())
        ]
        self.control = servers.free_port()
        loop, leaving = asyncio.new_event_loop(), asyncio.Event()
        city = threading.Thread(
            target=loop.run_until_complete, args=[run(City(places), self.control, until=leaving)], daemon=True
        )
        city.start()
        self.addCleanup(city.join, 5)
        self.addCleanup(loop.call_soon_threadsafe, leaving.set)

    def write_configuration(self) -> None:
        here = self.live_server_url.removeprefix("http://")
        addresses = {
            "nobet:8000": here,
            "blackbox:9115": f"127.0.0.1:{self.ports['blackbox']}",
            "alertmanager:9093": f"127.0.0.1:{self.ports['alertmanager']}",
            "/etc/prometheus/nobet-metrics-token": str(self.folder / "metrics-token"),
            "/etc/alertmanager/nobet-token": str(self.folder / "alertmanager-token"),
        }
        (self.folder / "metrics-token").write_text(TOKENS["METRICS_TOKEN"])
        (self.folder / "alertmanager-token").write_text(TOKENS["ALERTMANAGER_TOKEN"])
        for path in SHIPPED.glob("**/*.yml"):
            name, text = path.relative_to(SHIPPED), path.read_text()
            for theirs, ours in addresses.items():
                text = text.replace(theirs, ours)
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(yaml.safe_dump(sooner(yaml.safe_load(text)), sort_keys=False))

    def start_programs(self) -> None:
        at = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self.start(
            "prometheus-blackbox-exporter", "--config.file=blackbox.yml", f"--web.listen-address={at['blackbox']}"
        )
        self.start(
            "prometheus-alertmanager",
            "--config.file=alertmanager.yml",
            f"--web.listen-address={at['alertmanager']}",
            "--storage.path=alertmanager",
            "--cluster.listen-address=",
        )
        self.start(
            "prometheus",
            "--config.file=prometheus.yml",
            f"--web.listen-address={at['prometheus']}",
            "--storage.tsdb.path=prometheus",
            "--rules.alert.resend-delay=2s",
        )

    def start(self, name: str, *words: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        running = subprocess.Popen(
            [servers.program(name), *words], cwd=self.folder, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]}
        )
        self.addCleanup(log.close)
        self.addCleanup(running.wait, 10)
        self.addCleanup(running.kill)

    def until(self, question, what: str, within: float = 90):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            answer = question()
            if answer:
                return answer
            time.sleep(0.3)
        logs = "\n".join(path.read_text()[-1500:] for path in self.folder.glob("*.log"))
        raise AssertionError(f"waited {within} s for {what}\n{logs}")

    def asked(self, program: str, path: str):
        try:
            return requests.get(f"http://127.0.0.1:{self.ports[program]}{path}", timeout=5).json()
        except requests.RequestException:
            return {}

    def targets(self) -> dict[str, int]:
        active = self.asked("prometheus", "/api/v1/targets").get("data", {}).get("activeTargets", [])
        healthy = [target["scrapePool"] for target in active if target["health"] == "up"]
        return {pool: healthy.count(pool) for pool in healthy}

    def series(self, query: str) -> list:
        answer = self.asked("prometheus", f"/api/v1/query?{urlencode({'query': query})}")
        self.assertEqual(answer.get("status", "success"), "success", answer)
        return answer.get("data", {}).get("result", [])

    def test_from_discovery_to_resolution(self):
        self.until(lambda: self.targets() == {"nobet": 1, "probe-municipalities": 5}, "five discovered targets")
        self.until(lambda: len(self.series("probe_success==1")) >= 5, "five good probes")
        self.until(lambda: len(self.series("nobet_node_state")) == 5, "our own figures")
        self.until(lambda: Prober.objects.filter(name="alertmanager").exists(), "the watchdog")

        self.until(self.the_past_is_known, "a past in Prometheus")
        self.every_rule_works()
        self.every_panel_shows_something()

        control.break_down("69002", mode="refuse", port=self.control)
        outage = self.until(lambda: Outage.objects.open().first(), "an outage")
        self.assertEqual((outage.source, outage.affected_count), (Outage.Source.ALERTMANAGER, 1))
        self.assertEqual(Node.objects.get(code="69002").state, "outage")

        control.heal(port=self.control)
        self.until(lambda: not Outage.objects.open().exists(), "the resolution")
        self.silences_go_out_and_come_back()

    def every_rule_works(self) -> None:
        """None is in error, all were worked out, and what each asks for is scraped."""
        shipped = [
            rule
            for path in (SHIPPED / "rules").glob("*.yml")
            for group in yaml.safe_load(path.read_text())["groups"]
            for rule in group["rules"]
        ]
        self.until(lambda: len(self.rules("ok")) == len(shipped), "every rule to be worked out")
        scraped = set(self.asked("prometheus", "/api/v1/label/__name__/values")["data"])
        wanted = {name for rule in shipped for name in re.findall(NAMES, rule["expr"])}
        self.assertEqual(wanted - scraped - ONLY_WITH_PROMISES, {"probe_timeout_seconds"})

    def rules(self, health: str) -> list:
        groups = self.asked("prometheus", "/api/v1/rules").get("data", {}).get("groups", [])
        return [rule for group in groups for rule in group["rules"] if rule["health"] == health]

    def every_panel_shows_something(self) -> None:
        """The dashboard for Grafana: each query is understood and brings series where there is anything to show."""
        panels = json.loads((SHIPPED / "grafana" / "nobet.json").read_text())["panels"]
        queries = [target["expr"] for panel in panels for target in panel["targets"]]
        self.assertGreaterEqual(len(queries), 10)
        for query in queries:
            query = query.replace("$province", "69|70")
            if not ONLY_WITH_PROMISES & set(re.findall(NAMES, query)):
                self.until(lambda query=query: self.series(query), query)

    def the_past_is_known(self) -> bool:
        with override_settings(PROMETHEUS_URL=f"http://127.0.0.1:{self.ports['prometheus']}"):
            found = node_history.of(Node.objects.get(code="69001"), "1d", at=now())
        self.assertTrue(found.from_prometheus)
        latest = found.points[-1]
        return latest.share == 1.0 and latest.ms is not None and latest.ms > 0

    def silences_go_out_and_come_back(self) -> None:
        window = Maintenance.objects.create(
            title_tr="Bakım", title_en="Work", starts_at=now(), ends_at=now() + timedelta(hours=1)
        )
        window.nodes.set(Node.objects.filter(code="69003"))
        with override_settings(ALERTMANAGER_URL=f"http://127.0.0.1:{self.ports['alertmanager']}"):
            self.assertEqual(client.keep_silences(), 1)
            self.assertEqual(self.silenced(), {"69003": "active"})
            Maintenance.objects.update(cancelled_at=now())
            self.assertEqual(client.keep_silences(), 1)
            self.assertEqual(self.silenced(), {"69003": "expired"})
            self.assertEqual(client.reconcile(), 0)

    def silenced(self) -> dict[str, str]:
        silences = self.asked("alertmanager", "/api/v2/silences")
        return {silence["matchers"][0]["value"]: silence["status"]["state"] for silence in silences}
