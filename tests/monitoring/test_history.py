"""Availability: what counts, what leaves the denominator, and that history can be corrected."""

from datetime import UTC, date, datetime, timedelta
from unittest import skipUnless

import pytest
import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from foundation import now
from monitoring import outages, sweeps
from monitoring.checks.samples import Block
from monitoring.checks.verdicts import Result
from monitoring.history import partitions, rollups, sparklines
from monitoring.history.availability import Turn, account
from monitoring.maintenance import windows
from monitoring.models import (
    Check,
    Day,
    Hour,
    Maintenance,
    Node,
    NodeTransition,
    Outage,
    RawHour,
    SampleBlock,
    State,
    Transition,
)
from monitoring.nodes import rollup
from monitoring.refusals import WindowCoversNothing
from tests.monitoring.land import a_province, an_operator, fails

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday, 12.00 in Istanbul


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def test_maintenance_and_no_data_leave_the_denominator():
    turns = [
        Turn(minutes(10), State.OUTAGE),
        Turn(minutes(16), State.OK),
        Turn(minutes(20), State.MAINTENANCE),
        Turn(minutes(50), State.NO_DATA),
        Turn(minutes(60), State.DEGRADED),
    ]
    total = account(turns, before=State.OK, start=NOON, end=minutes(100))
    assert (total.expected, total.down, total.outside) == (6000, 360, 2400)
    assert total.share_up == pytest.approx(1 - 6 / 60)
    assert total.worst == State.OUTAGE


def test_where_nothing_counts_there_is_no_figure():
    assert account([], before=State.NO_DATA, start=NOON, end=minutes(5)).share_up is None


@given(st.lists(st.tuples(st.integers(-50, 150), st.sampled_from(State.values)), max_size=20))
def test_every_second_is_counted_once(turned):
    turns = [Turn(minutes(at), state) for at, state in turned]
    total = account(turns, before=State.OK, start=NOON, end=minutes(100))
    assert total.expected == pytest.approx(6000)
    assert total.share_up is None or 0 <= total.share_up <= 1


class RollingUp(TestCase):
    def setUp(self):
        a_province("69", 2)
        self.node, self.other = Node.objects.all()
        Node.objects.update(since=NOON - timedelta(days=3))
        for at, old, new in ((0, "ok", "outage"), (90, "outage", "ok")):
            NodeTransition.objects.create(node=self.node, old=old, new=new, at=minutes(at))

    def day(self, node: Node) -> Day:
        return Day.objects.get(node=node, day=date(2026, 11, 18))

    def test_a_day_is_local_and_repeating_it_changes_nothing(self):
        for _time in range(2):
            rollups.roll_up(date(2026, 11, 18), NOON + timedelta(days=1))
        row = self.day(self.node)
        self.assertEqual((row.expected, row.down, row.worst), (86_400, 5_400, "outage"))
        self.assertEqual((row.service_expected, row.service_down), (15 * 3600, 5_400))
        self.assertEqual(self.day(self.other).down, 0)
        self.assertEqual(Day.objects.count(), 2)
        self.assertAlmostEqual(rollups.of_days([row]).share_up, 1 - 5_400 / 86_400)

    def test_what_happens_today_does_not_take_yesterday_away(self):
        """A day without a turn is known from the next one: the node was all the while what it left then."""
        turned = minutes(24 * 60)
        NodeTransition.objects.create(node=self.other, old="ok", new="outage", at=turned)
        Node.objects.filter(pk=self.other.pk).update(state="outage", since=turned)
        rollups.roll_up(date(2026, 11, 18), NOON + timedelta(days=1, hours=1))
        row = self.day(self.other)
        self.assertEqual((row.no_data, row.down, row.worst), (0, 0, "ok"))

    def test_a_window_admitted_afterwards_takes_the_outage_out_of_its_days(self):
        rollups.roll_up(date(2026, 11, 18), NOON + timedelta(days=1))
        with time_machine.travel(NOON + timedelta(days=1)):
            window = Maintenance(title_tr="Hat", title_en="Line", starts_at=minutes(-10), ends_at=minutes(60))
            windows.plan(window, by=an_operator(), nodes=[self.node])
        row = self.day(self.node)
        self.assertEqual((row.maintenance, row.down), (70 * 60, 30 * 60))

    def test_each_past_round_of_a_rule_is_taken_out_of_its_day(self):
        NodeTransition.objects.create(node=self.node, old="ok", new="outage", at=minutes(24 * 60))
        NodeTransition.objects.create(node=self.node, old="outage", new="ok", at=minutes(25 * 60))
        for day in (18, 19):
            rollups.roll_up(date(2026, 11, day), NOON + timedelta(days=3))
        with time_machine.travel(NOON + timedelta(days=3)):
            window = Maintenance(
                title_tr="Hat", title_en="Line", starts_at=minutes(-10), ends_at=minutes(60), rule="FREQ=DAILY"
            )
            windows.plan(window, by=an_operator(), nodes=[self.node])
        self.assertEqual((self.day(self.node).maintenance, self.day(self.node).down), (70 * 60, 30 * 60))
        next_day = Day.objects.get(node=self.node, day=date(2026, 11, 19))
        self.assertEqual((next_day.maintenance, next_day.down), (70 * 60, 0))

    def test_a_window_admitted_for_many_costs_no_more_statements(self):
        counts = []
        for covered in (Node.objects.all()[:1], Node.objects.all()):
            with time_machine.travel(NOON + timedelta(days=1)), CaptureQueriesContext(connection) as asked:
                window = Maintenance.objects.create(
                    title_tr="Hat", title_en="Line", starts_at=minutes(-10), ends_at=minutes(60)
                )
                window.nodes.set(covered)
                windows.reclassify(window)
            counts.append(len(asked))
        self.assertEqual(*counts)

    def test_an_hour_of_blocks_becomes_one_row_a_check(self):
        check = Check.objects.first()
        for second in range(0, 3600, 600):
            block = Block(NOON.timestamp() + second)
            for step in range(20):
                raw = Result.FAIL if second == 600 and step < 5 else Result.OK
                block.add(check.pk, block.at + step * 30, raw, 0.010 + step / 1000)
            SampleBlock.objects.create(at=NOON + timedelta(seconds=second), samples=block.seal())
        self.assertEqual(rollups.seal_until(NOON + timedelta(hours=1)), 1)
        row = Hour.objects.get()
        self.assertEqual((row.asked, row.answered, row.failed), (120, 115, 5))
        self.assertEqual((row.latency_p50, row.latency_max), (20, 29))
        self.assertFalse(SampleBlock.objects.exists())
        samples = sparklines.recent(check, NOON + timedelta(minutes=70), span=timedelta(minutes=70))
        self.assertEqual((len(samples), sum(sample.raw is Result.FAIL for sample in samples)), (120, 5))

    def test_history_is_forgotten_by_its_age_and_checks_take_theirs_along(self):
        check, gone = Check.objects.all()
        at = NOON.replace(minute=0)
        for days in (1, 100, 300, 500):
            block = Block((at - timedelta(days=days)).timestamp())
            block.add(check.pk, block.at, Result.OK, 0.02)
            block.add(gone.pk, block.at, Result.OK, 0.02)
            SampleBlock.objects.create(at=at - timedelta(days=days), samples=block.seal())
        for years in (1, 6):
            turned = at - timedelta(days=366 * years)
            NodeTransition.objects.create(node=self.node, old="ok", new="outage", at=turned)
            Transition.objects.create(check_of=check, old="up", new="down", at=turned)
        rollups.seal_until(NOON)
        gone.delete()
        with time_machine.travel(NOON, tick=False):
            rollups.forget()
        kept = [(at - hour.at).days for hour in Hour.objects.order_by("-at")]
        self.assertEqual(kept, [1, 100, 300])
        self.assertEqual([(at - raw.at).days for raw in RawHour.objects.all()], [1])
        self.assertEqual(Transition.objects.count(), 1)
        self.assertEqual(NodeTransition.objects.filter(at__lt=at - timedelta(days=2)).count(), 1)

    @skipUnless(connection.vendor == "postgresql", "partitions are PostgreSQL's")
    def test_old_weeks_are_dropped_whole_and_one_that_is_not_over_stays(self):
        table = RawHour._meta.db_table
        for weeks in (0, 1, 10, 11, 20):
            partitions.ensure(table, NOON - timedelta(weeks=weeks))
            partitions.ensure(table, NOON - timedelta(weeks=weeks))
        self.assertEqual(partitions.forget_before(RawHour, NOON - timedelta(weeks=10)), 2)
        self.assertEqual(partitions.starts_of(table), [date(2026, 9, 7), date(2026, 11, 9), date(2026, 11, 16)])


class Windows(TestCase):
    def setUp(self):
        a_province("69", 2)
        self.node, self.other = Node.objects.all()
        self.nermin = an_operator()

    def a_window(self, **more) -> Maintenance:
        fields = {"title_tr": "Bakım", "title_en": "Work", "starts_at": now() - timedelta(minutes=5)}
        return Maintenance(**fields | {"ends_at": now() + timedelta(hours=1)} | more)

    def test_a_window_must_cover_something(self):
        with self.assertRaises(WindowCoversNothing):
            windows.plan(self.a_window(), by=self.nermin)

    def test_a_node_in_maintenance_opens_no_outage_and_comes_back(self):
        window = windows.plan(self.a_window(), by=self.nermin, nodes=[self.node])
        self.node.checks.update(verdict=Check.Verdict.DOWN)
        sweeps.follow_the_clock()
        self.node.refresh_from_db()
        self.assertEqual(self.node.state, State.MAINTENANCE)
        self.assertFalse(Outage.objects.exists())
        windows.call_off(window, by=self.nermin)
        sweeps.follow_the_clock()
        self.assertEqual(Outage.objects.open().get().affected.get().node, self.node)

    def test_an_outage_that_becomes_maintenance_ends(self):
        self.node.checks.update(verdict=Check.Verdict.DOWN)
        fails(self.node)
        outages.review(now())
        windows.plan(self.a_window(), by=self.nermin, nodes=[self.node])
        sweeps.follow_the_clock()
        self.assertFalse(Outage.objects.open().exists())

    def test_a_rule_repeats_in_local_time(self):
        window = self.a_window(
            starts_at=datetime(2026, 11, 1, 23, 0, tzinfo=UTC),
            ends_at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC),
            rule="FREQ=WEEKLY;COUNT=4",
        )
        rounds = list(windows.rounds(window, window.starts_at, window.starts_at + timedelta(days=60)))
        self.assertEqual([start.day for start, _end in rounds], [2, 9, 16, 23])
        self.assertTrue(windows.is_active(window, datetime(2026, 11, 15, 23, 30, tzinfo=UTC)))
        self.assertFalse(windows.is_active(window, datetime(2026, 11, 15, 22, 59, tzinfo=UTC)))
        self.assertFalse(windows.is_active(window, datetime(2026, 11, 29, 23, 30, tzinfo=UTC)))

    def test_a_persons_word_outranks_measurements_until_it_lapses(self):
        until = now() + timedelta(minutes=10)
        rollup.override(self.node, state=State.DEGRADED, reason="Hat zayıf", until=until, by=self.nermin)
        self.assertEqual(self.node.state, State.DEGRADED)
        with time_machine.travel(until + timedelta(seconds=1)):
            sweeps.follow_the_clock()
        self.node.refresh_from_db()
        self.assertEqual((self.node.state, self.node.override), (State.OK, ""))
