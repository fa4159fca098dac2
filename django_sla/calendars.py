"""Verbs and reads of calendars: publish hours, declare days, sync holidays, compile."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from django.db import transaction

from django_sla.arithmetic import Hours, Ranges, close_ranges, compile_hours, open_ranges
from django_sla.models import Calendar, SpecialDay, WorkingWeek
from django_sla.models.calendars import MINUTES_A_DAY

# Days that calendars are compiled for; an answer outside is refused, never guessed.
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2060, 1, 1)
HALF_DAY_ENDS = 13 * 60  # Law 2429: the eve and 28 October close at 13:00
TAX_DEADLINES = ((5, 31), (11, 30))  # property tax instalments end on the last day of May and November


class Layer:
    """What one calendar adds on top of its base: weeks in force from a date on, and days."""

    def __init__(self, weeks: Iterable[WorkingWeek] = (), days: Iterable[SpecialDay] = ()) -> None:
        latest = {week.effective_from: week.hours for week in weeks}
        self.since = sorted(latest)
        self.weeks = [latest[day] for day in self.since]
        self.days: dict[date, list[SpecialDay]] = {}
        for day in days:
            self.days.setdefault(day.date, []).append(day)

    def week_at(self, day: date) -> list | None:
        index = bisect_right(self.since, day) - 1
        return self.weeks[index] if index >= 0 else None


def hours(calendar: Calendar) -> Hours:
    """The compiled hours of `calendar` as it stands in the database.

    Kept in memory by the digest of its content, which the row carries; a calendar
    read fresh therefore never gets stale hours, and an unchanged one costs no query.
    """
    return _compiled(calendar.revision) or _compile_into_memory(calendar)


def by_code(code: str) -> Hours:
    """The hours of the calendar called `code`; Calendar.DoesNotExist if there is none."""
    return hours(Calendar.objects.get(code=code))


def drafted(
    calendar: Calendar,
    *,
    weeks: Sequence[WorkingWeek] = (),
    days: Sequence[SpecialDay] = (),
    without: int | None = None,
) -> dict[Calendar, Hours]:
    """The hours as they would be with unsaved `weeks` and `days` added, or the day `without` taken away.

    Of `calendar` and of every overlay on it, because those follow.
    """
    own = Layer(
        [*calendar.weeks.all(), *weeks],
        [*calendar.days.in_force().exclude(pk__in=() if without is None else (without,)).order_by("pk"), *days],
    )
    result = {}
    for each in tree_of(calendar):
        layers = [own if below == calendar else _layer(below) for below in chain_of(each)]
        result[each] = compile_layers(each.zone, layers)
    return result


def compile_layers(zone: str, layers: Sequence[Layer]) -> Hours:
    """Hours from layers, base first: the topmost week counts, days are laid on in order."""

    def ranges_of(day: date) -> Ranges:
        week = next((week for layer in reversed(layers) if (week := layer.week_at(day)) is not None), None)
        ranges = [(start * 60, end * 60) for start, end in week[day.weekday()]] if week else []
        for layer in layers:
            for special in layer.days.get(day, ()):
                change = open_ranges if special.opens else close_ranges
                ranges = change(ranges, special.start_minute * 60, special.end_minute * 60)
        return ranges

    return compile_hours(zone, ranges_of, FIRST_DAY, LAST_DAY)


def chain_of(calendar: Calendar) -> list[Calendar]:
    """The calendar and its bases, the lowest first."""
    return [calendar] if calendar.base is None else [*chain_of(calendar.base), calendar]


def tree_of(calendar: Calendar) -> list[Calendar]:
    """The calendar and every overlay that rests on it, at any height."""
    return [calendar, *(above for overlay in calendar.overlays.all() for above in tree_of(overlay))]


def layers_of(calendar: Calendar) -> list[Layer]:
    return [_layer(each) for each in chain_of(calendar)]


def _layer(calendar: Calendar) -> Layer:
    return Layer(calendar.weeks.all(), calendar.days.in_force().order_by("pk"))


@transaction.atomic
def publish_week(
    calendar: Calendar, hours_of_week: list, *, effective_from: date, at: datetime, by: str = ""
) -> WorkingWeek:
    """Put weekly hours into force from a local date on; earlier dates keep theirs.

    `hours_of_week`: seven lists, Monday first, of [start, end] minutes after midnight.
    """
    week = WorkingWeek.objects.create(
        calendar=calendar, hours=hours_of_week, effective_from=effective_from, published_at=at, published_by=by
    )
    restamp(calendar)
    return week


@transaction.atomic
def declare_days(calendar: Calendar, days: Sequence[SpecialDay]) -> list[SpecialDay]:
    """Add special days to `calendar`, e.g. an administrative leave announced late."""
    for day in days:
        day.calendar = calendar
    made = SpecialDay.objects.bulk_create(days)
    restamp(calendar)
    return made


@transaction.atomic
def lay_over(base: Calendar, *, code: str, scope: str, name_tr: str, name_en: str) -> Calendar:
    """A calendar of somebody's own over `base`; it says the same until days or weeks are added.

    Clocks that run in `base` move over by `recalculation.adopt`.
    """
    overlay = Calendar.objects.create(
        code=code,
        scope=scope,
        name_tr=name_tr,
        name_en=name_en,
        base=base,
        zone=base.zone,
        office_hours=base.office_hours,
    )
    restamp(overlay)
    return overlay


@transaction.atomic
def withdraw_day(day: SpecialDay, *, at: datetime) -> None:
    """Take a special day back; the row stays, so that the past can be explained."""
    SpecialDay.objects.filter(pk=day.pk, withdrawn_at=None).update(withdrawn_at=at)
    restamp(day.calendar)


def leave(first: date, last: date, *, at: datetime, name_tr: str, name_en: str, by: str = "") -> list[SpecialDay]:
    """Unsaved rows of an administrative leave (idari izin) from `first` to `last`, both included."""
    return [
        SpecialDay(
            date=first + timedelta(days=number),
            kind=SpecialDay.Kind.LEAVE,
            name_tr=name_tr,
            name_en=name_en,
            declared_at=at,
            declared_by=by,
        )
        for number in range((last - first).days + 1)
    ]


@transaction.atomic
def sync_holidays(calendar: Calendar, years: Iterable[int], *, at: datetime) -> int:
    """Add the national holidays of `years` that `calendar` does not have yet; how many.

    Rows of earlier syncs are left alone, also edited and withdrawn ones: the table
    is the calendar, the library only proposes.
    """
    kept_days = set(calendar.days.filter(source="holidays").values_list("date", "kind"))
    proposed = [day for day in national_holidays(years, at=at) if (day.date, day.kind) not in kept_days]
    declare_days(calendar, proposed)
    return len(proposed)


def national_holidays(years: Iterable[int], *, at: datetime) -> list[SpecialDay]:
    """Unsaved rows of Law 2429's holidays and half days, Turkish and English names."""
    rows = []
    for category, kind in (("public", SpecialDay.Kind.HOLIDAY), ("half_day", SpecialDay.Kind.HALF_DAY)):
        turkish, english = (
            holidays.country_holidays("TR", years=list(years), categories=(category,), language=language)
            for language in ("tr", "en_US")
        )
        rows += [
            SpecialDay(
                date=day,
                kind=kind,
                start_minute=HALF_DAY_ENDS if category == "half_day" else 0,
                name_tr=turkish[day].replace(" (saat 13.00'ten)", " arifesi"),
                name_en=english[day],
                source="holidays",
                declared_at=at,
            )
            for day in turkish
        ]
    return sorted(rows, key=lambda row: row.date)


def tax_deadlines(office: Hours, year: int) -> list[date]:
    """The last payment days of both property-tax instalments: moved to the next working day."""
    result = []
    for month, day in TAX_DEADLINES:
        index = bisect_right(office.day_numbers, date(year, month, day).toordinal() - 1)
        result.append(date.fromordinal(office.day_numbers[index]))
    return result


@transaction.atomic
def sync_tax_deadlines(calendar: Calendar, office: Calendar, years: Iterable[int], *, at: datetime) -> int:
    """Open `calendar` round the clock on the deadline days that `office` hours give; how many were new."""
    kept_days = set(calendar.days.filter(kind=SpecialDay.Kind.DEADLINE).values_list("date", flat=True))
    office_hours = hours(office)
    days = [day for year in years for day in tax_deadlines(office_hours, year) if day not in kept_days]
    rows = [
        SpecialDay(
            date=day,
            opens=True,
            kind=SpecialDay.Kind.DEADLINE,
            name_tr="Emlak vergisi son ödeme günü",
            name_en="Last payment day of property tax",
            declared_at=at,
        )
        for day in days
    ]
    declare_days(calendar, rows)
    return len(rows)


def restamp(calendar: Calendar) -> None:
    """Give the calendar and every overlay on it the digest of what they now say."""
    calendar.revision = digest(calendar)
    Calendar.objects.filter(pk=calendar.pk).update(revision=calendar.revision)
    for overlay in calendar.overlays.all():
        restamp(overlay)


def digest(calendar: Calendar) -> str:
    """A fingerprint of all that decides the hours: zone, weeks and days of the chain."""
    content: list = [calendar.zone]
    for each in chain_of(calendar):
        content.append([[str(week.effective_from), week.hours] for week in each.weeks.all()])
        days = each.days.in_force().order_by("pk").values_list("date", "opens", "start_minute", "end_minute")
        content.append([[str(day), *rest] for day, *rest in days])
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:40]


def minutes(text: str) -> int:
    """ "08:30" or "8.30" as minutes after midnight; "24:00" is the end of the day."""
    hour, _, minute = text.strip().replace(".", ":").partition(":")
    total = int(hour) * 60 + int(minute or 0)
    if not 0 <= total <= MINUTES_A_DAY:
        raise ValueError(text)
    return total


@lru_cache(maxsize=256)
def _slot(revision: str) -> list[Hours]:
    return []


def _compiled(revision: str) -> Hours | None:
    slot = _slot(revision) if revision else []
    return slot[0] if slot else None


def _compile_into_memory(calendar: Calendar) -> Hours:
    made = compile_layers(calendar.zone, layers_of(calendar))
    if calendar.revision:
        _slot(calendar.revision)[:] = [made]
    return made
