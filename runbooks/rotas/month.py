"""A month of a rota as a page of a calendar: weeks of days, each with who carries it."""

from calendar import Calendar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from foundation import now
from runbooks.models import Leave, Rota, Shift
from runbooks.rotas import gaps, public_holidays
from runbooks.rotas.gaps import Gap
from runbooks.rotas.rotation import DAY, ISTANBUL

NOON = time(12)


@dataclass(frozen=True)
class CalendarEntry:
    """A shift on one day; `begins` where it starts on this day, else it goes on from before."""

    shift: Shift
    begins: bool
    is_mine: bool


@dataclass(frozen=True)
class CalendarDay:
    """One square of the month. `gaps` are holes that begin on it or cover its noon."""

    day: date
    in_month: bool
    is_today: bool
    holiday: str
    entries: list[CalendarEntry]
    gaps: list[Gap]
    away: list[Leave] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarMonth:
    """`weeks` of seven days, Monday first; `before` and `after` are the first days of its neighbours."""

    first: date
    weeks: list[list[CalendarDay]]
    before: date
    after: date


def of(rota: Rota, year: int, number: int, *, reader_pk: int) -> CalendarMonth:
    """In a number of queries that does not grow."""
    first = date(year, number, 1)
    grid = Calendar().monthdatescalendar(year, number)
    start, end = _midnight(grid[0][0]), _midnight(grid[-1][-1] + DAY)
    met = Shift.objects.filter(rota=rota).meeting(start, end).order_by("rank", "starts_at")
    shifts = list(met.select_related("person", "instead_of", "rota"))
    holes = gaps.gaps(rota)
    names = public_holidays.between(start, end).names
    today = now().astimezone(ISTANBUL).date()
    people = {shift.person_id for shift in shifts} | {shift.instead_of_id for shift in shifts}
    away = Leave.objects.standing().filter(first_day__lte=grid[-1][-1], last_day__gte=grid[0][0])
    leaves = list(away.filter(person__in=people - {None}).select_related("person"))
    weeks = [
        [
            CalendarDay(
                day=day,
                in_month=day.month == number,
                is_today=day == today,
                holiday=names.get(day, ""),
                entries=[
                    CalendarEntry(shift, _begins(shift.starts_at, day), shift.person_id == reader_pk)
                    for shift in shifts
                    if _shows(shift.starts_at, shift.ends_at, day)
                ],
                gaps=[hole for hole in holes if _shows(hole.starts_at, hole.ends_at, day)],
                away=[leave for leave in leaves if leave.holds(day)],
            )
            for day in week
        ]
        for week in grid
    ]
    return CalendarMonth(first, weeks, (first - DAY).replace(day=1), (first + timedelta(days=32)).replace(day=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ISTANBUL)


def _begins(starts_at: datetime, day: date) -> bool:
    return starts_at.astimezone(ISTANBUL).date() == day


def _shows(starts_at: datetime, ends_at: datetime, day: date) -> bool:
    """On the day it begins, and on every day whose noon it covers: a night that ends at nine is yesterday's."""
    return _begins(starts_at, day) or starts_at <= datetime.combine(day, NOON, ISTANBUL) < ends_at
