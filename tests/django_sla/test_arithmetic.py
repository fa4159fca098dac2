"""Working time as pure values: laws that hold for every instant, and dates that are known."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_sla import calendars, seeds
from django_sla.arithmetic import OutsideCalendar, Rest, close_ranges, compile_hours, open_ranges
from django_sla.calendars import Layer, compile_layers
from django_sla.models import WorkingWeek
from tests.django_sla.a_shop import at

pytestmark = pytest.mark.once("postgresql", "asks no database")

WEEK = Layer([WorkingWeek(effective_from=date(1990, 1, 1), hours=seeds.OFFICE_WEEK)])
NATIONAL = Layer(days=calendars.national_holidays(range(2005, 2041), at=seeds.SEEDED_AT))
OFFICE = compile_layers("Europe/Istanbul", [NATIONAL, WEEK])
LONG = compile_layers("Europe/Istanbul", [Layer([WorkingWeek(effective_from=date(1990, 1, 1), hours=seeds.LONG_WEEK)])])
ALWAYS = compile_layers(
    "Europe/Istanbul", [Layer([WorkingWeek(effective_from=date(1990, 1, 1), hours=seeds.ROUND_THE_CLOCK)])]
)

hours_of_all_kinds = st.sampled_from([OFFICE, LONG, ALWAYS])
instants = st.datetimes(datetime(2014, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=60))
laws = settings(max_examples=300, deadline=None)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# --- laws -------------------------------------------------------------------
@laws
@given(hours_of_all_kinds, instants, spans)
def test_elapsed_undoes_add(calendar, start, span):
    assert calendar.elapsed(start, calendar.add(start, span)) == span


@laws
@given(hours_of_all_kinds, instants, spans, spans)
def test_more_time_is_never_earlier(calendar, start, one, more):
    assert calendar.add(start, one) < calendar.add(start, one + more)


@laws
@given(hours_of_all_kinds, instants, instants, spans)
def test_a_later_start_is_never_due_earlier(calendar, one, other, span):
    first, last = sorted((one, other))
    assert calendar.add(first, span) <= calendar.add(last, span)


@laws
@given(hours_of_all_kinds, instants, spans, spans)
def test_adding_twice_is_adding_the_sum(calendar, start, one, other):
    assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other)


@laws
@given(hours_of_all_kinds, instants, instants, instants)
def test_elapsed_time_is_the_sum_of_its_parts(calendar, a, b, c):
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == calendar.elapsed(a, c)


@laws
@given(hours_of_all_kinds, instants, st.lists(spans, max_size=4), spans)
def test_a_rest_split_in_two_changes_nothing(calendar, start, gaps, span):
    rests, whole, here = [], [], start
    for gap in gaps:
        middle, end = here + gap / 2, here + gap
        rests += [Rest(middle, middle + (end - middle) / 2), Rest(middle + (end - middle) / 2, end)]
        whole.append(Rest(middle, end))
        here = end
    assert calendar.due(start, span, rests) == calendar.due(start, span, whole)


@laws
@given(hours_of_all_kinds, instants, spans, spans, spans)
def test_time_at_rest_does_not_count(calendar, start, before, rest, span):
    pause = Rest(start + before, start + before + rest)
    due = calendar.due(start, span, [pause])
    assert calendar.consumed(start, due, [pause]) == span
    assert due - calendar.add(start, span) >= timedelta()


@laws
@given(instants, spans)
def test_splitting_a_working_interval_changes_nothing(start, span):
    halves = [[[510, 600], [600, 750], [810, 1050]]] * 5 + [[], []]
    split = _split_week(halves)
    assert split.add(start, span) == _split_week(seeds.OFFICE_WEEK).add(start, span)


_compiled: dict[str, object] = {}


def _split_week(week):
    key = str(week)
    if key not in _compiled:
        _compiled[key] = compile_layers(
            "Europe/Istanbul", [Layer([WorkingWeek(effective_from=date(1990, 1, 1), hours=week)])]
        )
    return _compiled[key]


@laws
@given(st.lists(st.tuples(st.integers(0, 86399), st.integers(1, 9999)), max_size=5), st.integers(0, 86399))
def test_opening_and_closing_the_same_range_leaves_the_rest(ranges, start):
    opened = []
    for low, length in ranges:
        opened = open_ranges(opened, low, min(low + length, 86400))
    end = min(start + 3600, 86400)
    closed = close_ranges(opened, start, end)
    assert close_ranges(open_ranges(opened, start, end), start, end) == closed
    assert all(high <= start or low >= end for low, high in closed)


# --- known dates --------------------------------------------------------------
def test_four_hours_on_the_eve_of_kurban_end_before_lunch():
    assert OFFICE.add(at("2026-05-25 16:00"), hours(4)) == at("2026-05-26 11:00")


def test_kurban_2026_meets_the_tax_deadline():
    """Four working days of May fall out; the last payment day is Monday 1 June."""
    assert OFFICE.add(at("2026-05-26 11:30"), hours(2)) == at("2026-06-01 09:30")
    assert OFFICE.elapsed(at("2026-05-26 13:00"), at("2026-06-01 08:30")) == hours(0)
    assert calendars.tax_deadlines(OFFICE, 2026) == [date(2026, 6, 1), date(2026, 11, 30)]


@pytest.mark.parametrize(
    ("year", "spring", "autumn"),
    [
        (2025, "2025-06-02", "2025-12-01"),
        (2026, "2026-06-01", "2026-11-30"),
        (2027, "2027-05-31", "2027-11-30"),
        (2028, "2028-05-31", "2028-11-30"),
        (2029, "2029-05-31", "2029-11-30"),
        (2030, "2030-05-31", "2030-12-02"),
    ],
)
def test_tax_deadlines_move_to_the_next_working_day(year, spring, autumn):
    assert calendars.tax_deadlines(OFFICE, year) == [date.fromisoformat(spring), date.fromisoformat(autumn)]


def test_the_nineteenth_of_may_inside_kurban_2027_closes_one_day_not_two():
    assert OFFICE.elapsed(at("2027-05-14 17:00"), at("2027-05-20 09:00")) == hours(1)


def test_daylight_saving_before_2016_is_read_from_the_zone():
    """Clocks went 03:00 → 04:00 on 29 March 2015 and 04:00 → 03:00 on 8 November 2015."""
    assert ALWAYS.elapsed(at("2015-03-29 00:00"), at("2015-03-30 00:00")) == hours(23)
    assert ALWAYS.elapsed(at("2015-11-08 00:00"), at("2015-11-09 00:00")) == hours(25)
    assert LONG.elapsed(at("2015-11-08 00:00"), at("2015-11-09 00:00")) == hours(15)
    assert OFFICE.add(at("2015-03-27 16:30"), hours(2)) == at("2015-03-30 09:30")


def test_working_hours_across_a_change_of_offset_follow_the_wall_clock():
    night = compile_hours("Europe/Istanbul", lambda day: [(2 * 3600, 5 * 3600)], date(2015, 1, 1), date(2016, 1, 1))
    assert night.elapsed(at("2015-03-29 00:00"), at("2015-03-29 12:00")) == hours(2)
    assert night.elapsed(at("2015-11-08 00:00"), at("2015-11-08 12:00")) == hours(4)


def test_since_2016_every_day_has_24_hours():
    assert ALWAYS.elapsed(at("2017-01-01 00:00"), at("2027-01-01 00:00")) == timedelta(days=3652)


def test_working_days_do_not_count_the_day_itself_and_end_with_office_hours():
    assert OFFICE.end_of_working_day(at("2026-06-08 10:00"), 2) == at("2026-06-10 17:30")
    assert OFFICE.end_of_working_day(at("2026-06-13 10:00"), 1) == at("2026-06-15 17:30")
    assert OFFICE.end_of_working_day(at("2026-05-25 10:00"), 1) == at("2026-05-26 12:30")


def test_a_calendar_that_never_opens_says_so_instead_of_searching():
    closed = compile_hours("Europe/Istanbul", lambda day: [], date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(OutsideCalendar):
        closed.add(at("2026-05-01 09:00"), hours(1))
    with pytest.raises(OutsideCalendar):
        closed.next_opening(at("2026-05-01 09:00"))


def test_dates_outside_the_calendar_are_refused():
    with pytest.raises(OutsideCalendar):
        OFFICE.elapsed(datetime(1980, 1, 1, tzinfo=UTC), at("2026-01-01 00:00"))


def test_a_deadline_on_the_end_of_an_interval_is_that_end():
    assert OFFICE.add(at("2026-06-08 08:30"), hours(4)) == at("2026-06-08 12:30")
    assert OFFICE.add(at("2026-06-08 08:30"), hours(4) + timedelta(seconds=1)) == at("2026-06-08 13:30") + timedelta(
        seconds=1
    )


def test_a_rest_that_begins_on_the_deadline_does_not_move_it():
    rest = Rest(at("2026-06-08 20:00"), at("2026-06-08 21:00"))
    assert OFFICE.due(at("2026-06-08 16:30"), hours(1), [rest]) == at("2026-06-08 17:30")


def test_rests_may_overlap_come_unsorted_and_begin_before_the_start():
    rests = [
        Rest(at("2026-06-08 11:00"), at("2026-06-08 12:00")),
        Rest(at("2026-06-08 07:00"), at("2026-06-08 09:30")),
        Rest(at("2026-06-08 11:30"), at("2026-06-08 12:30")),
    ]
    assert OFFICE.due(at("2026-06-08 09:00"), hours(2), rests) == at("2026-06-08 14:00")


def test_a_rest_that_lasts_has_no_deadline():
    assert OFFICE.due(at("2026-06-08 09:00"), hours(2), [Rest(at("2026-06-08 10:00"), None)]) is None
