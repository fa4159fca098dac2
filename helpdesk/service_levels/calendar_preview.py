"""Five weeks of a calendar as a drawing: when each day is open, now and under a draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django_sla import calendars
from django_sla.arithmetic import Hours
from django_sla.models import Calendar, SpecialDay
from foundation.language.formatting import ISTANBUL

WEEKS = 5
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class PreviewDay:
    """One date: `bars` are (start, length) in minutes after midnight; `before` is what a draft changes."""

    date: date
    bars: list[tuple[int, int]]
    before: list[tuple[int, int]] | None
    names: list[str]

    @property
    def hours(self) -> float:
        return sum(length for _start, length in self.bars) / 60

    @property
    def hours_before(self) -> float:
        return sum(length for _start, length in self.before or ()) / 60

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before != self.bars


def weeks(calendar: Calendar, around: date, draft: Hours | None = None) -> list[list[PreviewDay]]:
    """Five weeks from the Monday before `around`; under `draft`, if there is one."""
    monday = around - timedelta(days=around.weekday())
    dates = [monday + n * DAY for n in range(7 * WEEKS)]
    names = _names(calendar, dates)
    now = calendars.hours(calendar)
    days = [
        PreviewDay(each, bars(draft or now, each), bars(now, each) if draft else None, names.get(each, []))
        for each in dates
    ]
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def bars(hours: Hours, day: date) -> list[tuple[int, int]]:
    """The open stretches of a local day in minutes."""
    midnight = datetime.combine(day, time(), ISTANBUL)
    spans = hours.open_between(midnight, datetime.combine(day + DAY, time(), ISTANBUL))
    return [((opens - midnight) // MINUTE, (closes - opens) // MINUTE) for opens, closes in spans]


def _names(calendar: Calendar, dates: Iterable[date]) -> dict[date, list[str]]:
    names: dict[date, list[str]] = {}
    days = SpecialDay.objects.in_force().filter(calendar__in=calendars.chain_of(calendar), date__in=list(dates))
    for day in days.order_by("pk"):
        names.setdefault(day.date, []).append(day.name)
    return names
