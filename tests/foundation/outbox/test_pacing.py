"""The bucket of segments: refilled, overdrawn, slowed by complaints."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.outbox.delivery.pacing import ErrorRate, SendingRate

pytestmark = pytest.mark.once("postgresql", "asks no database")

START = datetime(2026, 11, 22, tzinfo=UTC)


def a_pace(**fields) -> SendingRate:
    given = {"rate": 10.0, "ceiling": 10.0, "floor": 0.5, "tokens": 0.0, "counted_at": START}
    return SendingRate(**given | fields)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_tenth_of_a_second_pays_for_one_segment():
    assert a_pace().at(after(0.1)).tokens == pytest.approx(1)


def test_an_hour_of_rest_pays_for_one_second():
    assert a_pace().at(after(3600)).tokens == 10


def test_a_long_text_may_overdraw_and_the_next_waits():
    spent = a_pace(tokens=1.0).spend(3)
    assert spent.tokens == -2
    assert spent.at(after(0.2)).tokens < 1
    assert spent.at(after(0.31)).tokens >= 1


def test_a_complaint_halves_once_a_second_and_never_below_the_floor():
    pace = a_pace().slower(START)
    assert (pace.rate, pace.slower(after(0.5)).rate, pace.slower(after(1.1)).rate) == (5, 5, 2.5)
    for second in range(2, 30):
        pace = pace.slower(after(second * 1.5))
    assert pace.rate == 0.5


def test_quiet_success_brings_the_pace_back_to_what_was_agreed_and_no_further():
    slow = a_pace().slower(START)
    assert slow.at(after(4)).rate == 5
    recovered = slow.at(after(6))
    assert 5 < recovered.rate < 10
    for second in range(7, 60):
        recovered = recovered.at(after(second))
    assert recovered.rate == 10


def test_a_clock_that_jumps_back_gives_nothing_away():
    assert a_pace(tokens=3.0).at(after(-60)).tokens == 3


@given(st.lists(st.floats(0.001, 5), min_size=1, max_size=50))
def test_however_often_it_is_asked_no_more_than_the_rate_leaves(waits):
    pace, clock, left = a_pace(), 0.0, 0
    for wait in waits:
        clock += wait
        pace = pace.at(after(clock))
        while pace.tokens >= 1:
            pace, left = pace.spend(1), left + 1
    assert left <= 10 * clock + 1


def test_a_few_refusals_among_many_answers_are_no_complaint():
    error_rate = ErrorRate(since=0.0)
    error_rate.hear(100, 5)
    assert not error_rate.complains(1.1)
    error_rate.hear(100, 20)
    assert not error_rate.complains(1.5)
    assert error_rate.complains(2.2)
    assert not error_rate.complains(9.9)
