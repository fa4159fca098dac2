"""Chances from place, hours left and speed; their error measured on what came."""

from datetime import timedelta

import pytest

from django_sla import clocks, forecast
from tests.django_sla.a_shop import a_subject, at
from tests.django_sla.test_edge_cases import HOUR, terms

MONDAY = at("2026-06-08 09:00")
CLOSING = at("2026-06-08 17:30")


def served(count: int, day: str) -> None:
    """`count` promises fulfilled in the working hours of `day`."""
    policy = terms(("first_response", 8 * HOUR), code=f"past{day}")
    for number in range(count):
        subject = a_subject(int(day.replace("-", "")) * 1000 + number)
        clocks.attach(subject, policy, at=at(f"{day} 08:30"))
        clocks.fulfil(subject, "first_response", at=at(f"{day} 08:30") + timedelta(minutes=number + 1))


def waiting(count: int, hours: int, when=MONDAY) -> None:
    policy = terms(("first_response", hours * HOUR), code=f"now{hours}")
    for number in range(count):
        clocks.attach(a_subject(number + hours * 100), policy, at=when)


@pytest.mark.parametrize(
    ("count", "mean", "chance"), [(0, 3, 1), (1, 0, 0), (1, 1, 0.632), (3, 2, 0.323), (60, 60, 0.526)]
)
def test_the_chance_of_at_least_so_many(count, mean, chance):
    assert forecast.chance_of(count, mean) == pytest.approx(chance, abs=0.002)


def test_the_bell_curve_takes_over_without_a_step():
    for count in range(30, 75):
        below, above = forecast.chance_of(count, 50), forecast.chance_of(count, 50.0001)
        assert below == pytest.approx(above, abs=0.02)


@pytest.mark.django_db
def test_a_place_further_back_is_a_greater_risk():
    served(20, "2026-06-03")
    waiting(12, 4)
    seen = forecast.forecast("first_response", at=MONDAY, until=CLOSING)
    risks = [each.risk for each in seen.expected]
    assert risks == sorted(risks) and risks[0] < 0.3 and risks[-1] > 0.9
    assert seen.lanes[0].per_hour == pytest.approx(20 / 40, abs=0.05)
    assert seen.breaches == pytest.approx(sum(risks))
    assert len(seen.likely) == sum(risk >= 0.5 for risk in risks)


@pytest.mark.django_db
def test_what_is_overdue_stands_in_front_and_is_not_foretold():
    served(20, "2026-06-03")
    waiting(1, 4)
    alone = forecast.forecast("first_response", at=MONDAY, until=CLOSING)
    waiting(3, 1, when=at("2026-06-05 09:00"))
    behind = forecast.forecast("first_response", at=MONDAY, until=CLOSING)
    assert (behind.lanes[0].overdue, len(behind.expected)) == (3, 1)
    assert behind.expected[0].risk > alone.expected[0].risk


@pytest.mark.django_db
def test_a_desk_that_answers_nothing_keeps_nothing():
    waiting(2, 4)
    seen = forecast.forecast("first_response", at=MONDAY, until=CLOSING)
    assert len(seen.likely) == 2


@pytest.mark.django_db
def test_the_error_is_measured_on_what_came():
    """Of six that fell due on Monday two were answered; the desk's speed of last week foretold the others."""
    served(20, "2026-06-03")
    waiting(6, 4)
    for number in (400, 401):
        clocks.fulfil(a_subject(number), "first_response", at=at("2026-06-08 11:00"))
    for number in range(402, 406):
        clocks.fulfil(a_subject(number), "first_response", at=at("2026-06-08 16:00"))
    before = forecast.accuracy("first_response", [(MONDAY, CLOSING)])
    assert (before.judged, before.broken) == (6, 4)
    assert before.precision == 1.0 and before.recall >= 0.75
    assert before.error < before.error_of_a_guess


@pytest.mark.django_db
def test_without_history_nothing_is_claimed():
    none = forecast.accuracy("first_response", [(MONDAY, CLOSING)])
    assert (none.judged, none.error, none.precision, none.error_of_a_guess) == (0, None, None, None)


@pytest.mark.django_db
def test_each_calendar_is_a_lane_with_its_own_hours_and_speed():
    """What falls due on a Sunday is not lost because the office is closed."""
    served(20, "2026-06-03")
    waiting(2, 4)
    always = terms(("first_response", 2 * HOUR), code="always", calendar="7-24")
    clocks.attach(a_subject(999), always, at=MONDAY)
    seen = forecast.forecast("first_response", at=MONDAY, until=CLOSING)
    assert {lane.calendar.code: len(lane.expected) for lane in seen.lanes} == {"tr-mesai": 2, "7-24": 1}
    assert [lane.expected[0].position for lane in seen.lanes] == [1, 1]
