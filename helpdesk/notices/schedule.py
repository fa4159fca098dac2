"""When a letter or a push about a matter is owed. Pure: a preference, a severity, a moment."""

from datetime import datetime, time, timedelta

from foundation.language.formatting import ISTANBUL
from helpdesk.models import LetterWay, NoticePreference
from helpdesk.models.ticket import TicketSeverity

# Whoever has the page open reads it there, and needs no letter.
READ_WITHIN = timedelta(seconds=60)
URGENT_READ_WITHIN = timedelta(seconds=15)


def mail_at(preference: NoticePreference, matter: str, severity: str, at: datetime) -> datetime | None:
    """None where this person wants no letter about such a matter."""
    way = preference.way(matter)
    if way == LetterWay.NEVER:
        return None
    if severity == TicketSeverity.S1 and way == LetterWay.NOW:
        return at + URGENT_READ_WITHIN
    wanted = at + READ_WITHIN if way == LetterWay.NOW else next_hour(at)
    return wanted if severity == TicketSeverity.S1 else after_quiet(preference, wanted)


def push_at(preference: NoticePreference, matter: str, severity: str, at: datetime) -> datetime | None:
    if not preference.is_pushed(matter):
        return None
    return at if severity == TicketSeverity.S1 else after_quiet(preference, at)


def next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def is_quiet(clock: time, start: time, end: time) -> bool:
    """The same time twice: never. Hours that go over midnight are the usual case."""
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def after_quiet(preference: NoticePreference, at: datetime) -> datetime:
    """`at`, or when this person's quiet hours are over."""
    local = at.astimezone(ISTANBUL)
    start, end = preference.quiet_from, preference.quiet_until
    if not is_quiet(local.time(), start, end):
        return at
    over = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    if over <= local:
        over += timedelta(days=1)
    return over.astimezone(at.tzinfo)
