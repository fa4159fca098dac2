"""How turns go round: values, without a database and without a clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.rotas.rotation import (
    ISTANBUL,
    CarriedPiece,
    DutyHours,
    Rule,
    Stretch,
    carried,
    collides,
    missing,
    turns,
    without,
)

pytestmark = pytest.mark.once("sqlite", "asks no database")

MONDAY = date(2026, 11, 30)
DAY = timedelta(days=1)
ANNA, BORA, CEM = 1, 2, 3


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """So many days after Monday 30 November 2026, wall time of Istanbul."""
    return datetime.combine(MONDAY + day * DAY, time(hour, minute), ISTANBUL)


def rule(**fields) -> Rule:
    return Rule(**{"people": (ANNA, BORA, CEM), "starts_on": MONDAY, **fields})


def whole(opens: int = 9, days=range(1, 8)) -> DutyHours:
    return DutyHours(frozenset(days), time(opens), time(opens))


def carriers(pieces) -> list[int]:
    return [piece.person for piece in pieces]


class TestTurns:
    def test_a_week_is_one_turn_from_hand_over_to_hand_over(self):
        found = turns(rule(hours=whole()), at(0), at(14))
        assert found == [(at(0, 9), at(7, 9), 0), (at(7, 9), at(14, 9), 1)]

    def test_nothing_before_the_first_day(self):
        assert turns(rule(hours=whole()), at(-10), at(0)) == []

    def test_turns_of_days_count_only_the_days_they_cover(self):
        """OneUptime 2413: Friday's person is followed by the next one on Monday."""
        weekdays = DutyHours(frozenset(range(1, 6)), time(9), time(17))
        pieces = carried(rule(every=1, by_weeks=False, hours=weekdays), at(0), at(8))
        assert carriers(pieces) == [ANNA, BORA, CEM, ANNA, BORA, CEM]
        assert pieces[5].start == at(7, 9)

    def test_a_holiday_a_rule_rests_on_is_no_turn(self):
        weekdays = DutyHours(frozenset(range(1, 6)), time(9), time(17), on_holidays=False)
        pieces = carried(rule(by_weeks=False, hours=weekdays), at(0), at(3), holidays=frozenset({MONDAY + DAY}))
        assert [(piece.start, piece.person) for piece in pieces] == [(at(0, 9), ANNA), (at(2, 9), BORA)]

    def test_a_weekend_rule_may_cover_holidays_too(self):
        weekend = DutyHours(frozenset({6, 7}), time(9), time(9), on_holidays=True)
        found = turns(rule(hours=weekend), at(0), at(5), frozenset({MONDAY + DAY}))
        assert [(turn.start, turn.end) for turn in found] == [(at(1, 9), at(2, 9))]

    def test_a_night_belongs_to_the_day_it_begins_on(self):
        nights = DutyHours(frozenset({5}), time(20), time(8))
        assert [tuple(turn[:2]) for turn in turns(rule(hours=nights), at(0), at(7))] == [(at(4, 20), at(5, 8))]

    def test_every_second_week(self):
        pieces = carried(rule(every=2, hours=whole()), at(0, 9), at(42, 9))
        assert [(piece.person, (piece.end - piece.start).days) for piece in pieces] == [
            (ANNA, 14),
            (BORA, 14),
            (CEM, 14),
        ]

    def test_an_ended_rule_is_cut_off(self):
        found = turns(rule(hours=whole(), ends_at=at(1, 12)), at(0), at(7))
        assert found == [(at(0, 9), at(1, 12), 0)]

    def test_the_hours_stay_when_the_clocks_are_changed(self):
        """Türkiye stays at +03:00; the same rule in Berlin hands over at nine, before and after 25 October."""
        from zoneinfo import ZoneInfo

        berlin = ZoneInfo("Europe/Berlin")
        hours = DutyHours(opens=time(9), closes=time(9), zone=berlin)
        pieces = carried(
            Rule((ANNA, BORA), date(2026, 10, 24), by_weeks=False, hours=hours),
            datetime(2026, 10, 24, 9, tzinfo=berlin),
            datetime(2026, 10, 26, 9, tzinfo=berlin),
        )
        assert [piece.start.astimezone(UTC).hour for piece in pieces] == [7, 8]


class TestAbsence:
    def test_the_turn_of_somebody_away_passes_to_the_next(self):
        pieces = carried(rule(by_weeks=False, hours=whole(0)), at(0), at(2), away=lambda who, day: who == ANNA)
        assert [(piece.person, piece.instead_of) for piece in pieces] == [(BORA, ANNA), (BORA, None)]

    def test_where_everybody_is_away_there_is_a_hole(self):
        assert carried(rule(hours=whole(0)), at(0), at(7), away=lambda person, day: True) == []

    def test_a_backup_who_is_first_gives_way_for_just_that_time(self):
        first = [CarriedPiece(at(1, 12), at(1, 18), ANNA)]
        pieces = carried(rule(hours=whole(0)), at(0), at(3), others=first)
        assert [(piece.start, piece.end, piece.person) for piece in pieces] == [
            (at(0), at(1, 12), ANNA),
            (at(1, 12), at(1, 18), BORA),
            (at(1, 18), at(3), ANNA),
        ]

    def test_what_is_made_by_hand_stands(self):
        pieces = without([CarriedPiece(at(0), at(3), ANNA)], [Stretch(at(1), at(2))])
        assert pieces == [(at(0), at(1), ANNA, None), (at(2), at(3), ANNA, None)]


class TestHoles:
    def test_the_hours_nobody_carries(self):
        holes = missing(whole(0), [Stretch(at(0), at(1)), Stretch(at(1, 6), at(3))], at(0), at(4))
        assert holes == [(at(1), at(1, 6)), (at(3), at(4))]

    def test_outside_the_hours_nobody_is_missing(self):
        office = DutyHours(frozenset(range(1, 6)), time(8), time(17))
        assert missing(office, [Stretch(at(0, 8), at(0, 17))], at(0), at(1)) == []

    def test_two_rules_for_the_same_hours_are_noticed(self):
        days, nights = DutyHours(opens=time(8), closes=time(20)), DutyHours(opens=time(20), closes=time(8))
        assert collides(rule(hours=days), rule(hours=nights)) is None
        assert collides(rule(hours=days), rule(hours=whole())) == (at(0, 9), at(0, 20))


PEOPLE = st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True).map(tuple)
CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
HOURS = st.builds(
    DutyHours,
    st.frozensets(st.integers(1, 7), min_size=1),
    CLOCK,
    CLOCK,
    st.sampled_from([None, True, False]),
)
RULES = st.builds(
    Rule,
    PEOPLE,
    st.integers(-40, 20).map(lambda days: MONDAY + timedelta(days=days)),
    st.integers(1, 4),
    st.booleans(),
    HOURS,
)
HOLIDAYS = st.frozensets(st.integers(-5, 40).map(lambda days: MONDAY + timedelta(days=days)), max_size=6)
START, END = at(0), at(30)


def length(stretches) -> timedelta:
    return sum((piece[1] - piece[0] for piece in stretches), timedelta())


@settings(max_examples=150, deadline=None)
@given(RULES, HOLIDAYS)
def test_pieces_are_in_order_apart_and_within(given_rule, holidays):
    pieces = carried(given_rule, START, END, holidays=holidays)
    assert all(piece.start < piece.end for piece in pieces)
    assert all(one.end <= other.start for one, other in zip(pieces, pieces[1:], strict=False))
    assert all(piece.start >= START and piece.end <= END for piece in pieces)


@settings(max_examples=150, deadline=None)
@given(RULES, HOLIDAYS)
def test_carried_and_missing_add_up_to_the_hours(given_rule, holidays):
    """Nobody is missing where a rule covers, and nothing is covered twice."""
    pieces = carried(given_rule, START, END, holidays=holidays)
    holes = missing(given_rule.hours, [Stretch(*piece[:2]) for piece in pieces], START, END, holidays)
    everything = missing(given_rule.hours, [], START, END, holidays)
    assert length(pieces) + length(holes) == length(everything)


@settings(max_examples=150, deadline=None)
@given(RULES, HOLIDAYS, st.integers(1, 29))
def test_a_look_may_be_cut_anywhere(given_rule, holidays, day):
    """Laying out today and going on tomorrow gives what one look gives: whoever carries does not depend on the look."""
    cut = at(day, 13)

    def who(pieces, moment):
        return next((piece.person for piece in pieces if piece.start <= moment < piece.end), None)

    once = carried(given_rule, START, END, holidays=holidays)
    twice = carried(given_rule, START, cut, holidays=holidays) + carried(given_rule, cut, END, holidays=holidays)
    for hour in range(0, 30 * 24, 7):
        moment = START + timedelta(hours=hour)
        assert who(once, moment) == who(twice, moment)


@settings(max_examples=150, deadline=None)
@given(RULES, RULES, HOLIDAYS)
def test_nobody_is_first_and_backup_at_once(first_rule, backup_rule, holidays):
    first = carried(first_rule, START, END, holidays=holidays)
    backup = carried(backup_rule, START, END, holidays=holidays, others=first)
    assert not [
        (one, other)
        for one in first
        for other in backup
        if one.person == other.person and one.start < other.end and one.end > other.start
    ]


@settings(max_examples=100, deadline=None)
@given(RULES)
def test_turns_are_dealt_evenly(given_rule):
    """Over whole rounds nobody has more than one turn more than anybody else."""
    daily = replace(
        given_rule, by_weeks=False, every=1, starts_on=MONDAY, hours=replace(given_rule.hours, on_holidays=None)
    )
    places = [turn.place for turn in turns(daily, START - DAY, START + 70 * DAY)]
    seats = [place % len(daily.people) for place in dict.fromkeys(places)]
    counts = [seats.count(seat) for seat in range(len(daily.people))]
    assert places == sorted(places)
    assert max(counts) - min(counts) <= 1


@settings(max_examples=100, deadline=None)
@given(RULES, RULES)
def test_colliding_is_mutual_and_true(one, other):
    stretch = collides(one, other)
    assert (stretch is None) == (collides(other, one) is None)
    if stretch:
        for each in (one, other):
            assert any(turn.start <= stretch.start and stretch.end <= turn.end for turn in turns(each, *stretch))
