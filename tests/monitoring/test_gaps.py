"""When we saw nothing: no data in the history, whatever the nodes had been left in."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import time_machine
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st

from foundation import now
from monitoring.checks.samples import Block
from monitoring.history import gaps, rollups
from monitoring.history.availability import Turn, account, without
from monitoring.models import Blindness, Check, Day, Node, NodeTransition, Prober, State
from monitoring.probing import heartbeats, recording
from tests.monitoring.land import a_province

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
HOUR = 3600


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def cycle(name: str = "here", location: str = "here", **facts) -> None:
    recording.record_cycle(name, location, Block(now().timestamp()), [], **{"canary_ok": True, **facts})


class Blind(TestCase):
    def setUp(self):
        a_province("69", 2)
        self.node, self.other = Node.objects.order_by("pk")
        Node.objects.update(since=NOON - timedelta(days=3))
        travel = time_machine.travel(NOON, tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)

    def cycles(self, seconds: float, **facts) -> None:
        for _ in range(int(seconds / 10)):
            self.clock.shift(10)
            cycle(**facts)

    def no_data(self, node: Node | None = None) -> int:
        rollups.roll_up(date(2026, 11, 18), now())
        return Day.objects.get(node=node or self.node).no_data

    def test_while_the_prober_was_silent_nothing_is_known(self):
        cycle()
        self.cycles(60)
        self.assertEqual(self.no_data(), 0)
        self.clock.shift(HOUR)
        self.assertEqual(self.no_data(), HOUR, "before it is back")
        cycle()
        self.cycles(60)
        self.assertEqual(self.no_data(), HOUR)
        self.assertEqual(Blindness.objects.count(), 1)
        self.assertEqual(Day.objects.get(node=self.node).worst, State.OK, "most of the day is known")

    def test_a_pause_of_a_restart_is_none(self):
        cycle()
        self.clock.shift(25)
        cycle()
        self.assertEqual(self.no_data(), 0)

    def test_while_its_line_was_dead_nothing_is_known(self):
        cycle()
        self.cycles(600, canary_ok=False)
        self.cycles(60)
        self.assertEqual(self.no_data(), 600)
        self.assertEqual(Blindness.objects.count(), 1)

    def test_a_node_that_was_down_counts_as_down_only_while_we_saw_it(self):
        NodeTransition.objects.create(node=self.node, old="ok", new="outage", at=NOON)
        Node.objects.filter(pk=self.node.pk).update(state=State.OUTAGE, since=NOON)
        cycle()
        self.cycles(60)
        self.clock.shift(HOUR)
        cycle()
        self.cycles(60)
        self.assertEqual(self.no_data(), HOUR)
        self.assertEqual(Day.objects.get(node=self.node).down, 120)

    def test_another_place_that_sees_is_enough(self):
        for place in ("here", "van"):
            cycle(place, place)
        for _ in range(60):
            self.clock.shift(10)
            cycle("van", "van")
        self.assertEqual(self.no_data(), 0)
        self.clock.shift(HOUR)
        self.assertEqual(self.no_data(), HOUR)

    def test_of_two_shards_only_the_checks_of_the_silent_one_are_unseen(self):
        silent, alive = (f"here {node.checks.get().pk % 2 + 1}/2" for node in (self.node, self.other))
        for name in (silent, alive):
            cycle(name)
        for _ in range(60):
            self.clock.shift(10)
            cycle(alive)
        self.assertEqual((self.no_data(self.node), self.no_data(self.other)), (600, 0))

    def test_heartbeats_that_nobody_could_hear(self):
        Check.objects.filter(node=self.node).update(kind=Check.Kind.HEARTBEAT)
        heartbeats.look_for_late()
        self.clock.shift(HOUR)
        heartbeats.look_for_late()
        cycle()
        self.assertEqual((self.no_data(self.node), self.no_data(self.other)), (HOUR, 0))

    def test_where_prometheus_asks_its_watchdog_tells(self):
        Check.objects.filter(node=self.node).update(kind=Check.Kind.ALERT)
        Prober.objects.create(name=gaps.ALERTMANAGER, cycle_ended_at=now(), period=120)
        self.clock.shift(HOUR)
        self.assertEqual((self.no_data(self.node), self.no_data(self.other)), (HOUR, 0))


spans = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20)), max_size=4)


@given(spans, spans)
def test_common_stretches_are_those_of_every_list(first, second):
    def in_order(drawn):
        found, at = [], 0
        for wait, length in drawn:
            found.append((minutes(at + wait + 1), minutes(at + wait + 1 + length)))
            at += wait + 1 + length
        return found

    lists = [in_order(first), in_order(second)]
    shared = gaps.common(lists)
    for minute in range(500):
        at = minutes(minute + 0.5)
        inside = [any(since < at < until for since, until in one) for one in lists]
        assert any(since < at < until for since, until in shared) == all(inside)


@given(st.lists(st.tuples(st.integers(-10, 110), st.sampled_from([State.OK, State.OUTAGE, State.MAINTENANCE]))))
def test_a_gap_takes_its_own_time_and_nothing_else(turned):
    turns = [Turn(minutes(at), state) for at, state in turned]
    seen = without(turns, State.OK, [(minutes(20), minutes(50))])
    whole = account(seen, before=State.OK, start=NOON, end=minutes(100))
    assert whole.seconds.pop(State.NO_DATA) == 30 * 60
    parts = [account(turns, before=State.OK, start=minutes(a), end=minutes(b)) for a, b in ((0, 20), (50, 100))]
    assert Counter(whole.seconds) == Counter(parts[0].seconds) + Counter(parts[1].seconds)
