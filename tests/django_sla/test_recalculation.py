"""Deadlines moved quietly after a change, and what was said before stays readable."""

from datetime import date

import pytest

from django_sla import calendars, clocks, policies, recalculation, signals
from django_sla.models import Calendar, Clock, ClockEvent, PolicyVersion, SpecialDay, Target
from tests.django_sla.a_shop import a_subject, at, clock_of

pytestmark = pytest.mark.django_db
MONDAY = at("2026-06-08 09:00")


def some_s3(count: int):
    policy = policies.choose(MONDAY, severity="S3")
    for number in range(1, count + 1):
        clocks.attach(a_subject(number), policy, at=MONDAY)


def office() -> Calendar:
    return Calendar.objects.get(code="tr-mesai")


def a_leave(day: str = "2026-06-09") -> list[SpecialDay]:
    day_off = date.fromisoformat(day)
    return calendars.leave(day_off, day_off, at=MONDAY, name_tr="İdari izin", name_en="Administrative leave")


def test_the_preview_says_what_would_move_and_writes_nothing():
    some_s3(3)
    seen = recalculation.preview(calendars.drafted(office(), days=a_leave()), at=MONDAY)

    assert (seen.looked_at, seen.moved, seen.saved, seen.newly_breached) == (9, 6, 0, 0)
    assert {sample.metric for sample in seen.samples} == {"workaround", "resolution"}
    assert not SpecialDay.objects.filter(kind="leave").exists()
    assert not ClockEvent.objects.filter(kind="recalculate").exists()


def test_a_leave_moves_what_the_preview_said_and_tells_the_host():
    some_s3(3)
    dues = {}
    signals.dues_moved.connect(lambda sender, **facts: dues.update(facts["dues"]), weak=False, dispatch_uid="host")
    calendars.declare_days(office(), a_leave())
    assert recalculation.recalculate(at=MONDAY) == 9
    signals.dues_moved.disconnect(dispatch_uid="host")

    assert ClockEvent.objects.filter(kind="recalculate").count() == 6
    assert clock_of(a_subject(1), "workaround").original_due_at == at("2026-06-11 17:30")
    assert clock_of(a_subject(1), "workaround").due_at == at("2026-06-12 17:30")
    assert dues == {1: at("2026-06-08 14:00"), 2: at("2026-06-08 14:00"), 3: at("2026-06-08 14:00")}


def test_a_run_killed_half_way_goes_on_where_it_was():
    some_s3(4)
    calendars.declare_days(office(), a_leave())

    class Killed(Exception):
        pass

    def kill(total):
        raise Killed

    with pytest.raises(Killed):
        recalculation.recalculate(at=MONDAY, batch=5, progress=kill)
    assert recalculation.recalculate(at=MONDAY, batch=5) == 7
    assert recalculation.recalculate(at=MONDAY) == 0
    assert ClockEvent.objects.filter(kind="recalculate").count() == 8


def test_round_the_clock_promises_never_stop_for_a_leave():
    policy = policies.choose(MONDAY, severity="S1")
    clocks.attach(a_subject(9), policy, at=MONDAY)
    calendars.declare_days(office(), a_leave("2026-06-08"))
    recalculation.recalculate(at=MONDAY)
    assert not ClockEvent.objects.filter(kind="recalculate").exists()


def test_new_terms_hold_for_new_tickets_and_for_running_ones_when_applied():
    some_s3(2)
    old = policies.choose(MONDAY, severity="S3")
    draft = PolicyVersion(
        policy=old.policy,
        effective_from=MONDAY,
        severity="S3",
        conditions=old.conditions,
        rests=old.rests,
        levels=old.levels,
    )
    targets = [Target(metric="first_response", seconds=7200, calendar=office())]
    version = policies.publish(draft, targets, at=MONDAY)

    assert policies.choose(MONDAY, severity="S3").number == 2
    assert clock_of(a_subject(1), "first_response").due_at == at("2026-06-08 14:00")

    assert recalculation.apply_terms(version, at=MONDAY) == 8
    assert recalculation.apply_terms(version, at=MONDAY) == 0
    assert clock_of(a_subject(1), "first_response").due_at == at("2026-06-08 11:00")
    assert clock_of(a_subject(1), "workaround").state == Clock.State.DETACHED


def test_a_municipality_may_lay_its_own_days_over_the_office_hours():
    overlay = Calendar.objects.create(
        code="odunpazari", name_tr="Odunpazarı", name_en="Odunpazarı", base=office(), scope="municipality:26010"
    )
    calendars.declare_days(overlay, a_leave("2026-06-08"))
    policy = policies.choose(MONDAY, severity="S3")

    at_home = clocks.attach(a_subject(1), policy, at=MONDAY, scopes=["municipality:26010", "province:26"])
    elsewhere = clocks.attach(a_subject(2), policy, at=MONDAY, scopes=["municipality:05004"])

    assert at_home == at("2026-06-09 12:30")
    assert elsewhere == at("2026-06-08 14:00")


def test_a_change_of_the_national_calendar_reaches_every_overlay():
    overlay = Calendar.objects.create(code="own", name_tr="x", name_en="x", base=office(), scope="province:26")
    calendars.restamp(overlay)
    before = overlay.revision
    calendars.declare_days(Calendar.objects.get(code="tr-tatil"), a_leave())
    overlay.refresh_from_db()

    assert overlay.revision != before
    assert not calendars.hours(overlay).is_open(at("2026-06-09 10:00"))


def test_a_promise_in_working_days_ends_with_its_last_day_also_after_a_half_day_of_leave():
    some_s3(1)
    half = a_leave()
    half[0].start_minute = 780
    calendars.declare_days(office(), half)
    recalculation.recalculate(at=MONDAY)
    assert clock_of(a_subject(1), "workaround").due_at == at("2026-06-11 17:30")


def test_the_preview_of_the_national_calendar_counts_every_overlay():
    some_s3(2)
    national = Calendar.objects.get(code="tr-tatil")
    seen = recalculation.preview(calendars.drafted(national, days=a_leave()), at=MONDAY)
    assert (seen.looked_at, seen.moved) == (6, 4)


def test_the_preview_of_a_withdrawal_leaves_that_day_out():
    some_s3(1)
    day = calendars.declare_days(office(), a_leave())[0]
    recalculation.recalculate(at=MONDAY)
    seen = recalculation.preview(calendars.drafted(office(), without=day.pk), at=MONDAY)
    assert (seen.moved, seen.samples[0].due_after) == (2, at("2026-06-11 17:30"))


def test_a_clock_at_rest_keeps_its_cap_in_the_new_hours():
    """The leave of Tuesday moves the end of an eight-hour rest that began on Monday."""
    order, terms = a_subject(1), policies.choose(MONDAY, severity="S3")
    terms.rests = {"requester": {"cap": 8 * 3600}}
    terms.save()
    clocks.attach(order, terms, at=MONDAY)
    clocks.pause(order, at=at("2026-06-08 13:30"), kind="requester")
    assert clock_of(order, "resolution").look_at == at("2026-06-09 12:30")

    calendars.declare_days(office(), a_leave())
    recalculation.recalculate(at=at("2026-06-08 14:00"))
    assert clock_of(order, "resolution").look_at == at("2026-06-10 12:30")
