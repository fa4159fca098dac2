"""The 35 cases that other desks' engines got wrong (reference/helpdesk.md §2.5), by number."""

from datetime import date, timedelta

import pytest

from django_sla import calendars, clocks, policies, recalculation, signals
from django_sla.models import Calendar, Clock, ClockEvent, Policy, PolicyVersion, SpecialDay, Target
from django_sla.sweep import sweep
from tests.django_sla.a_shop import a_subject, at, clock_of

pytestmark = pytest.mark.django_db
MONDAY = at("2026-06-08 09:00")
LEVELS = [{"percent": percent, "action": "notify", "to": "lead"} for percent in (75, 100, 150)]


def terms(*targets, code="t", calendar="tr-mesai", **facts) -> PolicyVersion:
    """Terms from (metric, seconds or "Nd", extra…) tuples on one calendar."""
    policy, _new = Policy.objects.get_or_create(code=code, defaults={"name_tr": code, "name_en": code})
    facts = {"rests": {"requester": {"cap": None}, "supplier": {"cap": None}}, "levels": LEVELS} | facts
    draft = PolicyVersion(policy=policy, effective_from=at("2020-01-01 00:00"), **facts)
    rows = []
    for metric, length, *extra in targets:
        amount = {"working_days": int(length[:-1])} if isinstance(length, str) else {"seconds": length}
        more = extra[0] if extra else {}
        rows.append(Target(metric=metric, calendar=Calendar.objects.get(code=calendar), **amount, **more))
    return policies.publish(draft, rows, at=at("2020-01-01 00:00"))


HOUR = 3600
PERIODIC = {"rhythm": Target.Rhythm.PERIODIC}
ON_REQUEST = {"rhythm": Target.Rhythm.ON_REQUEST}


def a_day(code: str, day: str, **facts) -> SpecialDay:
    facts = {"kind": SpecialDay.Kind.LEAVE, "name_tr": "izin", "name_en": "leave", "declared_at": MONDAY} | facts
    made = SpecialDay(date=date.fromisoformat(day), **facts)
    return calendars.declare_days(Calendar.objects.get(code=code), [made])[0]


def kinds_of(clock) -> list[str]:
    return list(clock.events.values_list("kind", flat=True))


def told(signal):
    heard = []
    signal.connect(lambda sender, **facts: heard.append(facts), weak=False, dispatch_uid="told")
    return heard


def test_01_several_rounds_of_closing_and_reopening_keep_the_time_left():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=at("2026-06-08 08:30"))
    for day in ("08", "09", "10"):
        clocks.fulfil(order, "resolution", at=at(f"2026-06-{day} 10:30"))
        clocks.reopen(order, at=at(f"2026-06-{int(day) + 1:02d} 08:30"))
    assert clock_of(order, "resolution").due_at == at("2026-06-11 10:30")
    assert kinds_of(clock_of(order, "resolution")).count("reopen") == 3


def test_02_closing_in_one_step_decides_every_promise():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S3"), at=MONDAY)
    clocks.fulfil(order, "resolution", at=at("2026-06-08 09:05"))
    assert not Clock.objects.open().exists()
    assert clock_of(order, "first_response").outcome == Clock.Outcome.MET
    assert clock_of(order, "resolution").decided_at == at("2026-06-08 09:05")


def test_03_the_reply_clock_rests_once_the_agent_spoke_last():
    order = a_subject()
    policy = terms(("first_response", 4 * HOUR), ("next_update", HOUR, ON_REQUEST), ("resolution", 40 * HOUR))
    clocks.attach(order, policy, at=MONDAY)
    clocks.replied(order, at=at("2026-06-08 09:30"))
    assert clock_of(order, "next_update").state == Clock.State.WAITING

    clocks.heard(order, at=at("2026-06-08 10:00"))
    clocks.heard(order, at=at("2026-06-08 10:30"))
    assert clock_of(order, "next_update").due_at == at("2026-06-08 11:00")


def test_04_an_update_shorter_than_the_first_response_does_not_overrule_it():
    order = a_subject()
    policy = terms(("first_response", 4 * HOUR), ("next_update", HOUR, PERIODIC))
    assert clocks.attach(order, policy, at=at("2026-06-08 08:30")) == at("2026-06-08 12:30")


def test_05_a_target_that_the_new_terms_do_not_have_is_withdrawn():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S3"), at=MONDAY)
    clocks.change_policy(order, policies.choose(MONDAY, severity="S4"), at=MONDAY)
    assert clock_of(order, "workaround").state == Clock.State.DETACHED
    assert clock_of(order, "resolution").severity == "S4"


def test_06_a_deactivated_policy_no_longer_alarms_once_its_clocks_are_withdrawn():
    order = a_subject()
    policy = terms(("resolution", HOUR))
    clocks.attach(order, policy, at=MONDAY)
    Policy.objects.filter(pk=policy.policy_id).update(is_active=False)
    assert policies.choose(MONDAY, severity="none") is None

    recalculation.withdraw_policy(policy.policy, at=MONDAY)
    assert sweep(at("2026-06-20 09:00")) == 0


def test_07_a_linked_or_merged_ticket_stops_escalating():
    order = a_subject()
    clocks.attach(order, terms(("resolution", HOUR)), at=MONDAY)
    clocks.detach(order, at=MONDAY, reason="birleştirildi")
    assert sweep(at("2026-06-20 09:00")) == 0


def test_08_round_the_clock_loses_no_minute_at_midnight():
    always = calendars.by_code("7-24")
    assert always.add(at("2026-06-01 00:00"), timedelta(days=30)) == at("2026-07-01 00:00")


def test_09_a_holiday_is_a_date_of_the_calendar_s_own_zone():
    office = calendars.by_code("tr-mesai")
    assert not office.is_open(at("2026-10-29 09:00"))
    assert office.is_open(at("2026-10-28 08:30"))
    assert office.is_open(at("2026-10-30 08:30"))


def test_10_a_synced_day_that_is_no_holiday_can_be_withdrawn_and_stays_withdrawn():
    national = Calendar.objects.get(code="tr-tatil")
    wrong = national.days.get(date="2026-08-30")
    calendars.withdraw_day(wrong, at=MONDAY)
    assert calendars.sync_holidays(national, [2026], at=MONDAY) == 0
    assert national.days.in_force().filter(date="2026-08-30").count() == 0


def test_11_levels_of_office_hours_classes_wait_for_the_office():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=at("2026-06-12 15:30"))
    heard = told(signals.clock_escalated)
    sweep(at("2026-06-13 00:00"))
    sweep(at("2026-06-14 12:00"))
    assert heard == []
    assert clock_of(order, "resolution").breached_at == at("2026-06-12 17:30")

    sweep(at("2026-06-15 08:31"))
    assert [facts["level"]["percent"] for facts in heard] == [75, 100]


def test_12_a_short_day_before_a_holiday_ends_at_thirteen():
    assert calendars.by_code("tr-mesai").elapsed(at("2026-10-28 00:00"), at("2026-10-30 00:00")) == timedelta(hours=4)


def test_13_a_rest_over_a_weekend_costs_no_closed_hours_with_a_target_in_days():
    order = a_subject()
    clocks.attach(order, terms(("resolution", "3d")), at=at("2026-06-12 10:00"))
    clocks.pause(order, at=at("2026-06-12 17:30"), kind="requester")
    clocks.resume(order, at=at("2026-06-15 08:30"))
    assert clock_of(order, "resolution").due_at == at("2026-06-17 17:30")


@pytest.mark.parametrize("mode", ["keep", "retroactive"])
def test_14_a_change_of_terms_remembers_the_rests_so_far(mode):
    order = a_subject()
    clocks.attach(order, terms(("resolution", 40 * HOUR)), at=at("2026-06-08 08:30"))
    clocks.pause(order, at=at("2026-06-08 09:30"), kind="requester")
    clocks.resume(order, at=at("2026-06-08 12:30"))
    clocks.change_policy(order, terms(("resolution", 6 * HOUR), code="u"), at=at("2026-06-08 14:30"), mode=mode)
    assert clock_of(order, "resolution").due_at == at("2026-06-09 09:30")


def test_15_a_clock_may_count_from_creation_or_from_assignment():
    order = a_subject()
    assigned = {"starts": Target.Starts.ASSIGNED}
    clocks.attach(order, terms(("resolution", 8 * HOUR), ("workaround", HOUR, assigned)), at=at("2026-06-08 08:30"))
    assert clock_of(order, "workaround").state == Clock.State.WAITING
    clocks.assigned(order, at=at("2026-06-08 10:00"))
    assert clock_of(order, "workaround").due_at == at("2026-06-08 11:00")
    assert clock_of(order, "resolution").due_at == at("2026-06-08 17:30")


def test_16_a_level_before_the_deadline_falls_into_working_time():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=at("2026-06-08 14:30"))
    look_at = clock_of(order, "resolution").look_at
    assert look_at == at("2026-06-09 11:30")


def test_17_nothing_is_breached_while_it_rests():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=MONDAY)
    clocks.pause(order, at=at("2026-06-08 10:00"), kind="requester")
    assert sweep(at("2026-06-18 09:00")) == 0
    assert clock_of(order, "resolution").breached_at is None


def test_18_rejecting_a_solution_outside_office_hours_just_works():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=at("2026-06-12 16:00"))
    clocks.fulfil(order, "resolution", at=at("2026-06-12 17:00"))
    assert clocks.reopen(order, at=at("2026-06-13 22:15")) == at("2026-06-15 09:30")


def test_19_solved_and_closed_time_both_count_as_rest_on_reopening():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=at("2026-06-08 08:30"))
    clocks.fulfil(order, "resolution", at=at("2026-06-08 12:30"))
    assert clocks.reopen(order, at=at("2026-06-19 08:30")) == at("2026-06-19 12:30")


def test_20_a_ticket_created_outside_hours_starts_with_the_office():
    order = a_subject()
    assert clocks.attach(order, terms(("resolution", HOUR)), at=at("2026-06-13 03:00")) == at("2026-06-15 09:30")
    assert clock_of(order, "resolution").allowance == timedelta(hours=1)


def test_21_caps_of_rests_are_counted_in_working_time():
    order = a_subject()
    policy = terms(("resolution", 2 * HOUR), rests={"requester": {"cap": 8 * HOUR}})
    clocks.attach(order, policy, at=at("2026-06-12 16:30"))
    clocks.pause(order, at=at("2026-06-12 17:00"), kind="requester")
    sweep(at("2026-06-15 09:00"))
    assert clock_of(order, "resolution").state == Clock.State.RESTING

    sweep(at("2026-06-15 17:01"))
    assert clock_of(order, "resolution").due_at == at("2026-06-16 09:30")


def test_22_resting_and_resolving_in_one_step_keeps_the_whole_rest():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=MONDAY)
    clocks.pause(order, at=at("2026-06-08 10:00"), kind="requester")
    clocks.fulfil(order, "resolution", at=at("2026-07-20 10:00"))
    assert clock_of(order, "resolution").outcome == Clock.Outcome.MET
    assert clock_of(order, "resolution").breached_at is None


def test_23_deadlines_carry_their_zone():
    order = a_subject()
    due = clocks.attach(order, terms(("resolution", HOUR)), at=MONDAY)
    assert due.tzinfo is not None and due.utcoffset() == timedelta()


def test_24_a_rest_moves_the_deadline_in_working_time_not_on_the_wall():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=at("2026-06-08 16:00"))
    clocks.pause(order, at=at("2026-06-08 17:00"), kind="requester")
    clocks.resume(order, at=at("2026-06-09 09:00"))
    assert clock_of(order, "resolution").due_at == at("2026-06-09 10:00")


def test_25_nobody_works_over_lunch():
    assert calendars.by_code("tr-mesai").add(at("2026-06-08 12:00"), timedelta(hours=1)) == at("2026-06-08 14:00")


def test_26_history_is_computed_with_the_offset_of_its_own_day():
    order = a_subject()
    policy = terms(("resolution", 26 * HOUR), calendar="7-24")
    assert clocks.attach(order, policy, at=at("2015-11-07 12:00")) == at("2015-11-08 13:00")


def test_27_reports_and_live_clocks_read_the_same_holidays():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=at("2026-10-27 15:30"))
    clock = clock_of(order, "resolution")
    hours = calendars.hours(clock.calendar)
    assert clock.due_at == at("2026-10-30 10:30")
    assert hours.elapsed(clock.started_at, clock.due_at) == clock.allowance


def test_28_the_breach_is_the_first_instant_over_not_the_last_segment():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 2 * HOUR)), at=MONDAY)
    clocks.pause(order, at=at("2026-06-08 12:00"), kind="requester")
    clocks.resume(order, at=at("2026-06-08 16:00"))
    clocks.fulfil(order, "resolution", at=at("2026-06-08 17:00"))
    assert clock_of(order, "resolution").breached_at == at("2026-06-08 11:00")


def test_29_closing_without_a_reply_ends_the_reply_clock():
    order = a_subject()
    policy = terms(("next_update", HOUR, ON_REQUEST), ("resolution", 8 * HOUR))
    clocks.attach(order, policy, at=MONDAY)
    clocks.heard(order, at=MONDAY)
    clocks.fulfil(order, "resolution", at=at("2026-06-08 09:20"))
    assert clock_of(order, "next_update").state == Clock.State.FULFILLED
    assert sweep(at("2026-06-30 09:00")) == 0


def test_30_a_week_without_monday_and_thursday_counts_right():
    calendar = Calendar.objects.create(code="salı-cuma", name_tr="x", name_en="x")
    day = [[540, 1020]]
    calendars.publish_week(calendar, [[], day, day, [], day, [], []], effective_from=date(2020, 1, 1), at=MONDAY)
    hours = calendars.hours(calendar)
    assert hours.add(at("2026-06-05 16:00"), timedelta(hours=10)) == at("2026-06-10 10:00")


def test_31_a_change_of_severity_changes_the_promise():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S3"), at=MONDAY)
    due = clocks.change_policy(order, policies.choose(MONDAY, severity="S1"), at=at("2026-06-08 09:05"))
    assert due == at("2026-06-08 09:15")


def test_32_a_silent_requester_never_breaches_the_agent():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S3"), at=MONDAY)
    clocks.replied(order, at=at("2026-06-08 09:30"))
    clocks.pause(order, at=at("2026-06-08 09:30"), kind="requester")
    sweep(at("2026-12-01 09:00"))
    assert not Clock.objects.filter(breached_at__isnull=False).exists()


def test_33_an_out_of_office_reply_does_not_start_the_clock():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=MONDAY)
    clocks.pause(order, at=MONDAY, kind="requester")
    assert clocks.heard(order, at=at("2026-06-08 09:01"), automatic=True) is None
    assert clock_of(order, "resolution").state == Clock.State.RESTING


def test_34_a_thank_you_after_closing_leaves_the_resolution_time_alone():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 8 * HOUR)), at=MONDAY)
    clocks.fulfil(order, "resolution", at=at("2026-06-08 10:00"))
    assert clocks.heard(order, at=at("2026-06-08 10:05")) is None
    assert clock_of(order, "resolution").ended_at == at("2026-06-08 10:00")


def test_35_a_leave_declared_afterwards_corrects_quietly_and_keeps_both_results():
    order = a_subject()
    clocks.attach(order, terms(("resolution", 4 * HOUR)), at=at("2026-06-08 16:30"))
    sweep(at("2026-06-09 12:00"))
    heard = told(signals.clock_escalated) + told(signals.clock_breached)

    a_day("tr-mesai", "2026-06-09")
    recalculation.recalculate(at=at("2026-06-09 15:00"))

    clock = clock_of(order, "resolution")
    assert clock.due_at == at("2026-06-10 11:30")
    assert (clock.outcome, clock.outcome_as_it_stood) == ("", "missed")
    assert sweep(at("2026-06-09 16:00")) == 0
    assert heard == []
    correction = ClockEvent.objects.get(clock=clock, kind="recalculate")
    assert (correction.due_before, correction.due_after) == (at("2026-06-09 11:30"), at("2026-06-10 11:30"))


def test_every_case_of_the_study_has_its_test():
    numbers = sorted({int(name[5:7]) for name in globals() if name[5:7].isdigit()})
    assert numbers == list(range(1, 36))
