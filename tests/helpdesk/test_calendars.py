"""The editor of calendars: what a draft would do, ended promises, days of one place's own."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from django_sla import calendars, clocks
from django_sla.models import Calendar, Clock, Rejudgement, SpecialDay
from foundation.directory.models import Membership
from foundation.language.formatting import ISTANBUL
from helpdesk import escalations
from helpdesk.service_levels import calendar_preview
from tests.cast import a_municipality, a_person
from tests.helpdesk.builders import a_ticket

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 8, 9, tzinfo=ISTANBUL)
WORDS = {"kind": "leave", "start": "00:00", "end": "24:00", "name_tr": "İdari izin", "name_en": "Leave"}


@pytest.fixture(autouse=True)
def clock(client):
    with time_machine.travel(MONDAY, tick=False) as traveller:
        client.force_login(a_person(Membership.Role.PLATFORM_ADMIN))
        yield traveller


def the_next_day(client, clock) -> None:
    clock.move_to(MONDAY + timedelta(hours=26))
    client.force_login(a_person(Membership.Role.PLATFORM_ADMIN))


def declare(client, day: str, *, calendar: str = "tr-mesai", **more):
    return client.post(f"/standards/calendars/{calendar}/days/", WORDS | {"first": day, "last": day} | more)


def test_a_leave_declared_for_yesterday_can_judge_what_has_ended(client, clock):
    """An S3 answered on Tuesday was due on Monday, until Monday turned out to be a leave."""
    ticket = a_ticket(urgency="hindered")
    clocks.replied(ticket, at=MONDAY + timedelta(hours=25))
    the_next_day(client, clock)

    seen = declare(client, "2026-06-08").context["days_effect"]["ended"]
    assert (seen.looked_at, seen.now_kept) == (1, 1)
    declare(client, "2026-06-08", publish="1", rejudge="1")
    first = Clock.objects.of(ticket).get(metric="first_response")
    assert (first.outcome, first.outcome_as_it_stood) == ("met", "missed")
    assert "İdari izin" in client.get("/standards/calendars/tr-mesai/").text
    assert Rejudgement.objects.get(calendar__code="tr-mesai").finished_at


def test_without_being_asked_nothing_that_ended_is_touched(client, clock):
    the_next_day(client, clock)
    declare(client, "2026-06-08", publish="1")
    declare(client, "2026-06-20", publish="1", rejudge="1")
    assert SpecialDay.objects.filter(kind="leave").count() == 2
    assert not Rejudgement.objects.exists()


def test_the_rest_of_a_long_rejudgement_follows_in_the_background():
    Rejudgement.objects.create(
        calendar_id=Calendar.objects.get(code="tr-mesai").pk, since=MONDAY, until=MONDAY, reached_at=MONDAY
    )
    escalations.follow_the_calendars()
    assert Rejudgement.objects.get().finished_at


def test_taking_a_day_back_is_looked_at_first(client):
    ticket = a_ticket()
    declare(client, "2026-06-09", publish="1")
    day = SpecialDay.objects.get(kind="leave")
    url = f"/standards/calendars/tr-mesai/days/{day.pk}/withdrawal/"
    assert client.post(url).context["withdrawal_effect"]["running"].moved == 1
    assert SpecialDay.objects.in_force().filter(pk=day.pk).exists()
    client.post(url, {"publish": "1"})
    assert Clock.objects.of(ticket).get(metric="resolution").due_at == datetime(2026, 6, 10, 17, 30, tzinfo=ISTANBUL)


def test_a_municipality_s_own_day_moves_its_running_promises_alone(client):
    merzifon = a_municipality("05004", "Merzifon", plate_code="05")
    own, other = a_ticket(municipality=merzifon), a_ticket()
    answer = client.post("/standards/calendars/new/", {"base": "tr-mesai", "place": "05004"})
    assert answer.url == "/standards/calendars/tr-mesai-05004/"
    declare(client, "2026-06-09", calendar="tr-mesai-05004", publish="1")

    due = {ticket: Clock.objects.of(ticket).get(metric="resolution").due_at for ticket in (own, other)}
    assert due[own] - due[other] == timedelta(days=1)
    assert "Merzifon" in client.get("/standards/calendars/").text


@pytest.mark.parametrize("wrong", [{"place": "99999"}, {"place": ""}, {"base": "yok"}])
def test_a_place_that_is_none_is_sent_back(client, wrong):
    assert client.post("/standards/calendars/new/", {"base": "tr-mesai", "place": "26010"} | wrong).status_code == 422


def test_a_place_has_one_calendar_over_another(client):
    a_municipality()
    facts = {"base": "tr-mesai", "place": "26"}
    assert client.post("/standards/calendars/new/", facts).status_code == 302
    assert client.post("/standards/calendars/new/", facts).status_code == 422


def test_the_drawing_shows_short_days_and_what_a_draft_changes():
    office = Calendar.objects.get(code="tr-mesai")
    leave = calendars.leave(date(2026, 6, 9), date(2026, 6, 9), at=MONDAY, name_tr="x", name_en="x")
    draft = calendars.drafted(office, days=leave)[office]
    weeks = calendar_preview.weeks(office, date(2026, 5, 25), draft)
    days = {day.date: day for week in weeks for day in week}
    assert days[date(2026, 5, 26)].hours == 4 and "arifesi" in days[date(2026, 5, 26)].names[0]
    assert days[date(2026, 6, 8)].bars == [(510, 240), (810, 240)]
    assert [day.date for day in days.values() if day.is_changed] == [date(2026, 6, 9)]
    assert (days[date(2026, 6, 9)].hours_before, days[date(2026, 6, 9)].hours) == (8, 0)
