"""Working time as plain values: no database, no wall clock.

A calendar is compiled once to sorted, disjoint open intervals with running
totals; after that `add` and `elapsed` are binary searches. Instants are counted
in whole microseconds since 1970 UTC, so sums are exact.

An interval is closed at its start and open at its end. A deadline that falls on
the end of an interval is that end, not the start of the next one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH_DAY = date(1970, 1, 1).toordinal()

# Ranges of one local day: (start, end) in seconds after midnight, 0 ≤ start < end ≤ 86 400.
Ranges = Sequence[tuple[int, int]]


class OutsideCalendar(ValueError):
    """The answer lies before or after the days that the calendar was compiled for."""


class Rest(NamedTuple):
    """A stretch in which a clock stands still; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


def to_micros(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC of an aware `moment`."""
    return (moment - EPOCH) // MICROSECOND


def to_moment(micros: int) -> datetime:
    """The aware UTC datetime of `micros`."""
    return EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, eq=False)
class Hours:
    """The open hours of one calendar between two instants.

    `starts`, `ends`: sorted, disjoint open intervals, microseconds. `day_numbers`:
    ordinals of the local days that have open time, `day_ends`: when each closes.
    """

    zone: ZoneInfo
    first: int
    last: int
    starts: list[int]
    ends: list[int]
    day_numbers: list[int]
    day_ends: list[int]
    totals: list[int] = field(init=False)

    def __post_init__(self) -> None:
        lengths = (end - start for start, end in zip(self.starts, self.ends, strict=True))
        object.__setattr__(self, "totals", list(accumulate(lengths)))

    # --- in datetimes ------------------------------------------------------
    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant at which `span` of open time has passed since `start`.

        A negative span walks back. Zero is `start` itself, open or not.
        """
        if not span:
            return start
        return to_moment(self._instant(self._position(to_micros(start)) + span // MICROSECOND))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two instants; negative when `end` comes first."""
        return timedelta(microseconds=self._position(to_micros(end)) - self._position(to_micros(start)))

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        """The close of business of the `days`-th working day after the day of `start`.

        The day itself is not counted, and the term ends with the working hours of
        its last day (Law 6100, article 92). A half day is a working day.
        """
        today = start.astimezone(self.zone).toordinal()
        index = bisect_right(self.day_numbers, today) + days - 1
        if index >= len(self.day_ends):
            raise OutsideCalendar("no such working day in this calendar")
        return to_moment(self.day_ends[index])

    def is_open(self, at: datetime) -> bool:
        micros = to_micros(at)
        index = bisect_right(self.starts, micros) - 1
        return index >= 0 and micros < self.ends[index]

    def open_between(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open intervals inside [start, end), cut at both."""
        low, high = to_micros(start), to_micros(end)
        first = max(bisect_right(self.starts, low) - 1, 0)
        last = bisect_left(self.starts, high)
        pieces = ((max(self.starts[n], low), min(self.ends[n], high)) for n in range(first, last))
        return [(to_moment(opens), to_moment(closes)) for opens, closes in pieces if opens < closes]

    def next_opening(self, at: datetime) -> datetime:
        """`at` when it is open, else the start of the next interval."""
        if self.is_open(at):
            return at
        index = bisect_right(self.starts, to_micros(at))
        if index == len(self.starts):
            raise OutsideCalendar("the calendar does not open again")
        return to_moment(self.starts[index])

    # --- with rests --------------------------------------------------------
    def run(self, start: datetime, rests: Iterable[Rest] = ()) -> "RunningSpan":
        """The way of a clock from `start` on with `rests` left out, walked once and asked often."""
        stretches: list[tuple[int, int]] = []
        here = self._position(to_micros(start))
        for rest in merged(rests, start):
            stretches.append((here, self._position(to_micros(rest.start)) - here))
            if rest.end is None:
                return RunningSpan(self, start, stretches, None)
            here = self._position(to_micros(rest.end))
        return RunningSpan(self, start, stretches, here)

    def due(self, start: datetime, allowance: timedelta, rests: Iterable[Rest] = ()) -> datetime | None:
        """When `allowance` of open time is used up, `rests` left out; None if a rest still lasts.

        It is the earliest instant at which nothing is left, so a rest that begins on
        the deadline or after it does not move it.
        """
        return self.run(start, rests).reaches(allowance)

    def consumed(self, start: datetime, at: datetime, rests: Iterable[Rest] = ()) -> timedelta:
        """Open time between `start` and `at` in which the clock ran."""
        run = self.elapsed(start, at)
        for rest in merged(rests, start):
            if rest.start >= at:
                break
            run -= self.elapsed(rest.start, min(rest.end or at, at))
        return run

    # --- in microseconds ---------------------------------------------------
    def _position(self, micros: int) -> int:
        """Open microseconds of this calendar before the instant."""
        if not self.first <= micros <= self.last:
            raise OutsideCalendar("the calendar does not cover this date")
        index = bisect_right(self.starts, micros) - 1
        if index < 0:
            return 0
        return self.totals[index] - max(self.ends[index] - micros, 0)

    def _instant(self, position: int) -> int:
        """The earliest instant with that many open microseconds before it."""
        index = bisect_left(self.totals, position)
        if position <= 0 or index == len(self.totals):
            raise OutsideCalendar("the calendar has not that much open time")
        return self.ends[index] - (self.totals[index] - position)


class RunningSpan(NamedTuple):
    """Where a clock ran: positions are open microseconds of the calendar.

    `stretches` are (position, length) up to each rest; `onwards` is the position after
    the last rest, None while it lasts.
    """

    hours: Hours
    start: datetime
    stretches: list[tuple[int, int]]
    onwards: int | None

    def reaches(self, allowance: timedelta) -> datetime | None:
        """The earliest instant at which `allowance` has been used; None if a rest lasts before."""
        left = allowance // MICROSECOND
        if left <= 0:
            return self.start
        for position, length in self.stretches:
            if length >= left:
                return to_moment(self.hours._instant(position + left))
            left -= length
        return None if self.onwards is None else to_moment(self.hours._instant(self.onwards + left))


def merged(rests: Iterable[Rest], since: datetime) -> list[Rest]:
    """The rests after `since`, in order, overlapping and touching ones made one."""
    result: list[Rest] = []
    for rest in sorted(rests, key=lambda rest: rest.start):
        if rest.end is not None and (rest.end <= since or rest.end <= rest.start):
            continue
        start = max(rest.start, since)
        if result and (result[-1].end is None or start <= result[-1].end):
            before = result.pop()
            ends = (before.end, rest.end)
            result.append(Rest(before.start, None if None in ends else max(e for e in ends if e)))
        else:
            result.append(Rest(start, rest.end))
    return result


def open_ranges(ranges: Ranges, start: int, end: int) -> list[tuple[int, int]]:
    """`ranges` with [start, end) opened; sorted and disjoint again."""
    result: list[tuple[int, int]] = []
    for low, high in sorted([*ranges, (start, end)]):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def close_ranges(ranges: Ranges, start: int, end: int) -> list[tuple[int, int]]:
    """`ranges` with [start, end) cut out."""
    pieces = []
    for low, high in ranges:
        pieces += [(low, min(high, start)), (max(low, end), high)]
    return [(low, high) for low, high in pieces if low < high]


def compile_hours(zone_name: str, ranges_of: Callable[[date], Ranges], first: date, last: date) -> Hours:
    """Hours of every local day from `first` up to, not including, `last`.

    `ranges_of` gives the open wall-clock ranges of a day. An instant is open when
    the wall clock of the zone stands inside them, so a skipped hour adds nothing
    and a repeated one counts twice (Europe/Istanbul had both until 2016).
    """
    zone = ZoneInfo(zone_name)
    starts: list[int] = []
    ends: list[int] = []
    day_numbers: list[int] = []
    day_ends: list[int] = []
    offset = _offset(zone, first)
    for number in range(first.toordinal(), last.toordinal()):
        day = date.fromordinal(number)
        next_offset = _offset(zone, date.fromordinal(number + 1))
        ranges = ranges_of(day)
        if ranges:
            for start, end in _instants(zone, day, ranges, offset, next_offset):
                if ends and ends[-1] == start:
                    ends[-1] = end
                else:
                    starts.append(start)
                    ends.append(end)
            day_numbers.append(number)
            day_ends.append(ends[-1])
        offset = next_offset
    begin, finish = (_midnight(day) - _offset(zone, day) for day in (first, last))
    return Hours(zone, begin, finish, starts, ends, day_numbers, day_ends)


def _midnight(day: date) -> int:
    """Local midnight as if the zone were UTC."""
    return (day.toordinal() - EPOCH_DAY) * DAY


def _offset(zone: ZoneInfo, day: date) -> int:
    """The zone's offset at the midnight that begins `day`."""
    offset = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
    return (offset or timedelta()) // MICROSECOND


def _instants(zone: ZoneInfo, day: date, ranges: Ranges, offset: int, next_offset: int) -> list[tuple[int, int]]:
    """The open intervals of one day; a day with a change of offset is cut at the change."""
    midnight = _midnight(day)
    if offset == next_offset:
        base = midnight - offset
        return [(base + start * SECOND, base + end * SECOND) for start, end in ranges]
    begin, finish = midnight - offset, midnight + DAY - next_offset
    change = _change_of_offset(zone, begin, finish, offset)
    pieces = []
    for piece_start, piece_end, shift in ((begin, change, offset), (change, finish, next_offset)):
        for start, end in ranges:
            low = max(midnight + start * SECOND - shift, piece_start)
            high = min(midnight + end * SECOND - shift, piece_end)
            if low < high:
                pieces.append((low, high))
    return sorted(pieces)


def _change_of_offset(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The second inside (low, high] at which the zone leaves `offset`."""
    while high - low > SECOND:
        middle = (low + high) // 2 // SECOND * SECOND
        if (to_moment(middle).astimezone(zone).utcoffset() or timedelta()) // MICROSECOND == offset:
            low = middle
        else:
            high = middle
    return high
