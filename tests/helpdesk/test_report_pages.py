"""The reports and the screen of the shift: who reads them, what they say, what they cost, what leaves as a file."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from foundation import now
from foundation.language.formatting import ISTANBUL
from helpdesk import tickets
from helpdesk.distribution import presence
from helpdesk.models import DayFigure, Ticket
from helpdesk.reports import charts, counting, shift, spreads
from helpdesk.reports.counting import DayCount
from helpdesk.reports.figures import FIGURES, total
from helpdesk.reports.reading import ReportPeriod
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

PAGE = "/desk/reports/"
NOON = datetime(2026, 11, 30, 12, tzinfo=ISTANBUL)


@pytest.mark.once("sqlite", "pure")
def test_a_period_is_whole_days_and_has_one_as_long_before_it():
    week, month = ReportPeriod.of("7", NOON), ReportPeriod.of("2026-03", NOON)
    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    assert (week.before.first, week.before.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (month.before.first, month.before.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert ReportPeriod.of("2026-11", NOON).last == date(2026, 11, 29)
    for strange in ("", "7; drop", "2999-01", "2026-13", "٧"):
        assert ReportPeriod.of(strange, NOON).code == "30"


@pytest.mark.once("sqlite", "pure")
def test_figures_say_how_far_they_lie_from_the_period_before():
    spread = spreads.none()
    spread[0] = 1
    now_, before = DayCount(arrived=12, resolved=4, first_contact=3), DayCount(arrived=10, resolved=4, first_contact=2)
    arrived, _backlog, contact, answer, *_rest = FIGURES
    assert (arrived.text(now_), arrived.change(now_, before)) == ("12", "+%20")
    assert (contact.text(now_), contact.change(now_, before)) == ("%75", "+25 puan")
    assert (answer.text(now_), answer.change(now_, before)) == ("–", "")
    assert total([DayCount(open_at_end=5), DayCount(open_at_end=3)]).open_at_end == 3


@pytest.mark.once("sqlite", "pure")
def test_many_days_are_drawn_week_by_week_and_none_is_lost():
    stretches = charts.stretches(date(2026, 9, 1), date(2026, 11, 29))
    days = [day for ends in stretches for day in counting.days_between(*ends)]
    assert len(stretches) == 13
    assert days == counting.days_between(date(2026, 9, 1), date(2026, 11, 29))


class TheReport(Cast, TestCase):
    def setUp(self):
        super().setUp()
        cache.clear()
        the_queue()
        self.client.force_login(self.leyla)

    def three_days_ago(self) -> None:
        for subject in ("Makbuz", "Fiş"):
            ticket = a_ticket(by=self.selim, subject=subject)
            tickets.claim(ticket, by=self.ayse)
            filed = now() - timedelta(days=3)
            tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
            Ticket.objects.filter(pk=ticket.pk).update(
                created_at=filed, first_replied_at=filed + timedelta(minutes=20), ended_at=filed + timedelta(minutes=90)
            )
        a_ticket(by=self.selim)
        counting.keep()

    def test_is_for_leads_alone(self):
        for person in (self.ayse, self.nermin, self.zehra):
            self.client.force_login(person)
            assert self.client.get("/desk/shift/").status_code == 403
            assert {self.client.get(PAGE + rest).status_code for rest in ("", "figures.csv")} == {403}

    def test_says_what_was_counted_by_every_dimension(self):
        self.three_days_ago()
        for by, name in (("module", "Tahsilat"), ("agent", "Ayşe"), ("province", "Eskişehir"), ("type", "ilçe")):
            page = self.client.get(PAGE, {"by": by, "period": "7"})
            self.assertContains(page, name)
            (row,) = [row for row in page.context["report"].rows if name in row.name]
            assert (row.now.arrived, row.now.resolved, row.now.first_contact) == (2, 2, 2), by
            assert page.context["today"].arrived == 1
            cache.clear()

    def test_of_people_is_in_the_order_of_names(self):
        for day_back, (agent, number) in enumerate([(self.burak, 9), (self.ayse, 1)], start=1):
            day = counting.local_day(now()) - timedelta(days=day_back)
            DayFigure.objects.create(day=day, by="agent", key=str(agent.pk), arrived=number)
        names = [row.name for row in self.client.get(PAGE, {"by": "agent"}).context["report"].rows]
        assert names == ["Ayşe Yılmaz", "Burak Demir"]

    def test_costs_the_same_however_many_days_and_keys(self):
        with CaptureQueriesContext(connection) as few:
            self.client.get(PAGE, {"by": "province", "period": "7"})
        for back in range(1, 90):
            day = counting.local_day(now()) - timedelta(days=back)
            keys = [("all", ""), ("province", "26"), ("province", "05")]
            DayFigure.objects.bulk_create(DayFigure(day=day, by=by, key=key, arrived=back) for by, key in keys)
        cache.clear()
        with CaptureQueriesContext(connection) as many:
            self.client.get(PAGE, {"by": "province", "period": "90"})
        assert len(few) == len(many) <= 16, [query["sql"][:80] for query in many]

    def test_says_that_days_are_not_counted(self):
        self.assertContains(self.client.get(PAGE, {"period": "7"}), "7 günü henüz sayılmadı")

    def test_strange_addresses_are_answered_with_the_ordinary(self):
        for query in ({"by": "'; --", "period": "x"}, {"by": "all"}, {"period": "2026-99"}):
            assert self.client.get(PAGE, query).context["report"].by == "module"

    def test_leaves_as_files_in_which_no_name_is_a_formula(self):
        self.ayse.name = '=HYPERLINK("http://x")'
        self.ayse.save()
        self.three_days_ago()
        answer = self.client.get(f"{PAGE}figures.csv", {"by": "agent", "period": "7"})
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert lines[0][:2] == ["Uzman", "Gelen"]
        assert any(line[0].startswith("'=HYPERLINK") and line[1] == "2" for line in lines)
        book = self.client.get(f"{PAGE}figures.xlsx", {"by": "agent", "period": "7"}).content
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
        assert len(sheets.sheet_names) == 2
        assert sheets.get_sheet_by_index(1).to_python()[0][0] == "Gün"
        assert len(sheets.get_sheet_by_index(1).to_python()) == 8


class TheShift(Cast, TestCase):
    def setUp(self):
        super().setUp()
        cache.clear()
        the_queue()
        self.client.force_login(self.leyla)

    def test_shows_what_waits_who_is_there_and_what_comes_in(self):
        presence.seen(self.ayse)
        mine = a_ticket(by=self.selim)
        tickets.claim(mine, by=self.burak)
        waiting = a_ticket(by=self.selim)
        Ticket.objects.filter(pk=waiting.pk).update(next_due_at=now() - timedelta(minutes=1))
        view = shift.view(now())
        assert (view.unclaimed, view.late, view.here, view.arrived) == (1, 1, 1, 2)
        assert [(each.name, each.is_here, each.load) for each in view.people] == [
            ("Ayşe Yılmaz", True, 0),
            ("Burak Demir", False, 1),
        ]
        self.assertContains(self.client.get("/desk/shift/"), "data-refetch")
        self.assertContains(self.client.get("/desk/shift/now/"), "Burak Demir")

    def test_compares_with_the_same_weekday_hour_by_hour(self):
        ticket = a_ticket(by=self.selim)
        Ticket.objects.filter(pk=ticket.pk).update(created_at=NOON - timedelta(weeks=2))
        with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
            bars = shift.hours(now())
        assert (bars[12].usual, sum(bar.usual for bar in bars), bars[12].is_over, bars[13].is_over) == (
            0.25,
            0.25,
            True,
            False,
        )

    def test_costs_the_same_however_much_waits(self):
        self.client.get("/desk/shift/now/")
        with CaptureQueriesContext(connection) as few:
            self.client.get("/desk/shift/now/")
        for _number in range(4):
            tickets.claim(a_ticket(by=self.selim), by=self.ayse)
            a_ticket(by=self.selim)
        with CaptureQueriesContext(connection) as many:
            self.client.get("/desk/shift/now/")
        assert len(few) == len(many) <= 16, [query["sql"][:80] for query in many]
