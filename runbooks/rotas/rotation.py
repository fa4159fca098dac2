"""How turns go round: pure values, no database, no clock.

A *duty day* is a day whose weekday (or holiday) a rule covers. It lasts from `opens`
of that day to `closes`, on the next day if that is not later; equal hours are a whole
day. Turns of days count duty days, so that Friday's person is followed by the next one
on Monday where weekends are not covered; turns of weeks are calendar weeks from the
first day. All hours are wall time of `zone`.

    turns          whose turn it is, in every stretch that a rule covers
    carried        those stretches with everybody away passed over, and nobody twice at once
    missing        the stretches of the hours to be carried that nobody carries
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")
DAY = timedelta(days=1)
WEEK = 7
EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True)
class DutyHours:
    """Which hours are covered. `days` are ISO weekdays; on a holiday `on_holidays` decides where it is not None."""

    days: frozenset[int] = EVERY_DAY
    opens: time = time(0)
    closes: time = time(0)
    on_holidays: bool | None = None
    zone: ZoneInfo = ISTANBUL

    def covers(self, day: date, holidays: frozenset[date]) -> bool:
        if self.on_holidays is not None and day in holidays:
            return self.on_holidays
        return day.isoweekday() in self.days

    def stretch(self, day: date) -> tuple[datetime, datetime]:
        """The hours of the duty day that begins on `day`."""
        last = day if self.closes > self.opens else day + DAY
        return datetime.combine(day, self.opens, self.zone), datetime.combine(last, self.closes, self.zone)

    def stretches(self, start: datetime, end: datetime, holidays: frozenset[date]) -> Iterator[tuple[date, "Stretch"]]:
        """Every covered stretch that meets [start, end), whole, with its duty day."""
        day, last = start.astimezone(self.zone).date() - DAY, end.astimezone(self.zone).date()
        while day <= last:
            begins, ends = self.stretch(day)
            if self.covers(day, holidays) and begins < end and ends > start:
                yield day, Stretch(begins, ends)
            day += DAY


class Stretch(NamedTuple):
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rule:
    """One layer: who in which order, how long a turn is, in which hours, from when on.

    `people` are keys. `ends_at` cuts it off. `every` counts duty days or weeks.
    """

    people: tuple[int, ...]
    starts_on: date
    every: int = 1
    by_weeks: bool = True
    hours: DutyHours = DutyHours()
    ends_at: datetime | None = None


class RotaTurn(NamedTuple):
    """A stretch and the place in the order of whoever has it; places go on counting round after round."""

    start: datetime
    end: datetime
    place: int


class CarriedPiece(NamedTuple):
    """A stretch carried by one person; `instead_of` would have had the turn."""

    start: datetime
    end: datetime
    person: int
    instead_of: int | None = None


Away = Callable[[int, date], bool]  # is this person away on this day


def turns(rule: Rule, start: datetime, end: datetime, holidays: frozenset[date] = frozenset()) -> list[RotaTurn]:
    """The turns of `rule` that meet [start, end), in order and whole; those that touch are one."""
    found: list[RotaTurn] = []
    until = min(end, rule.ends_at) if rule.ends_at else end
    if not rule.people or until <= start:
        return found
    counted = _counter(rule, holidays)
    for day, stretch in rule.hours.stretches(start, until, holidays):
        if day < rule.starts_on:
            continue
        place = counted(day)
        last = min(stretch.end, rule.ends_at) if rule.ends_at else stretch.end
        if found and found[-1].place == place and found[-1].end == stretch.start:
            found[-1] = found[-1]._replace(end=last)
        elif last > stretch.start:
            found.append(RotaTurn(stretch.start, last, place))
    return found


def _counter(rule: Rule, holidays: frozenset[date]) -> Callable[[date], int]:
    """How many turns were over before the duty day it is given; ask in order of days."""
    if rule.by_weeks:
        return lambda day: (day - rule.starts_on).days // (WEEK * rule.every)
    counted, reached = 0, rule.starts_on

    def by_days(day: date) -> int:
        nonlocal counted, reached
        while reached < day:
            counted += rule.hours.covers(reached, holidays)
            reached += DAY
        return counted // rule.every

    return by_days


def carried(
    rule: Rule,
    start: datetime,
    end: datetime,
    *,
    holidays: frozenset[date] = frozenset(),
    away: Away = lambda person, day: False,
    others: Sequence[CarriedPiece] = (),
) -> list[CarriedPiece]:
    """Who carries what in [start, end) by `rule`, in order.

    A turn of somebody away passes to the next in the order who is there; so does that
    of whoever carries one of `others` (the pieces of the other rank) at the same time.
    Where nobody is left there is no piece.
    """
    pieces: list[CarriedPiece] = []
    for turn in turns(rule, start, end, holidays):
        for part in _parts(clipped(turn, start, end), rule.hours.zone, others):
            busy = {piece.person for piece in others if piece.start < part.end and piece.end > part.start}
            person = _next_there(rule.people, turn.place, part, busy, away, rule.hours.zone)
            if person is None:
                continue
            meant = rule.people[turn.place % len(rule.people)]
            _join(pieces, CarriedPiece(part.start, part.end, person, None if person == meant else meant))
    return pieces


def clipped(turn: RotaTurn, start: datetime, end: datetime) -> Stretch:
    return Stretch(max(turn.start, start), min(turn.end, end))


def _parts(whole: Stretch, zone: ZoneInfo, others: Iterable[CarriedPiece]) -> Iterator[Stretch]:
    """Cut at midnights and where those of the other rank change: within a part nothing changes."""
    cuts = {edge for piece in others for edge in (piece.start, piece.end) if whole.start < edge < whole.end}
    midnight = datetime.combine(whole.start.astimezone(zone).date() + DAY, time(0), zone)
    while midnight < whole.end:
        if midnight > whole.start:
            cuts.add(midnight)
        midnight += DAY
    edges = [whole.start, *sorted(cuts), whole.end]
    return (Stretch(one, other) for one, other in zip(edges, edges[1:], strict=False) if one < other)


def _next_there(
    people: tuple[int, ...], place: int, part: Stretch, busy: set[int], away: Away, zone: ZoneInfo
) -> int | None:
    day = part.start.astimezone(zone).date()
    order = (people[(place + step) % len(people)] for step in range(len(people)))
    return next((person for person in order if person not in busy and not away(person, day)), None)


def _join(pieces: list[CarriedPiece], piece: CarriedPiece) -> None:
    if pieces and pieces[-1].end == piece.start and pieces[-1][2:] == piece[2:]:
        pieces[-1] = pieces[-1]._replace(end=piece.end)
    else:
        pieces.append(piece)


def without(pieces: Iterable[CarriedPiece], taken: Sequence[Stretch]) -> list[CarriedPiece]:
    """`pieces` where nothing is `taken`: what is made by hand stands, and rules give way."""
    left = list(pieces)
    for hole in taken:
        left = [rest for piece in left for rest in _around(piece, hole)]
    return left


def _around(piece: CarriedPiece, hole: Stretch) -> Iterator[CarriedPiece]:
    if hole.end <= piece.start or hole.start >= piece.end:
        yield piece
        return
    if piece.start < hole.start:
        yield piece._replace(end=hole.start)
    if hole.end < piece.end:
        yield piece._replace(start=hole.end)


def missing(
    hours: DutyHours,
    present: Iterable[Stretch],
    start: datetime,
    end: datetime,
    holidays: frozenset[date] = frozenset(),
) -> list[Stretch]:
    """The stretches of `hours` in [start, end) that nothing in `present` covers, in order; those that touch are one."""
    covered = sorted(present)
    found: list[Stretch] = []
    for _day, stretch in hours.stretches(start, end, holidays):
        begins, ends = max(stretch.start, start), min(stretch.end, end)
        for one in covered:
            if one.end <= begins or one.start >= ends:
                continue
            if one.start > begins:
                _grow(found, Stretch(begins, one.start))
            begins = max(begins, one.end)
        if begins < ends:
            _grow(found, Stretch(begins, ends))
    return found


def _grow(found: list[Stretch], stretch: Stretch) -> None:
    if found and found[-1].end == stretch.start:
        found[-1] = Stretch(found[-1].start, stretch.end)
    else:
        found.append(stretch)


def collides(one: Rule, other: Rule, holidays: frozenset[date] = frozenset()) -> Stretch | None:
    """The first stretch that two rules both cover; a year is looked at, so that every weekday and holiday comes."""
    begin = max(one.starts_on, other.starts_on)
    start = datetime.combine(begin, time(0), one.hours.zone)
    end = start + timedelta(days=370)
    theirs = [Stretch(turn.start, turn.end) for turn in turns(replace(other, every=1), start, end, holidays)]
    for turn in turns(replace(one, every=1), start, end, holidays):
        for stretch in theirs:
            if stretch.start < turn.end and stretch.end > turn.start:
                return Stretch(max(stretch.start, turn.start), min(stretch.end, turn.end))
    return None
