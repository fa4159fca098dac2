"""When a ticket comes back: the usual moments, and what somebody types. Pure: no database, no clock.

2s, 3g, 16:30, yarın, pazartesi, 15.12, 15.12.2026 14:00, 2026-12-15
"""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from foundation.language import collation
from foundation.language.formatting import ISTANBUL
from helpdesk.models.snoozes import FURTHEST, SnoozeMoment

MORNING = time(9, 0)
_LENGTH = re.compile(r"(\d{1,4}) ?(?:(g|gun|d|day|days)|s|sa|saat|h|hour|hours)")
_DAY = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?)(?: (.+))?")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")  # alone only with a colon: 15.12 is a day
_WEEKDAYS = {
    name: day
    for day, names in enumerate(
        (
            ("pazartesi", "monday"),
            ("sali", "tuesday"),
            ("carsamba", "wednesday"),
            ("persembe", "thursday"),
            ("cuma", "friday"),
            ("cumartesi", "saturday"),
            ("pazar", "sunday"),
        )
    )
    for name in names
}


def after(moment: str, at: datetime) -> datetime | None:
    """One of `SnoozeMoment`, seen from `at`; None for one that is an event."""
    match moment:
        case SnoozeMoment.TWO_HOURS:
            return at + timedelta(hours=2)
        case SnoozeMoment.FOUR_HOURS:
            return at + timedelta(hours=4)
        case SnoozeMoment.TOMORROW:
            return _morning(at, 1)
        case SnoozeMoment.MONDAY:
            return _next(0, at)
        case SnoozeMoment.WEEK:
            return _morning(at, 7)
    return None


def morning_of(day: date) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=ISTANBUL)


def read(words: str, at: datetime) -> datetime | None:
    """What was typed, if it is a moment after `at` and within a year."""
    known = " ".join(words.replace("\x00", "").lower().split())
    moment = _length(known, at) or _clock(known, at) or _named(known, at) or _dated(known, at)
    return moment if moment and at < moment <= at + FURTHEST else None


def spelled(moment: datetime) -> str:
    """ "1 Aralık Salı 09.00" """
    return date_format(timezone.localtime(moment), "j F l H.i")


def _length(known: str, at: datetime) -> datetime | None:
    length = _LENGTH.fullmatch(collation.fold(known))
    if length is None:
        return None
    return at + (timedelta(days=int(length[1])) if length[2] else timedelta(hours=int(length[1])))


def _clock(known: str, at: datetime) -> datetime | None:
    """Today, or tomorrow where it is over."""
    clock = _clock_in(known) if ":" in known else None
    if clock is None:
        return None
    today = datetime.combine(at.astimezone(ISTANBUL).date(), clock, tzinfo=ISTANBUL)
    return today if today > at else today + timedelta(days=1)


def _named(known: str, at: datetime) -> datetime | None:
    folded = collation.fold(known)
    if folded in ("yarin", "tomorrow"):
        return _morning(at, 1)
    return _next(_WEEKDAYS[folded], at) if folded in _WEEKDAYS else None


def _dated(known: str, at: datetime) -> datetime | None:
    """A day, in the morning unless an hour stands behind it; without a year the next such day."""
    dated = _DAY.fullmatch(known)
    clock = MORNING if dated and not dated[7] else _clock_in(dated[7]) if dated else None
    if dated is None or clock is None:
        return None
    year, month, day = dated[1] or dated[6], dated[2] or dated[5], dated[3] or dated[4]
    today = at.astimezone(ISTANBUL).date()
    try:
        moment = datetime(int(year or today.year), int(month), int(day), clock.hour, clock.minute, tzinfo=ISTANBUL)
        return moment if year or moment > at else moment.replace(year=today.year + 1)
    except ValueError:
        return None


def _clock_in(text: str) -> time | None:
    clock = _CLOCK.fullmatch(text)
    return time(int(clock[1]), int(clock[2])) if clock else None


def _morning(at: datetime, days: int) -> datetime:
    return morning_of(at.astimezone(ISTANBUL).date() + timedelta(days=days))


def _next(weekday: int, at: datetime) -> datetime:
    """The morning of the next such day, never today."""
    ahead = (weekday - at.astimezone(ISTANBUL).weekday() - 1) % 7 + 1
    return _morning(at, ahead)
