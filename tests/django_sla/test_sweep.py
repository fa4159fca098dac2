"""What is due is done once, whatever the sweeper goes through."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from django_sla import clocks, policies, signals
from django_sla.models import Clock, ClockEvent
from django_sla.sweep import sweep
from tests.django_sla.a_shop import a_subject, at, clock_of

MONDAY = at("2026-06-08 09:00")
LATER = at("2026-06-08 16:00")


@pytest.fixture
def heard():
    """What a host was told, in order."""
    facts = []

    def on_breach(sender, clock, at, **kwargs):
        facts.append(("breached", clock.metric))

    def on_level(sender, clock, level, at, **kwargs):
        facts.append((level["to"], clock.metric))

    signals.clock_breached.connect(on_breach)
    signals.clock_escalated.connect(on_level)
    yield facts
    signals.clock_breached.disconnect(on_breach)
    signals.clock_escalated.disconnect(on_level)


def some_s1(count: int = 1, when=MONDAY):
    policy = policies.choose(when, severity="S1")
    for number in range(1, count + 1):
        clocks.attach(a_subject(number), policy, at=when)


@pytest.mark.django_db
def test_an_s1_nobody_answers_goes_to_the_next_on_call_after_ten_minutes(heard):
    some_s1()
    sweep(at("2026-06-08 09:10"))
    assert heard == []
    sweep(at("2026-06-08 09:10") + timedelta(seconds=15))
    assert heard == [("next_on_call", "first_response")]


@pytest.mark.django_db
def test_levels_come_in_order_each_once(heard):
    some_s1()
    for minute in range(60):
        sweep(MONDAY + timedelta(minutes=minute))
    assert heard == [
        ("next_on_call", "first_response"),
        ("assignee", "first_response"),
        ("breached", "first_response"),
        ("shift_lead", "first_response"),
        ("manager", "first_response"),
    ]


@pytest.mark.django_db
def test_a_sweeper_away_for_two_days_finds_everything_once(heard):
    some_s1()
    back = MONDAY + timedelta(days=2)
    sweep(back)
    sweep(back + timedelta(seconds=1))

    assert sorted(metric for who, metric in heard if who == "breached") == [
        "first_response",
        "resolution",
        "workaround",
    ]
    breach = ClockEvent.objects.get(kind="breach", clock__metric="first_response")
    assert (breach.at, breach.recorded_at) == (at("2026-06-08 09:15"), back)
    assert len(heard) == len(set(heard))


@pytest.mark.django_db
def test_a_clock_set_back_repeats_nothing(heard):
    some_s1()
    sweep(LATER)
    before = list(heard)
    for hour in (9, 10, 11, 16):
        sweep(at(f"2026-06-08 {hour:02d}:00"))
    assert heard == before


@pytest.mark.django_db
def test_a_listener_that_fails_costs_its_clock_a_minute_and_no_other_anything(heard):
    some_s1(3)
    broken = True

    def fail(sender, clock, at, **kwargs):
        if broken and clock.subject_id == 2:
            raise RuntimeError("no telephone")

    signals.clock_breached.connect(fail)
    try:
        sweep(at("2026-06-08 09:16"))
        assert Clock.objects.filter(breached_at__isnull=False).count() == 2
        broken = False
        sweep(at("2026-06-08 09:17") + timedelta(seconds=1))
    finally:
        signals.clock_breached.disconnect(fail)
    assert Clock.objects.filter(breached_at__isnull=False).count() == 3
    assert ClockEvent.objects.filter(kind="breach").count() == 3


@pytest.mark.django_db
def test_a_breach_found_by_a_person_first_is_not_found_again(heard):
    some_s1()
    clocks.fulfil(a_subject(1), "first_response", at=at("2026-06-08 09:40"))
    sweep(at("2026-06-08 09:41"))
    assert ("breached", "first_response") not in heard
    assert ClockEvent.objects.filter(kind="breach").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_share_the_work(heard):
    some_s1(40)
    ready = threading.Barrier(2)
    done = []

    def work():
        try:
            ready.wait()
            done.append(sweep(at("2026-06-08 09:16"), batch=7))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ClockEvent.objects.filter(kind="breach").count() == 40
    assert ClockEvent.objects.filter(kind="escalate").count() == 40 * 3
    assert sum(done) == 40


@pytest.mark.django_db
def test_the_sweep_walks_one_partial_index(django_assert_max_num_queries):
    some_s1(5)
    Clock.objects.filter(subject_id__gt=1).update(look_at=at("2030-01-01 00:00"))
    with django_assert_max_num_queries(12):
        sweep(at("2026-06-08 09:11"))
    assert clock_of(a_subject(1), "first_response").level == 1
