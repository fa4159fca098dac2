"""From what nodes say to outages: one for a mass failure, none before its time."""

import dataclasses
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.live.models import Event
from monitoring import outages
from monitoring.checks import verdicts
from monitoring.checks.verdicts import Memory, Verdict
from monitoring.models import Affected, Check, Dependency, Node, Outage, Scope, State, Transition
from monitoring.probing import recording
from monitoring.probing.probe import Probe
from monitoring.scopes import PlaceCount, reach, should_wait
from tests.monitoring.land import a_component, a_province


def change(node: Node, verdict: str, *, since=None) -> recording.CheckChange:
    """What the prober hands over when the node's first check turned."""
    check = node.checks.first()
    at = now().timestamp()
    before = recording.memory_of(check)
    streak = (
        verdicts.Streak(failures=3, since=since or at) if verdict == "down" else verdicts.Streak(successes=2, since=at)
    )
    after = Memory(Verdict(verdict), since or at, at, (("here", streak),), before.flaps)
    return recording.CheckChange(Probe.of(check), before, after, "timeout" if verdict == "down" else "", 0.1, at)


def suspicion(node: Node) -> recording.CheckChange:
    check, at = node.checks.first(), now().timestamp()
    before = recording.memory_of(check)
    after = Memory(before.verdict, before.since, 0.0, (("here", verdicts.Streak(failures=1, since=at)),))
    return recording.CheckChange(Probe.of(check), before, after, "timeout", 3.0, at)


def down(*nodes: Node) -> bool:
    return recording.record([change(node, "down") for node in nodes])


def up(*nodes: Node) -> bool:
    return recording.record([change(node, "up") for node in nodes])


class ReviewingNodes(TestCase):
    def setUp(self):
        self.big, self.small = a_province("06", 20), a_province("69", 5)
        for plate in range(30, 38):
            a_province(str(plate), 20)
        self.nodes = {place.code: place.nodes.get() for place in [*self.big, *self.small]}

    def of(self, plate: str, number: int) -> list[Node]:
        return list(Node.objects.filter(municipality__province=plate)[:number])

    def test_one_silent_municipality_is_a_local_outage_dated_back(self):
        node = self.of("69", 1)[0]
        first_sign = (now() - timedelta(seconds=40)).timestamp()
        recording.record([change(node, "down", since=first_sign)])
        outage = Outage.objects.get()
        self.assertEqual((outage.scope, outage.severity, outage.affected_count), (Scope.LOCAL, "S2", 1))
        self.assertEqual(outage.started_at.timestamp(), pytest.approx(first_sign))
        self.assertEqual(outage.evidence["checks"][0]["error"], "timeout")

    def test_four_of_a_small_province_are_regional_three_are_not(self):
        down(*self.of("69", 3))
        self.assertEqual(Outage.objects.open().filter(scope=Scope.LOCAL).count(), 3)
        down(self.of("69", 4)[3])
        outage = Outage.objects.open().get()
        self.assertEqual((outage.scope, outage.province_id, outage.affected_count), (Scope.REGIONAL, "69", 4))
        self.assertEqual(outage.merged.count(), 3)

    def test_a_large_province_needs_thirty_per_cent(self):
        down(*self.of("06", 5))
        self.assertFalse(Outage.objects.filter(scope=Scope.REGIONAL).exists())
        down(*self.of("06", 6)[5:])
        self.assertTrue(Outage.objects.open().filter(scope=Scope.REGIONAL).exists())

    def test_everything_at_once_is_one_outage(self):
        everyone = list(Node.objects.all())
        down(*everyone)
        outage = Outage.objects.get()
        self.assertEqual((outage.scope, outage.severity), (Scope.CENTRAL, "S1"))
        self.assertEqual(outage.affected_count, len(everyone))

    def test_everything_one_after_another_is_one_outage_too(self):
        """As probes meet a mass failure: suspicions first, then confirmed in beats of a second."""
        everyone = list(Node.objects.all())
        with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
            recording.record([suspicion(node) for node in everyone])
            for start in range(0, len(everyone), 9):
                clock.shift(1)
                down(*everyone[start : start + 9])
        outage = Outage.objects.get()
        self.assertEqual((outage.scope, outage.affected_count), (Scope.CENTRAL, len(everyone)))

    def test_a_wave_that_ebbs_leaves_only_what_is_really_down(self):
        crowd = self.of("06", 8)
        with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
            recording.record([suspicion(node) for node in crowd])
            self.assertTrue(down(crowd[0]))
            self.assertFalse(Outage.objects.exists())
            clock.shift(10)
            recording.record([change(node, "up") for node in crowd[1:]])
            self.assertFalse(outages.review(now()))
        self.assertEqual(Outage.objects.get().scope, Scope.LOCAL)

    def test_a_component_and_those_that_lean_on_it_are_one_outage(self):
        core, other = a_component("ALTYAPI"), a_component("EBYS")
        parent, child = Node.objects.get(component=core), Node.objects.get(component=other)
        Dependency.objects.create(node=child, parent=parent)
        down(parent)
        down(child)
        outage = Outage.objects.get()
        self.assertEqual(outage.scope, Scope.CENTRAL)
        self.assertEqual({component.pk for component in outage.components.all()}, {"ALTYAPI", "EBYS"})
        self.assertEqual(child.checks.get().verdict, Check.Verdict.UNREACHABLE)

    def test_what_stays_down_behind_a_parent_that_is_back_is_down_for_itself(self):
        child, still_cut_off = (Node.objects.get(component=a_component(code)) for code in ("EBYS", "TAHSILAT"))
        parent, other = (Node.objects.get(component=a_component(code)) for code in ("ALTYAPI", "KIMLIK"))
        for node in (child, still_cut_off):
            Dependency.objects.create(node=node, parent=parent)
        Dependency.objects.create(node=still_cut_off, parent=other)
        down(parent, other)
        down(child, still_cut_off)
        up(parent)
        self.assertEqual(child.checks.get().verdict, Check.Verdict.DOWN)
        self.assertEqual(still_cut_off.checks.get().verdict, Check.Verdict.UNREACHABLE)
        last = Transition.objects.filter(check_of__node=child).latest("pk")
        self.assertEqual((last.old, last.new), (Check.Verdict.UNREACHABLE, Check.Verdict.DOWN))
        self.assertEqual([parent["state"] for parent in last.evidence["parents"]], [State.OK])
        child.refresh_from_db()
        self.assertEqual(child.state, State.OUTAGE)

    def test_one_more_failure_of_a_known_suspicion_costs_no_look_at_its_node(self):
        node = self.of("69", 1)[0]
        recording.record([suspicion(node)])
        self.assertIsNotNone(Node.objects.get(pk=node.pk).suspected_at)
        check = node.checks.get()
        before = recording.memory_of(check)
        streak = before.streak("here")
        after = dataclasses.replace(before, streaks=(("here", dataclasses.replace(streak, failures=2)),))
        again = recording.CheckChange(Probe.of(check), before, after, "timeout", 3.0, streak.since + 5)
        self.assertFalse(again.shows)
        with CaptureQueriesContext(connection) as asked:
            recording.record([again])
        self.assertFalse(
            [query for query in asked if "monitoring_maintenance" in query["sql"]], "the node was read anew"
        )
        self.assertEqual(recording.memory_of(node.checks.get()), after)

    def test_recovery_ends_it_and_boards_hear_of_every_node(self):
        nodes = self.of("69", 5)
        down(*nodes)
        up(*nodes)
        outage = Outage.objects.get()
        self.assertFalse(outage.is_open)
        self.assertEqual(outage.recovered_count, 5)
        self.assertEqual(Event.objects.filter(audience="board", kind="node").count(), 10)
        self.assertFalse(Affected.objects.current().exists())

    def test_a_flapping_node_keeps_its_outage_open(self):
        node = self.of("69", 1)[0]
        down(node)
        Check.objects.filter(node=node).update(is_flapping=True)
        recovered = change(node, "up")
        recovered.after = Memory(
            Verdict.UP, recovered.at, recovered.at, recovered.after.streaks, verdicts.Flaps(is_flapping=True)
        )
        recording.record([recovered])
        self.assertTrue(Outage.objects.get().is_open)

    def test_an_unchanged_round_writes_no_history(self):
        before = Transition.objects.count()
        self.assertFalse(outages.review(now()))
        self.assertEqual((Transition.objects.count(), Outage.objects.count()), (before, 0))


@pytest.mark.parametrize(
    ("province", "country", "scope"),
    [
        (PlaceCount(5, 3), PlaceCount(1407, 3), Scope.LOCAL),
        (PlaceCount(5, 4), PlaceCount(1407, 4), Scope.REGIONAL),
        (PlaceCount(60, 17), PlaceCount(1407, 17), Scope.LOCAL),
        (PlaceCount(60, 18), PlaceCount(1407, 18), Scope.REGIONAL),
        (PlaceCount(60, 5), PlaceCount(1407, 281), Scope.LOCAL),
        (PlaceCount(60, 5), PlaceCount(1407, 282), Scope.CENTRAL),
    ],
)
def test_scopes_follow_the_published_shares(province, country, scope):
    assert reach(province, country) == scope


@pytest.mark.parametrize(
    ("province", "country", "waited", "waits"),
    [
        (PlaceCount(5, 1, 0), PlaceCount(1407, 1, 0), 0, False),
        (PlaceCount(5, 1, 3), PlaceCount(1407, 1, 3), 0, True),
        (PlaceCount(5, 1, 3), PlaceCount(1407, 1, 3), 31, False),
        (PlaceCount(60, 1, 0), PlaceCount(1407, 30, 60), 5, True),
        (PlaceCount(60, 60, 0), PlaceCount(1407, 300, 900), 0, False),
    ],
)
def test_a_rising_wave_is_waited_for_but_not_for_long(province, country, waited, waits):
    assert should_wait(province, country, waited) is waits
