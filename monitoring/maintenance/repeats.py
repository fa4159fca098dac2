"""How a window repeats: which rules of RFC 5545 we run, and their rounds.

A rule is taken when its rounds are days apart, counted, and there at all; anything else
(every minute, every second, an interval of zero, 30 February) would be walked through by
every page, sweep and feed that looks at the window. What was kept before this was asked
takes place once, and its line says so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

KEYS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST = {"INTERVAL": 500, "COUNT": 1000}
LONGEST = 200  # characters
OLDEST = timedelta(days=3660)  # between the first round and now
SHOWN = 5
LAST_DAY = "FREQ=MONTHLY;BYMONTHDAY=-1"
LATER = 7600  # years, nineteen times the four hundred after which the calendar begins anew


class UnusableRule(ValueError):
    """A rule that is not run; the text is a sentence for whoever typed it."""


def read(text: str, first: datetime) -> rrule:
    """The rule with its first round at `first`, in wall time; raises UnusableRule."""
    named = parts_of(text)
    if named.get("FREQ") not in FREQUENCIES:
        raise UnusableRule(_("A window repeats by the day, week, month or year: FREQ=DAILY, WEEKLY, MONTHLY, YEARLY."))
    for key, most in MOST.items():
        number = named.get(key, "1")
        if not (number.isdecimal() and len(number) < 9 and 1 <= int(number) <= most):
            raise UnusableRule(_("%(key)s is a number from 1 to %(most)d.") % {"key": key, "most": most})
    rule = parsed(text, first)
    if not has_rounds(text, first.replace(microsecond=0)):
        raise UnusableRule(_("No day ever fits this rule."))
    return rule


def parts_of(text: str) -> dict[str, str]:
    """The parts of one rule by their names."""
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").split(";") if part]
    named = {key: value for key, _equals, value in pairs}
    if len(text) > LONGEST or len(named) != len(pairs) or not text.isascii() or "\n" in text.strip():
        raise UnusableRule(_("This is not a rule of RFC 5545."))
    if strange := [key for key in named if key not in KEYS]:
        values = {"key": strange[0][:20], "keys": ", ".join(KEYS)}
        raise UnusableRule(_("%(key)s is not run here; a rule has: %(keys)s.") % values)
    return named


def parsed(text: str, first: datetime) -> rrule:
    try:
        rule = rrulestr(text.strip(), dtstart=first)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
        raise UnusableRule(_("This is not a rule of RFC 5545.")) from None
    if not isinstance(rule, rrule):
        raise UnusableRule(_("This is not a rule of RFC 5545."))
    return rule


@lru_cache(maxsize=512)
def has_rounds(text: str, first: datetime) -> bool:
    """Whether the rule ever fits a day. Asked some thousand years on, where the calendar is the same and ends soon."""
    kept = ";".join(part for part in text.strip().split(";") if not part.upper().startswith(("UNTIL", "COUNT")))
    if first.year + LATER > 9900:
        return False
    try:
        return next(iter(parsed(kept, first.replace(year=first.year + LATER))), None) is not None
    except (IndexError, ValueError, OverflowError):  # the sixtieth Monday of a year
        return False


def starts(text: str, first: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """Beginnings of the rounds in [since, until], in wall time; a rule that cannot be run has its first round only."""
    try:
        rule = read(text, first)
    except UnusableRule:
        return iter([first] if since <= first <= until else [])
    return iter(rule.between(since, until, inc=True))


def next_starts(text: str, first: datetime) -> list[datetime]:
    """The first few rounds, for whoever is about to keep the rule; raises UnusableRule."""
    return list(islice(read(text, first), SHOWN))


def is_usable(text: str, first: datetime) -> bool:
    try:
        read(text, first)
    except UnusableRule:
        return False
    return True


def skips_months(text: str, first: datetime) -> bool:
    """Every month on a day that some months do not have."""
    named = parts_of(text)
    days = named.get("BYMONTHDAY", "" if "BYDAY" in named else str(first.day)).split(",")
    return named.get("FREQ") == "MONTHLY" and days[0] != "" and all(day.isdecimal() and int(day) > 28 for day in days)
