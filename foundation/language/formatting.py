"""Moments and numbers as people say them, in the reader's language.

Turkish: "12 dk önce", 21.11.2026 14.05, 1.234,5 and %12,5 (domain rules 4.9 and 4.10).
English: "12 min ago", 21 Nov 2026 14:05, 1,234.5 and 12.5%.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

ISTANBUL = ZoneInfo("Europe/Istanbul")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWAP_SEPARATORS = str.maketrans(".,", ",.")
Number = int | float | Decimal
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


def is_believable(day: date) -> bool:
    """Whether somebody can mean this day or moment: beyond, sums with offsets and lengths leave the calendar."""
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR


def in_turkish() -> bool:
    return not (get_language() or "tr").startswith("en")


def ago(at: datetime, now: datetime) -> str:
    """How far `at` lies from `now`: "az önce", "12 dk önce", "3 sa sonra"; a date beyond 30 days."""
    distance = abs(now - at)
    if distance < MINUTE:
        return gettext("just now")
    if distance > 30 * DAY:
        return day(at)
    amount = spoken_length(distance)
    if at <= now:
        return gettext("%(amount)s ago") % {"amount": amount}
    return gettext("in %(amount)s") % {"amount": amount}


def spoken_length(length: timedelta) -> str:
    """The largest whole unit: "42 dk", "3 sa", "5 gün"."""
    if length < HOUR:
        return gettext("%(count)s min") % {"count": length // MINUTE}
    if length < DAY:
        return gettext("%(count)s h") % {"count": length // HOUR}
    days = length // DAY
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def exact(at: datetime) -> str:
    """To the minute, in Europe/Istanbul: 21.11.2026 14.05."""
    return date_format(timezone.localtime(at), "d.m.Y H.i" if in_turkish() else "j M Y H:i", use_l10n=False)


def day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "d.m.Y" if in_turkish() else "j M Y", use_l10n=False)


def number(value: Number, decimals: int = 0) -> str:
    """Grouped in thousands, with at most `decimals` places: 1.234,56."""
    places = Decimal(1).scaleb(-decimals)
    text = f"{Decimal(str(value)).quantize(places, ROUND_HALF_UP):,f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return text.translate(SWAP_SEPARATORS) if in_turkish() else text


def percent(ratio: Number, decimals: int = 1) -> str:
    """A ratio of one as a percentage: 0.125 is %12,5."""
    text = number(Decimal(str(ratio)) * 100, decimals)
    return f"%{text}" if in_turkish() else f"{text}%"


def share_kept(ratio: Number) -> str:
    """An availability, never rounded up: 0.99999 is %99,99, and %100 is said of the whole alone."""
    if ratio >= 1:
        return percent(1, 0)
    text = f"{(Decimal(str(ratio)) * 100).quantize(Decimal('0.01'), ROUND_DOWN):f}"
    return f"%{text.translate(SWAP_SEPARATORS)}" if in_turkish() else f"{text}%"
