"""The ledger of false alarms: what counts, by week, by kind and reason, on the page and in the figures."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse

from foundation import now
from monitoring import outages
from monitoring.metrics import false_alarms_of_a_week
from monitoring.models import Outage, WithdrawalReason
from monitoring.outages import false_alarms
from monitoring.refusals import OutageIsOver
from tests.cast import Cast

THURSDAY = datetime(2026, 12, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class TheLedger(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.clock = self.enterContext(time_machine.travel(THURSDAY, tick=False))

    def an_alarm(self, *, ago=timedelta(0), lasts: timedelta | None = timedelta(hours=1), **fields) -> Outage:
        began = now() - ago
        evidence = {"checks": [{"node": "26010", "kind": "http", "error": "timeout"}]}
        facts = {"title_tr": "Yanıt yok", "title_en": "No answer", "scope": "local", "severity": "S3"}
        facts |= {"source": "probe", "started_at": began - DAY / 1440, "confirmed_at": began, "evidence": evidence}
        if lasts is not None:
            facts |= {"ended_at": began + lasts, "stage": Outage.Stage.RESOLVED}
        return Outage.objects.create(**facts | fields)

    def counts(self) -> tuple[int, int]:
        week = false_alarms.ledger(now()).lately
        return week.alarms, week.false

    def test_what_ends_by_itself_within_a_minute_is_false(self):
        self.an_alarm(lasts=timedelta(seconds=60))
        self.an_alarm(lasts=timedelta(seconds=61))
        self.an_alarm(lasts=None)
        self.assertEqual(self.counts(), (3, 1))

    def test_what_a_person_takes_back_is_false_until_it_is_shown_again(self):
        outage = self.an_alarm(lasts=None)
        outages.withdraw(outage, by=self.nermin, reason=WithdrawalReason.RESTART)
        self.assertEqual(self.counts(), (1, 1))
        outages.show(outage, by=self.nermin)
        self.assertEqual(self.counts(), (1, 0))
        outages.end(outage)
        with self.assertRaises(OutageIsOver):
            outages.withdraw(outage, by=self.nermin)

    def test_only_alarms_of_ours_count(self):
        real = self.an_alarm()
        self.an_alarm(lasts=timedelta(seconds=5), source="person")
        self.an_alarm(lasts=timedelta(seconds=5), is_drill=True)
        self.an_alarm(lasts=timedelta(seconds=5), merged_into=real)
        self.an_alarm(lasts=timedelta(seconds=5), split_from=real)
        self.assertEqual(self.counts(), (1, 0))

    def test_weeks_begin_on_monday_in_istanbul(self):
        sunday_evening = datetime(2026, 11, 29, 20, 59, tzinfo=UTC)  # 23.59 there
        for moment in (sunday_evening, sunday_evening + timedelta(minutes=1)):
            self.an_alarm(ago=now() - moment)
        self.an_alarm(ago=90 * DAY)
        weeks = false_alarms.ledger(now()).weeks
        self.assertEqual([week.alarms for week in weeks], [0] * 10 + [1, 1])
        self.assertEqual(str(weeks[-1].begins), "2026-11-30")
        self.assertEqual(self.counts(), (2, 0))

    def test_reasons_are_named_the_commonest_first(self):
        for _time in range(2):
            self.an_alarm(lasts=timedelta(seconds=1))
        taken_back = self.an_alarm(lasts=None, evidence={}, source="alertmanager")
        outages.withdraw(taken_back, by=self.nermin, reason=WithdrawalReason.PLANNED)
        found = false_alarms.ledger(now())
        self.assertEqual(found.reasons, [("http", "timeout", 2), ("alertmanager", "planned", 1)])
        self.assertFalse(found.keeps_the_goal)

    def test_one_in_a_hundred_keeps_the_goal(self):
        for _time in range(99):
            self.an_alarm()
        self.an_alarm(lasts=timedelta(seconds=1))
        self.assertTrue(false_alarms.ledger(now()).keeps_the_goal)
        self.an_alarm(lasts=timedelta(seconds=1))
        self.assertFalse(false_alarms.ledger(now()).keeps_the_goal)

    def test_the_page_says_it_in_three_reads(self):
        self.an_alarm(lasts=timedelta(seconds=1))
        with self.assertNumQueries(3):
            false_alarms.ledger(now())
        self.client.force_login(self.nermin)
        page = self.client.get(reverse("monitoring:own_state"))
        self.assertContains(page, "Son yedi günde 1 alarm verildi; yanlış olan: 1.")
        self.assertContains(page, "HTTP: süresinde yanıt gelmedi")

    def test_whoever_takes_back_says_why(self):
        outage = self.an_alarm(lasts=None)
        self.client.force_login(self.nermin)
        address = reverse("monitoring:outage_withdrawal", args=[outage.pk])
        self.assertContains(self.client.get(reverse("monitoring:outage_words", args=[outage.pk])), "yeniden başlatma")
        self.client.post(address, {"reason": "restart"})
        self.assertEqual(Outage.objects.get().withdrawn_for, "restart")
        self.client.post(address, {"undo": "1"})
        self.client.post(address, {"reason": "hava güzeldi"})
        self.assertEqual(Outage.objects.get().withdrawn_for, "other")
        self.assertContains(self.client.get(reverse("monitoring:own_state")), "başka bir neden")

    def test_the_database_knows_no_public_outage_that_was_taken_back(self):
        outage = self.an_alarm(lasts=None)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Outage.objects.filter(pk=outage.pk).update(withdrawn_for="other")

    def test_prometheus_is_told_both_figures(self):
        self.an_alarm(lasts=timedelta(seconds=1))
        self.an_alarm(ago=8 * DAY, lasts=timedelta(seconds=1))
        told = {family.name: family.samples[0].value for family in false_alarms_of_a_week()}
        self.assertEqual(told, {"nobet_alarms_week": 1, "nobet_false_alarms_week": 1})
