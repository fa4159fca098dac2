"""Ended promises judged anew after a leave was declared too late: both results stay, no clock twice."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from django_sla import attainment, calendars, clocks, policies, rejudgement, signals, timeline
from django_sla.models import Calendar, Clock, ClockEvent, Rejudgement, SpecialDay
from tests.django_sla.a_shop import a_subject, at, clock_of

pytestmark = pytest.mark.django_db
MONDAY = at("2026-06-08 09:00")
SINCE = at("2026-06-08 00:00")
WEDNESDAY = at("2026-06-10 09:00")


def office() -> Calendar:
    return Calendar.objects.get(code="tr-mesai")


def a_leave() -> list[SpecialDay]:
    day = date(2026, 6, 8)
    return calendars.leave(day, day, at=MONDAY, name_tr="İdari izin", name_en="Leave")


def answered_late(count: int) -> None:
    """Answers on Tuesday 10:00 to what was due on Monday 14:00 and, with the leave, on Tuesday 12:30."""
    terms = policies.choose(MONDAY, severity="S3")
    for number in range(1, count + 1):
        clocks.attach(a_subject(number), terms, at=MONDAY)
        clocks.fulfil(a_subject(number), "first_response", at=at("2026-06-09 10:00") + timedelta(seconds=number // 3))


def outcomes() -> list[tuple[str, str]]:
    return list(Clock.objects.filter(metric="first_response").values_list("outcome", "outcome_as_it_stood"))


def test_the_preview_counts_what_would_change_and_writes_nothing():
    answered_late(3)
    seen = rejudgement.preview(calendars.drafted(office(), days=a_leave()), SINCE)
    assert (seen.looked_at, seen.moved, seen.now_kept, seen.now_broken) == (3, 3, 3, 0)
    assert outcomes() == [("missed", "missed")] * 3


def test_a_breach_in_the_leave_is_none_and_what_was_said_first_stays():
    answered_late(1)
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), SINCE, at=WEDNESDAY, by="Ayşe")
    assert rejudgement.work(at=WEDNESDAY) == 1

    clock = clock_of(a_subject(1), "first_response")
    assert (clock.outcome, clock.outcome_as_it_stood, clock.breached_at) == ("met", "missed", None)
    event = clock.events.get(kind="rejudge")
    assert (event.due_before, event.due_after, event.by) == (at("2026-06-08 14:00"), at("2026-06-09 12:30"), "Ayşe")
    assert "tr-mesai" in event.rule
    with translation.override("en"):
        assert timeline.lines(clock)[-1].sentence.startswith("Judged anew")
    month = attainment.attained(SINCE, WEDNESDAY, by=("metric",))
    assert [(row.met, row.missed, row.missed_as_it_stood) for row in month] == [(1, 0, 1)]


def test_a_promise_kept_thanks_to_a_leave_that_was_withdrawn_is_broken_after_all():
    day = calendars.declare_days(office(), a_leave())[0]
    answered_late(1)
    assert outcomes() == [("met", "met")]
    calendars.withdraw_day(day, at=WEDNESDAY)
    rejudgement.request(office(), SINCE, at=WEDNESDAY)
    rejudgement.work(at=WEDNESDAY)
    assert outcomes() == [("missed", "met")]
    assert clock_of(a_subject(1), "first_response").breached_at == at("2026-06-08 14:00")


def test_an_excuse_stands():
    answered_late(1)
    clocks.excuse(a_subject(1), "first_response", at=WEDNESDAY, reason="belediyenin hattı kesikti")
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), SINCE, at=WEDNESDAY)
    rejudgement.work(at=WEDNESDAY)
    assert outcomes() == [("excused", "missed")]


def test_nobody_is_told_of_what_is_over():
    answered_late(2)
    heard = []
    for signal in (signals.clock_breached, signals.clock_escalated, signals.dues_moved):
        signal.connect(lambda sender, **facts: heard.append(facts), weak=False, dispatch_uid="rejudged")
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), SINCE, at=WEDNESDAY)
    rejudgement.work(at=WEDNESDAY)
    for signal in (signals.clock_breached, signals.clock_escalated, signals.dues_moved):
        signal.disconnect(dispatch_uid="rejudged")
    assert heard == []


def test_a_run_killed_between_batches_goes_on_and_judges_none_twice():
    """Several clocks end in the same second, so that the place is more than an instant."""
    answered_late(8)
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), SINCE, at=WEDNESDAY)
    assert rejudgement.work(at=WEDNESDAY, batch=3, limit=3) == 3
    assert rejudgement.work(at=WEDNESDAY, batch=3) == 5
    assert rejudgement.work(at=WEDNESDAY) == 0

    assert ClockEvent.objects.filter(kind="rejudge").count() == 8
    assert outcomes() == [("met", "missed")] * 8
    run = Rejudgement.objects.get()
    assert (run.looked_at, run.moved, run.now_kept, run.finished_at) == (8, 8, 8, WEDNESDAY)


def test_a_batch_that_fails_leaves_nothing_half_done(monkeypatch):
    answered_late(4)
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), SINCE, at=WEDNESDAY)

    def fail(events):
        raise RuntimeError("the process was killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(rejudgement.bulk, "add_events", fail)
        rejudgement.work(at=WEDNESDAY)
    assert outcomes() == [("missed", "missed")] * 4
    assert rejudgement.work(at=WEDNESDAY) == 4


def test_overlays_are_judged_with_the_calendar_they_rest_on():
    overlay = Calendar.objects.create(code="own", name_tr="x", name_en="x", base=office(), scope="province:26")
    calendars.restamp(overlay)
    terms = policies.choose(MONDAY, severity="S3")
    clocks.attach(a_subject(1), terms, at=MONDAY, scopes=["province:26"])
    clocks.fulfil(a_subject(1), "first_response", at=at("2026-06-09 10:00"))
    calendars.declare_days(Calendar.objects.get(code="tr-tatil"), a_leave())
    rejudgement.request(Calendar.objects.get(code="tr-tatil"), SINCE, at=WEDNESDAY)
    rejudgement.work(at=WEDNESDAY)
    assert outcomes() == [("met", "missed")]


def test_what_ended_before_or_after_the_span_is_left_alone():
    answered_late(1)
    calendars.declare_days(office(), a_leave())
    rejudgement.request(office(), at("2026-06-09 11:00"), at=WEDNESDAY)
    rejudgement.request(office(), SINCE, at=at("2026-06-09 10:00"))
    assert rejudgement.work(at=WEDNESDAY) == 0
    assert outcomes() == [("missed", "missed")]
