"""The public holidays that rotas know: those of the calendar "tr-tatil", where an administrator adds and withdraws."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django_sla.models import SpecialDay
from runbooks.rotas.rotation import ISTANBUL

CALENDAR = "tr-tatil"


@dataclass(frozen=True)
class PublicHolidays:
    """`names`: every holiday and half day for people; `whole`: those that rules and shares count."""

    names: dict[date, str]
    whole: frozenset[date]


def between(start: datetime, end: datetime) -> PublicHolidays:
    """Holidays of the days that [start, end) touches, one more on either side."""
    days = SpecialDay.objects.in_force().filter(
        calendar__code=CALENDAR,
        kind__in=(SpecialDay.Kind.HOLIDAY, SpecialDay.Kind.HALF_DAY),
        date__gte=start.astimezone(ISTANBUL).date() - timedelta(days=1),
        date__lte=end.astimezone(ISTANBUL).date() + timedelta(days=1),
    )
    names: dict[date, str] = {}
    for day in days:
        names.setdefault(day.date, day.name)
    return PublicHolidays(names, frozenset(day.date for day in days if day.kind == SpecialDay.Kind.HOLIDAY))
