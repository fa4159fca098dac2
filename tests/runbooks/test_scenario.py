"""The rehearsal: the curve of a real morning, and clerks who use the desk's own verbs."""

from datetime import timedelta
from unittest import mock

from django.test import SimpleTestCase, TestCase, override_settings

from foundation import now
from foundation.directory.models import Component
from helpdesk.models import Ticket
from monitoring import outages
from monitoring.models import ImpactReport
from monitoring.simulator import control
from runbooks.models import Scenario
from runbooks.scenarios import clerks, curve, playing
from tests.cast import Cast
from tests.helpdesk.builders import the_queue


class TheCurve(SimpleTestCase):
    def test_it_is_that_of_the_workload_model(self):
        # Section 5.4: minute → share of municipalities that have reacted, and tickets so far.
        for minute, share, tickets in (
            (1, 0.02, 50),
            (2, 0.11, 230),
            (3, 0.22, 460),
            (5, 0.42, 870),
            (10, 0.72, 1490),
            (15, 0.85, 1760),
            (30, 0.96, 2000),
            (60, 0.995, 2070),
        ):
            self.assertAlmostEqual(curve.share_reacted(minute), share, delta=0.01)
            self.assertAlmostEqual(curve.expected_tickets(minute), tickets, delta=20)

    def test_nobody_reacts_before_the_fault(self):
        self.assertEqual(curve.reacted(0), 0)


class TheClerks(SimpleTestCase):
    def acts(self, notice_is_out: bool) -> list[clerks.Act]:
        return [clerks.act_of(n, seed=7, notice_is_out=notice_is_out, broken="TAHSILAT") for n in range(1300)]

    def test_most_tap_once_the_notice_is_out(self):
        self.assertGreater(sum(act.taps for act in self.acts(True)), 800)
        self.assertEqual(sum(act.taps for act in self.acts(False)), 0)

    def test_some_have_another_trouble(self):
        others = [act for act in self.acts(True) if not act.taps and act.component != "TAHSILAT"]
        self.assertTrue(10 < len(others) < 50)


@override_settings(DEMO=True)
class Playing(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        for code in {component for _subject, _body, component in clerks.OTHER}:
            Component.objects.get_or_create(pk=code, defaults={"name_tr": code, "name_en": code, "tier": "C"})
        self.city = mock.patch.object(control, "ask", return_value={"turned": 1}).start()
        self.addCleanup(mock.patch.stopall)

    def minutes_later(self, minutes: float) -> None:
        Scenario.objects.update(started_at=now() - timedelta(minutes=minutes))

    def test_clerks_file_real_tickets_until_the_notice_is_out(self):
        playing.start(by=self.nermin)
        self.minutes_later(50)
        acted = playing.advance()
        self.assertEqual(acted, playing.BATCH_SIZE)
        self.assertEqual(Ticket.objects.count(), Scenario.objects.get().tickets)

    def test_then_they_tap(self):
        playing.start(by=self.nermin)
        outages.declare(components=[Component.objects.get(pk="TAHSILAT")], scope="central")
        self.minutes_later(50)
        taps_first = next(
            seed for seed in range(99) if clerks.act_of(0, seed=seed, notice_is_out=True, broken="TAHSILAT").taps
        )
        Scenario.objects.update(seed=taps_first)
        playing.advance()
        self.assertGreater(ImpactReport.objects.count(), 0)
        self.assertEqual(Scenario.objects.get().tickets, Ticket.objects.count())

    def test_there_is_one_rehearsal_at_a_time(self):
        playing.start(by=self.nermin)
        with self.assertRaises(playing.AlreadyPlaying):
            playing.start(by=self.nermin)

    def test_a_silent_city_leaves_nothing_behind(self):
        self.city.side_effect = control.NobodyListens()
        with self.assertRaises(playing.CityIsSilent):
            playing.start(by=self.nermin)
        self.assertFalse(Scenario.objects.exists())

    def test_healing_leaves_one_province_broken(self):
        scenario = playing.start(by=self.nermin)
        playing.heal(scenario, by=self.nermin)
        orders = [(call.kwargs["what"], call.kwargs["mode"]) for call in self.city.call_args_list]
        self.assertEqual(orders[-2:], [("all", "ok"), (playing.SILENT_PROVINCE, "refuse")])

    @override_settings(DEMO=False)
    def test_outside_the_demonstration_nothing_plays(self):
        Scenario.objects.create(component_id="TAHSILAT", started_at=now() - timedelta(minutes=60))
        self.assertEqual(playing.advance(), 0)
