"""The life of a promise, verb by verb."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from django_sla import bulk, clocks, policies
from django_sla.models import Clock, ClockEvent
from tests.django_sla.a_shop import a_subject, at, clock_of

pytestmark = pytest.mark.django_db
MONDAY = at("2026-06-08 09:00")


def an_s2(subject, when=MONDAY):
    return clocks.attach(subject, policies.choose(when, severity="S2"), at=when)


def test_attaching_starts_three_clocks_and_says_what_is_due_first():
    order = a_subject()

    assert an_s2(order) == at("2026-06-08 09:30")

    states = dict(Clock.objects.values_list("metric", "state"))
    assert states == {
        "first_response": "running",
        "next_update": "waiting",
        "workaround": "running",
        "resolution": "running",
    }
    assert clock_of(order, "workaround").due_at == at("2026-06-08 17:00")
    assert clock_of(order, "resolution").due_at == at("2026-06-10 17:30")


def test_attaching_costs_two_inserts_however_many_clocks(django_assert_num_queries):
    policy = policies.choose(MONDAY, severity="S2")
    clocks.attach(a_subject(2), policy, at=MONDAY)  # a process reads its calendars once
    with django_assert_num_queries(2):  # clocks, events
        clocks.attach(a_subject(), policy, at=MONDAY)


def test_the_soonest_of_many_is_the_next_that_runs():
    answered, waiting, without = a_subject(1), a_subject(2), a_subject(3)
    an_s2(answered)
    an_s2(waiting)
    clocks.fulfil(answered, "first_response", at=MONDAY + timedelta(minutes=10))
    dues = bulk.soonest_dues("shop.order", [1, 2, without.pk], without=["next_update"])
    assert dues == {1: at("2026-06-08 17:00"), 2: at("2026-06-08 09:30"), 3: None}


def test_a_subject_cannot_be_promised_the_same_twice():
    an_s2(a_subject())
    with pytest.raises(IntegrityError):
        an_s2(a_subject())


def test_the_first_response_starts_the_updates():
    order = a_subject()
    an_s2(order)
    due = clocks.fulfil(order, "first_response", at=MONDAY + timedelta(minutes=10))

    assert due == at("2026-06-08 11:10")
    assert clock_of(order, "first_response").outcome == Clock.Outcome.MET


def test_each_reply_starts_the_next_round():
    order = a_subject()
    an_s2(order)
    clocks.replied(order, at=at("2026-06-08 09:10"))
    clocks.replied(order, at=at("2026-06-08 10:40"))

    assert clock_of(order, "next_update").outcome == Clock.Outcome.MET
    assert clock_of(order, "next_update", cycle=2).due_at == at("2026-06-08 12:40")


def test_waiting_for_the_requester_moves_the_deadline_by_the_open_time_waited():
    order = a_subject()
    an_s2(order)
    clocks.fulfil(order, "first_response", at=MONDAY)
    assert clocks.pause(order, at=at("2026-06-08 10:00"), kind="requester") is None

    due = clocks.resume(order, at=at("2026-06-08 12:00"))

    assert due == at("2026-06-08 13:00")
    assert clock_of(order, "workaround").due_at == at("2026-06-08 19:00")


def test_met_at_the_deadline_and_breached_after_it():
    on_time, late = a_subject(1), a_subject(2)
    an_s2(on_time)
    an_s2(late)
    clocks.fulfil(on_time, "first_response", at=at("2026-06-08 09:30"))
    clocks.fulfil(late, "first_response", at=at("2026-06-08 09:30") + timedelta(microseconds=1))

    assert clock_of(on_time, "first_response").outcome == Clock.Outcome.MET
    assert clock_of(late, "first_response").outcome == Clock.Outcome.MISSED
    assert ClockEvent.objects.filter(kind="breach").count() == 1


def test_a_critical_clock_does_not_rest_for_the_requester_and_says_so():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S1"), at=MONDAY)
    due = clocks.pause(order, at=MONDAY, kind="requester")

    assert due == at("2026-06-08 09:15")
    assert ClockEvent.objects.filter(kind="kept_running", reason_kind="requester").count() == 3


def test_a_critical_clock_rests_only_while_the_major_incident_is_open():
    order = a_subject()
    clocks.attach(order, policies.choose(MONDAY, severity="S1"), at=MONDAY)
    clocks.pause(order, at=MONDAY, kind="major_incident")
    assert clock_of(order, "resolution").state == Clock.State.RUNNING

    clocks.pause(order, at=MONDAY, kind="major_incident", incident_is_open=True)
    assert clock_of(order, "resolution").state == Clock.State.RESTING


def test_a_clock_with_two_reasons_to_rest_goes_on_when_both_have_gone():
    order = a_subject()
    an_s2(order)
    clocks.pause(order, at=at("2026-06-08 10:00"), kind="requester")
    clocks.pause(order, at=at("2026-06-08 10:30"), kind="supplier")
    clocks.resume(order, at=at("2026-06-08 11:00"), kind="requester")
    assert clock_of(order, "workaround").state == Clock.State.RESTING

    clocks.resume(order, at=at("2026-06-08 12:00"), kind="supplier")
    assert clock_of(order, "workaround").due_at == at("2026-06-08 19:00")


def test_a_reopened_clock_goes_on_with_the_time_it_had_left():
    order = a_subject()
    an_s2(order)
    clocks.fulfil(order, "resolution", at=at("2026-06-08 16:30"))

    clocks.reopen(order, at=at("2026-06-09 08:30"))

    assert clock_of(order, "workaround").due_at == at("2026-06-09 09:00")
    assert clock_of(order, "resolution").due_at == at("2026-06-11 09:30")
    assert clock_of(order, "resolution").outcome == Clock.Outcome.OPEN


def test_withdrawing_leaves_nothing_due():
    order = a_subject()
    an_s2(order)
    assert clocks.detach(order, at=MONDAY) is None
    assert not Clock.objects.exclude(look_at=None).exists()


def test_history_is_only_added_to():
    an_s2(a_subject())
    event = ClockEvent.objects.first()
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        ClockEvent.objects.update(reason="")
