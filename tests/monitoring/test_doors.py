"""The doors for programs: /metrics, http_sd, /probe, Alertmanager's webhook, heartbeats."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest import mock

import time_machine
from django.db import OperationalError, transaction
from django.test import TestCase, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from foundation import now
from monitoring.alertmanager import alerts
from monitoring.checks.verdicts import HERE
from monitoring.models import Alert, Check, Node, Outage, Prober
from monitoring.probing import heartbeats
from tests.monitoring.land import a_component, a_province, an_operator, fails

FAMILIES = {"nobet_node_state", "nobet_nodes", "nobet_outages_open", "nobet_tickets_open", "probe_success"}


class Metrics(TestCase):
    def setUp(self):
        a_province("69", 3)
        Check.objects.update(last_probed_at=now(), last_latency=0.02, last_figures={"phases": {"connect": 0.01}})

    def test_prometheus_text_holds_every_family(self):
        answer = self.client.get("/metrics")
        self.assertTrue(answer["Content-Type"].startswith("text/plain; version="))
        families = {family.name: family for family in read_text(answer.content.decode())}
        self.assertLessEqual(FAMILIES, set(families))
        self.assertEqual({s.labels["node"] for s in families["nobet_node_state"].samples}, {"69000", "69001", "69002"})

    def test_openmetrics_by_accept_ends_as_it_must(self):
        answer = self.client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
        self.assertTrue(answer["Content-Type"].startswith("application/openmetrics-text"))
        self.assertTrue(answer.content.endswith(b"# EOF\n"))
        self.assertIn("probe_success", {family.name for family in read_openmetrics(answer.content.decode())})

    @override_settings(METRICS_TOKEN="s3cret-token")
    def test_a_token_is_asked_for_when_set(self):
        for door in ("/metrics", "/monitoring/http_sd/", "/probe?target=x"):
            self.assertEqual(self.client.get(door).status_code, 401)
            self.assertEqual(self.client.get(door, headers={"authorization": "Bearer wrong"}).status_code, 401)
        right = {"authorization": "Bearer s3cret-token"}
        self.assertEqual(self.client.get("/metrics", headers=right).status_code, 200)
        self.assertEqual(self.client.get("/monitoring/http_sd/", headers=right).status_code, 200)


class Discovery(TestCase):
    def setUp(self):
        self.places = a_province("69", 5)
        a_component("EBYS")
        for node in Node.objects.all():
            Check.objects.create(node=node, kind=Check.Kind.TCP, target=f"127.0.0.1:9{node.pk}")

    def targets(self, query: str = "") -> list[str]:
        answer = self.client.get(f"/monitoring/http_sd/{query}")
        self.assertEqual((answer.status_code, answer["Content-Type"]), (200, "application/json"))
        return [target for group in answer.json() for target in group["targets"]]

    def test_every_municipality_once_with_labels(self):
        self.assertEqual(len(self.targets()), 5)
        group = self.client.get("/monitoring/http_sd/").json()[0]
        self.assertEqual(group["labels"]["__meta_nobet_province"], "69")
        self.assertTrue(all(name.startswith("__meta_") and isinstance(v, str) for name, v in group["labels"].items()))

    def test_modules_and_components_can_be_asked_for(self):
        self.assertTrue(all(target.startswith("127.0.0.1:9") for target in self.targets("?module=tcp_connect")))
        self.assertEqual(len(self.targets("?of=components")), 1)
        self.assertEqual(len(self.targets("?of=all&module=http")), 6)

    def test_shards_are_disjoint_and_together_everything(self):
        shards = [self.targets(f"?shard={number}/3") for number in range(3)]
        self.assertEqual(sorted(sum(shards, [])), sorted(self.targets()))
        self.assertEqual(self.targets("?shard=3/3"), self.targets("?shard=0/3"))
        self.assertIn([], [self.targets(f"?shard={number}/999") for number in range(990, 999)])

    def test_nonsense_is_refused_and_an_error_is_never_an_empty_list(self):
        for query in ("?module=melt", "?shard=5/2", "?shard=x", "?of=mars"):
            self.assertEqual(self.client.get(f"/monitoring/http_sd/{query}").status_code, 400)
        self.client.raise_request_exception = False
        with mock.patch("monitoring.registry.prometheus_discovery.groups", side_effect=OperationalError):
            self.assertGreaterEqual(self.client.get("/monitoring/http_sd/").status_code, 500)


@override_settings(PROBE_ALLOW_PRIVATE=True)
class Exporter(TestCase):
    def setUp(self):
        a_province("69", 1)
        self.check_of = Check.objects.get()

    def test_a_failed_probe_is_200_with_success_0(self):
        answer = self.client.get("/probe", {"target": self.check_of.target})
        samples = {s.name: s.value for f in read_text(answer.content.decode()) for s in f.samples}
        self.assertEqual((answer.status_code, samples["probe_success"], samples["probe_http_status_code"]), (200, 0, 0))

    def test_the_scrapers_patience_limits_the_probe(self):
        answer = self.client.get(
            "/probe", {"target": self.check_of.target}, headers={"X-Prometheus-Scrape-Timeout-Seconds": "1.5"}
        )
        self.assertIn(b"probe_timeout_seconds 1.0", answer.content)

    def test_only_registered_targets_are_probed(self):
        self.assertEqual(self.client.get("/probe", {"target": "http://169.254.169.254/"}).status_code, 404)
        self.assertEqual(self.client.get("/probe").status_code, 400)
        self.assertEqual(self.client.get("/probe", {"target": "x", "module": "melt"}).status_code, 400)


def an_alert(status="firing", start=0, *, fingerprint="abc123", **labels) -> dict:
    at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC) + timedelta(minutes=start)
    return {
        "status": status,
        "labels": {"alertname": "NodeDown", "severity": "critical", **labels},
        "annotations": {"summary": "…"},
        "startsAt": at.isoformat(),
        "endsAt": (at + timedelta(seconds=30)).isoformat() if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": fingerprint,
    }


@override_settings(ALERTMANAGER_TOKEN="")
class Alertmanager(TestCase):
    def setUp(self):
        self.places = a_province("69", 5)

    def post(self, *alerts, **headers):
        body = {"version": "4", "groupKey": "{}", "status": "firing", "alerts": list(alerts), "novelty": 1}
        return self.client.post(
            "/monitoring/alertmanager/", json.dumps(body), content_type="application/json", headers=headers
        )

    def test_an_alert_about_a_node_opens_an_outage_and_its_resolution_ends_it(self):
        self.assertEqual(self.post(an_alert(node="69001")).status_code, 200)
        outage = Outage.objects.open().get()
        self.assertEqual((outage.source, outage.affected_count), (Outage.Source.ALERTMANAGER, 1))
        self.assertEqual(self.post(an_alert("resolved", node="69001")).status_code, 200)
        self.assertFalse(Outage.objects.open().exists())

    def test_a_storm_of_alerts_is_one_outage(self):
        self.post(*(an_alert(node=place.code, fingerprint=place.code) for place in self.places))
        self.assertEqual(Outage.objects.open().get().affected_count, 5)

    def test_repeats_change_nothing(self):
        for _time in range(3):
            answer = self.post(an_alert(node="69001"))
        self.assertEqual(answer.json(), {"alerts": 1, "news": 0})
        self.assertEqual(Outage.objects.count(), 1)

    def test_a_resolution_that_overtakes_its_alert_wins(self):
        self.post(an_alert("resolved", node="69001"))
        self.post(an_alert("firing", node="69001"))
        self.assertFalse(Outage.objects.open().exists())

    def test_an_old_resolution_does_not_end_a_new_outage(self):
        self.post(an_alert("firing", 10, node="69001"))
        self.post(an_alert("resolved", 0, node="69001"))
        self.assertTrue(Outage.objects.open().exists())

    def test_a_warning_degrades(self):
        self.post(an_alert(node="69001", severity="warning"))
        self.assertEqual(Node.objects.get(code="69001").state, "degraded")
        self.assertFalse(Outage.objects.exists())

    def test_our_own_probe_keeps_the_node_down_when_the_alert_resolves(self):
        node = Node.objects.get(code="69001")
        node.checks.update(verdict=Check.Verdict.DOWN)
        fails(node)
        self.post(an_alert(node="69001"))
        self.post(an_alert("resolved", node="69001"))
        self.assertTrue(Outage.objects.open().exists())

    def test_the_watchdog_is_a_sign_of_life_and_no_outage(self):
        self.post(an_alert(alertname="Watchdog", node="69001"))
        self.assertFalse(Outage.objects.exists())
        self.assertIsNotNone(Prober.objects.get(name="alertmanager").cycle_ended_at)

    def test_what_cannot_be_stored_is_503_so_that_it_comes_again(self):
        with mock.patch("monitoring.alertmanager.alerts.receive", side_effect=OperationalError):
            self.assertEqual(self.post(an_alert(node="69001")).status_code, 503)

    def test_nonsense_is_400_and_never_500(self):
        for body in (
            "",
            "[]",
            "{}",
            '{"alerts":[1]}',
            '{"alerts":[{"labels":{}}]}',
            '{"alerts":[{"labels":{},"fingerprint":"x","startsAt":"32"}]}',
            "[" * 100_000,
        ):
            answer = self.client.post("/monitoring/alertmanager/", body, content_type="application/json")
            self.assertEqual(answer.status_code, 400)

    @override_settings(ALERTMANAGER_TOKEN="am-token")
    def test_the_token_is_asked_for(self):
        self.assertEqual(self.post(an_alert()).status_code, 401)
        self.assertEqual(self.post(an_alert(), authorization="Bearer am-token").status_code, 200)

    @override_settings(ALLOWED_HOSTS=["testserver", "nobet.example.org"])
    def test_production_without_a_token_keeps_the_door_shut(self):
        self.assertEqual(self.post(an_alert()).status_code, 401)

    def test_a_lost_resolution_is_reconciled(self):
        self.post(an_alert(node="69001"))
        self.assertEqual(alerts.reconcile(["abc123"]), 0)
        self.assertEqual(alerts.reconcile([]), 0, "it may only be late")
        Alert.objects.update(missing_since=now() - timedelta(minutes=11))
        self.assertEqual(alerts.reconcile([]), 1)
        self.assertFalse(Outage.objects.open().exists())

    def test_an_alertmanager_that_began_anew_with_us_resolves_nothing(self):
        """After a power cut it knows no alert until Prometheus has told it again."""
        self.post(an_alert(node="69001"))
        Alert.objects.update(seen_at=now() - timedelta(hours=2))
        self.assertEqual(alerts.reconcile([]), 0)
        self.assertEqual(alerts.reconcile(["abc123"]), 0)
        Alert.objects.filter(missing_since=None).get()
        self.assertTrue(Outage.objects.open().exists())


EPISODES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["firing", "resolved"]), st.integers(1, 3)), min_size=1, max_size=25
)


class AlertSequences(PropertyTestCase):
    """Any order, any repetition: at most one open outage, and the newest episode's last word holds."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(EPISODES)
    def test_final_state_is_that_of_the_newest_episode(self, sequence):
        a_province("69", 1)
        for start, status, repeats in sequence:
            for _time in range(repeats):
                alerts.receive(alerts.read({"alerts": [an_alert(status, start, node="69000")]}))
                self.assertLessEqual(Outage.objects.open().count(), 1)
        newest = max(start for start, _status, _repeats in sequence)
        is_over = any(status == "resolved" for start, status, _repeats in sequence if start == newest)
        self.assertEqual(Outage.objects.open().exists(), not is_over)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["firing", "resolved"]), st.booleans()), max_size=12))
    def test_a_kill_in_the_middle_leaves_nothing_behind_and_the_next_delivery_makes_it_good(self, sequence):
        a_province("69", 1)
        for start, status, is_killed in sequence:
            words = alerts.read({"alerts": [an_alert(status, start, node="69000")]})
            if is_killed:
                before = list(Alert.objects.values_list("status", "starts_at"))
                dying = mock.patch("monitoring.alertmanager.alerts.rollup.refresh", side_effect=KeyboardInterrupt)
                with dying, suppress(KeyboardInterrupt), transaction.atomic():
                    alerts.receive(words)
                    raise KeyboardInterrupt
                self.assertEqual(list(Alert.objects.values_list("status", "starts_at")), before)
            alerts.receive(words)
            self.assertLessEqual(Outage.objects.open().count(), 1)
        newest = max((start for start, _status, _killed in sequence), default=None)
        is_over = any(status == "resolved" for start, status, _killed in sequence if start == newest)
        self.assertEqual(Outage.objects.open().exists(), bool(sequence) and not is_over)


class Heartbeats(TestCase):
    def setUp(self):
        a_province("69", 1)
        Check.objects.all().delete()
        self.beat_of = Check.objects.create(node=Node.objects.get(), kind=Check.Kind.HEARTBEAT, interval=60, grace=30)
        travel = time_machine.travel("2026-11-21 10:00:00Z", tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)
        heartbeats.look_for_late()
        self.door = f"/heartbeat/{self.beat_of.heartbeat_key}/"

    def test_an_unknown_key_is_not_found(self):
        self.assertEqual(self.client.get("/heartbeat/guess/").status_code, 404)

    def silent_for(self, seconds: float) -> None:
        """The sweep looks on every ten seconds."""
        for _ in range(int(seconds / 10)):
            self.clock.shift(10)
            heartbeats.look_for_late()

    def verdict(self) -> str:
        return Check.objects.get(pk=self.beat_of.pk).verdict

    def test_silence_past_the_grace_is_an_outage_dated_to_the_deadline_and_a_beat_ends_it(self):
        self.assertEqual(self.client.post(self.door).status_code, 200)
        self.silent_for(90)
        self.assertEqual(self.verdict(), Check.Verdict.UP)
        self.silent_for(10)
        outage = Outage.objects.open().get()
        self.assertEqual((now() - outage.started_at).total_seconds(), 10)
        self.client.get(self.door)
        self.assertFalse(Outage.objects.open().exists())

    def test_while_we_were_away_nobody_was_silent(self):
        self.client.post(self.door)
        self.silent_for(10)
        self.clock.shift(3600)
        self.silent_for(80)
        self.assertEqual(self.verdict(), Check.Verdict.UP)
        self.silent_for(30)
        self.assertEqual(self.verdict(), Check.Verdict.DOWN)
        self.assertEqual((now() - Outage.objects.get().started_at).total_seconds(), 10)

    def test_while_our_own_line_is_dead_nobody_is_silent(self):
        self.client.post(self.door)
        line = Prober.objects.create(name=HERE, location=HERE, canary_ok=False)
        for _ in range(30):
            Prober.objects.filter(pk=line.pk).update(cycle_ended_at=now())
            self.silent_for(10)
        self.assertEqual(self.verdict(), Check.Verdict.UP)
        Prober.objects.filter(pk=line.pk).update(canary_ok=True)
        self.silent_for(110)
        self.assertEqual(self.verdict(), Check.Verdict.DOWN)

    def heartbeats_of(self, nodes) -> None:
        Check.objects.bulk_create(
            Check(node=node, target=str(number), kind=Check.Kind.HEARTBEAT, interval=60, grace=30)
            for number, node in enumerate(nodes)
        )
        Check.objects.filter(kind=Check.Kind.HEARTBEAT).update(verdict=Check.Verdict.UP, last_probed_at=now())

    def test_many_heartbeats_of_one_place_are_the_place(self):
        self.heartbeats_of([self.beat_of.node] * 25)
        self.silent_for(100)
        self.assertEqual(Outage.objects.get().affected.get().node, self.beat_of.node)

    def test_when_not_one_of_many_is_heard_our_door_is_doubted_first(self):
        self.client.post(self.door)
        a_province("70", 20)
        Check.objects.exclude(pk=self.beat_of.pk).delete()
        self.heartbeats_of(Node.objects.filter(municipality__province="70"))
        self.silent_for(300)
        self.assertFalse(Outage.objects.exists())
        self.client.force_login(an_operator())
        self.assertContains(self.client.get("/board/"), "kimseden yaşam sinyali gelmedi")
        self.client.post(self.door)
        self.silent_for(10)
        self.assertEqual(self.verdict(), Check.Verdict.UP)
        self.assertEqual(Check.objects.filter(verdict=Check.Verdict.DOWN).count(), 20)
        self.assertNotContains(self.client.get("/board/"), "kimseden yaşam sinyali gelmedi")
