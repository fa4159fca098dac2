"""Quiet hours and expiry of the lanes, in Istanbul's time."""

from datetime import datetime

import pytest

from foundation.language.formatting import ISTANBUL
from foundation.outbox.lanes import RULES, Lane, rules

pytestmark = pytest.mark.once("postgresql", "asks no database")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ISTANBUL)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        (at(20, 20, 59), at(20, 20, 59)),
        (at(20, 21), at(21, 8)),
        (at(20, 23, 59), at(21, 8)),
        (at(21, 0), at(21, 8)),
        (at(21, 7, 59), at(21, 8)),
        (at(21, 8), at(21, 8)),
    ],
)
def test_information_waits_for_the_morning(asked, leaves):
    assert rules("information").not_before(asked) == leaves


def test_life_safety_wakes_people():
    assert rules("life_safety").not_before(at(21, 3)) == at(21, 3)


def test_every_lane_has_its_rules_and_crisis_goes_first():
    assert set(RULES) == set(Lane)
    assert [lane.value for lane in sorted(RULES, key=lambda lane: RULES[lane].rank)] == [
        "life_safety",
        "operational",
        "information",
        "drill",
    ]
    assert {lane.value: RULES[lane].resends for lane in RULES} == {
        "life_safety": 1,
        "operational": 1,
        "information": 0,
        "drill": 0,
    }
