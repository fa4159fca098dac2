"""iCalendar files: every event is a shift of whoever its guest or its title names."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import icalendar
from django.utils.translation import gettext as _

from foundation import now
from foundation.language import texts
from monitoring.maintenance import repeats
from runbooks.models.rotas import Rank
from runbooks.rotas.imports.drafts import Directory, Draft, DraftShift, RotaFileIsWrong
from runbooks.rotas.laying import AHEAD
from runbooks.rotas.rotation import ISTANBUL

MOST_EVENTS, MOST_ROUNDS, MOST_SHIFTS = 2000, 200, 2000
LONGEST = timedelta(days=92)
BACKUP_WORDS = ("yedek", "backup", "secondary", "ikinci")


def read(text: str, *, key: str, name: str, people: Directory | None = None) -> list[Draft]:
    """One draft: what the events from now to the horizon ask for. Raises RotaFileIsWrong where the file is none."""
    try:
        whole = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as wrong:
        raise RotaFileIsWrong(_("This is no iCalendar file: %(why)s") % {"why": str(wrong)[:120]}) from wrong
    events = whole.walk("VEVENT")
    if whole.name != "VCALENDAR" or not events:
        raise RotaFileIsWrong(_("The calendar holds no events."))
    if len(events) > MOST_EVENTS:
        raise RotaFileIsWrong(_("The calendar holds more than %(most)d events.") % {"most": MOST_EVENTS})
    draft = Draft(key=key, name=name)
    directory = people or Directory()
    for event in events:
        if isinstance(event, icalendar.Event) and str(event.get("status", "")).upper() != "CANCELLED":
            _add(draft, event, directory)
            if len(draft.shifts) > MOST_SHIFTS:
                raise RotaFileIsWrong(_("The calendar asks for more than %(most)d shifts.") % {"most": MOST_SHIFTS})
    draft.shifts.sort(key=lambda shift: (shift.rank, shift.starts_at))
    _name_overlaps(draft)
    if not draft.shifts and not draft.problems:
        draft.complain(_("No event of the calendar lies ahead."))
    return [draft]


def _add(draft: Draft, event: icalendar.Event, directory: Directory) -> None:
    title = texts.line(str(_first(event.get("summary", "")))) or "?"
    if zone := _unknown_zone(event):
        draft.complain(_("The time zone “%(zone)s” is not known.") % {"zone": zone[:60]})
        return
    try:
        rounds = list(_rounds(event))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        draft.complain(_("“%(title)s”: its time or its repetition cannot be read.") % {"title": title[:80]})
        return
    if not rounds:
        return
    person = directory.find(*_names(event, title))
    if person is None:
        draft.complain(_("“%(title)s”: nobody here is called so.") % {"title": title[:80]})
        return
    is_backup = any(word in title.casefold() for word in BACKUP_WORDS)
    rank = Rank.BACKUP if is_backup else Rank.FIRST
    for start, end in rounds:
        if not timedelta() < end - start <= LONGEST:
            draft.complain(_("“%(title)s”: it lasts longer than 92 days, or not at all.") % {"title": title[:80]})
            return
        draft.shifts.append(DraftShift(person, rank, start, end))


def _first(value: Any) -> Any:
    """What stands twice is a list; the first counts."""
    return value[0] if isinstance(value, list) and value else value


def _unknown_zone(event: icalendar.Event) -> str:
    """The zone of its start, if we do not know it: the reader would quietly take the hours for ours."""
    start = _first(event.get("dtstart"))
    zone = str(start.params.get("TZID", "")) if start is not None else ""
    return zone if zone and getattr(start.dt, "tzinfo", None) is None else ""


def _names(event: icalendar.Event, title: str) -> list[str]:
    """Guests first, then the title: whole, before a bracket, after a colon."""
    guests = event.get("attendee", [])
    listed = guests if isinstance(guests, list) else [guests]
    words = [str(guest).lower().removeprefix("mailto:") for guest in listed]
    bare = title.split("(")[0].strip()
    return [*words, title, bare, bare.split(":")[-1].strip(), bare.split(" - ")[0].strip()]


def _rounds(event: icalendar.Event) -> Iterator[tuple[datetime, datetime]]:
    """The times of an event that end after now and begin before the horizon."""
    start = _moment(event.decoded("dtstart"))
    length = _length(event, start)
    first, last = now(), now() + AHEAD
    if "rrule" not in event:
        if start + length > first and start < last:
            yield start, start + length
        return
    naive = start.astimezone(ISTANBUL).replace(tzinfo=None)
    rule = icalendar.vRecur(event["rrule"]).to_ical().decode()
    until = rule.upper().find("UNTIL=")
    if until >= 0 and rule.upper()[until:].split(";")[0].endswith("Z"):
        rule = rule[:until] + rule[until:].replace("Z", "", 1)
    left_out = _left_out(event)
    series = repeats.read(rule, naive)
    after = (first - length).astimezone(ISTANBUL).replace(tzinfo=None)
    for place, one in enumerate(series.xafter(after, inc=True)):
        begins = one.replace(tzinfo=ISTANBUL)
        if begins >= last or place >= MOST_ROUNDS:
            return
        if begins not in left_out and begins + length > first:
            yield begins, begins + length


def _left_out(event: icalendar.Event) -> set[datetime]:
    raw = event.get("exdate", [])
    return {_moment(each.dt) for one in (raw if isinstance(raw, list) else [raw]) for each in one.dts}


def _length(event: icalendar.Event, start: datetime) -> timedelta:
    if "dtend" in event:
        return _moment(event.decoded("dtend")) - start
    if "duration" in event:
        return event.decoded("duration")
    return timedelta(days=1)


def _moment(value: date | datetime) -> datetime:
    """A whole day is from midnight; a time without zone is of this country."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return value if value.tzinfo else value.replace(tzinfo=ISTANBUL)


def _name_overlaps(draft: Draft) -> None:
    for one, other in zip(draft.shifts, draft.shifts[1:], strict=False):
        if one.rank == other.rank and other.starts_at < one.ends_at:
            names = {"one": one.person.name, "other": other.person.name, "day": f"{other.starts_at:%d.%m.%Y}"}
            draft.complain(_("%(one)s and %(other)s are both on call on %(day)s.") % names)
