"""Maintenance that repeats: bounded when typed and while it runs; the next rounds are shown before they are kept."""

import time
from datetime import datetime, timedelta

import pytest
from django.test import TestCase
from django.utils import timezone

from foundation import now
from monitoring.maintenance import repeats, windows
from monitoring.models import Maintenance
from monitoring.refusals import WindowCannotRepeat
from monitoring.status import feeds
from tests.monitoring.land import an_operator

FIRST = datetime(2026, 12, 31, 2, 0)
ENDLESS = [
    "FREQ=MINUTELY",
    "FREQ=SECONDLY",
    "FREQ=HOURLY",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;COUNT=100000000",
    "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
    "FREQ=YEARLY;BYDAY=60MO",
    "FREQ=DAILY;FREQ=SECONDLY",
    "RRULE:FREQ=DAILY\nRDATE:20270101T000000",
    "DTSTART:19000101T000000\nRRULE:FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=DAILY;UNTIL=yarın",
    "BYDAY=MO",
    "FREQ=DAILY;" + "BYDAY=MO," * 100,
]


@pytest.mark.parametrize("rule", ENDLESS)
def test_a_rule_that_cannot_be_walked_through_is_refused_at_once(rule):
    began = time.process_time()
    with pytest.raises(repeats.UnusableRule):
        repeats.read(rule, FIRST)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("rule", ENDLESS)
def test_one_that_was_kept_takes_place_once_and_costs_nothing(rule):
    repeats.is_usable(rule, FIRST)
    began = time.process_time()
    for _page in range(50):
        found = list(repeats.starts(rule, FIRST, FIRST - timedelta(days=1), FIRST + timedelta(days=800)))
    assert found == [FIRST]
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY", "FREQ=MONTHLY;BYDAY=1SA", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=5", repeats.LAST_DAY]
)
def test_rules_as_people_write_them_have_rounds(rule):
    assert len(repeats.next_starts(rule, FIRST)) == repeats.SHOWN


def test_the_last_day_takes_place_in_every_month():
    assert [start.month for start in repeats.next_starts(repeats.LAST_DAY, FIRST)] == [12, 1, 2, 3, 4]


class Windows(TestCase):
    def setUp(self):
        self.nermin = an_operator()
        self.client.force_login(self.nermin)

    def form(self, rule="", repeating="", day=datetime(2027, 1, 31, 2, 0), hours=2):
        return {
            "title_tr": "Hat",
            "title_en": "Line",
            "is_everywhere": "on",
            "rule": rule,
            "repeats": repeating,
            "starts_at": day.strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (day + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M"),
        }

    def post(self, form):
        return self.client.post("/monitoring/maintenance/", form)

    def test_the_form_refuses_what_cannot_be_walked_through_in_a_sentence(self):
        for rule in ENDLESS[:9]:
            answer = self.post(self.form(rule))
            self.assertEqual(answer.status_code, 422)
            self.assertTrue(answer.context["form"].errors["rule"])
        self.assertFalse(Maintenance.objects.exists())

    def test_the_verb_refuses_it_too(self):
        at = now()
        window = Maintenance(starts_at=at, ends_at=at + timedelta(hours=1), rule="FREQ=MINUTELY", is_everywhere=True)
        with self.assertRaises(WindowCannotRepeat):
            windows.plan(window, by=self.nermin)

    def test_every_month_from_the_31st_names_the_rounds_and_offers_the_last_day(self):
        answer = self.post(self.form(repeating="FREQ=MONTHLY"))
        self.assertEqual(answer.status_code, 422)
        self.assertContains(answer, "31.03.2027", status_code=422)
        self.assertContains(answer, "her ayın son günü", status_code=422)
        self.assertFalse(Maintenance.objects.exists())

    def test_rounds_that_were_seen_are_kept(self):
        answer = self.post(self.form(repeating=repeats.LAST_DAY))
        self.assertContains(answer, "28.02.2027", status_code=422)
        seen = {"seen": answer.context["form"].to_be_seen}
        self.assertEqual(self.post(self.form(repeating=repeats.LAST_DAY) | seen).status_code, 302)
        self.assertEqual(Maintenance.objects.get().rule, repeats.LAST_DAY)

    def test_rounds_do_not_overlap(self):
        self.assertEqual(self.post(self.form(repeating="FREQ=DAILY", hours=30)).status_code, 422)

    def test_a_kept_rule_of_every_minute_stops_neither_page_nor_sweep_nor_feed(self):
        at = now()
        window = Maintenance.objects.create(
            title_tr="Hat",
            title_en="Line",
            starts_at=at - timedelta(days=300),
            ends_at=at - timedelta(days=300, hours=-1),
            rule="FREQ=MINUTELY",
            is_everywhere=True,
        )
        began = time.process_time()
        self.assertEqual(windows.active(at), [])
        self.assertContains(self.client.get("/monitoring/maintenance/"), "kural çalıştırılamadığı için")
        self.assertEqual(self.client.get("/status/maintenance.ics").status_code, 200)
        self.assertIsNone(feeds.recurrence(window))
        self.assertLess(time.process_time() - began, 5)

    def test_the_rounds_are_in_the_wall_time_of_this_country(self):
        window = Maintenance(starts_at=timezone.make_aware(FIRST), rule=repeats.LAST_DAY)
        window.ends_at = window.starts_at + timedelta(hours=1)
        ((start, _end),) = windows.rounds(window, window.starts_at, window.starts_at + timedelta(days=20))
        self.assertEqual(timezone.make_naive(start), FIRST)
