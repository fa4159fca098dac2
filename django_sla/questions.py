"""The questions of `manage.py sla due` and `elapsed`: one JSON object in, one out."""

import json
from datetime import datetime, timedelta

from django_sla import calendars
from django_sla.arithmetic import Hours, OutsideCalendar, Rest
from django_sla.models import Calendar


class UnreadableLine(ValueError):
    """The line cannot be answered; the text says why."""


def answer(line: str, work) -> dict:
    """What `work` (`due` or `elapsed`) says to one JSON line, or {"error": …} with the reason."""
    try:
        question = json.loads(line)
        if not isinstance(question, dict):
            raise UnreadableLine("a JSON object is expected")
        return work(question)
    except json.JSONDecodeError as error:
        return {"error": f"not JSON: {error}"}
    except (UnreadableLine, OutsideCalendar, OverflowError) as error:
        return {"error": str(error)}


def due(question: dict) -> dict:
    """{"calendar", "start", "seconds", "pauses"} → {"due"} in the calendar's zone; null while a pause lasts."""
    hours = _hours(question)
    seconds = question.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 10**10:
        raise UnreadableLine("'seconds' must be a number, zero or more")
    moment = hours.due(_moment(question, "start"), timedelta(seconds=seconds), _pauses(question))
    return {"due": moment.astimezone(hours.zone).isoformat() if moment else None}


def elapsed(question: dict) -> dict:
    """{"calendar", "from", "to", "pauses"} → {"seconds"}: open time outside the pauses."""
    hours = _hours(question)
    start, end = _moment(question, "from"), _moment(question, "to")
    if end < start:
        raise UnreadableLine("'to' is before 'from'")
    seconds = hours.consumed(start, end, _pauses(question)).total_seconds()
    return {"seconds": int(seconds) if seconds == int(seconds) else seconds}


def _hours(question: dict) -> Hours:
    code = question.get("calendar")
    calendar = Calendar.objects.filter(code=code).first() if isinstance(code, str) else None
    if calendar is None:
        raise UnreadableLine(f"no calendar called {code!r}")
    return calendars.hours(calendar)


def _moment(question: dict, name: str) -> datetime:
    return _parsed(question.get(name), f"'{name}'")


def _parsed(text, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise UnreadableLine(f"{name} must be an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise UnreadableLine(f"{name} must name its offset from UTC")
    return moment


def _pauses(question: dict) -> list[Rest]:
    pauses = question.get("pauses") or []
    if not isinstance(pauses, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in pauses):
        raise UnreadableLine("'pauses' must be a list of [start, end] pairs")
    return [Rest(_parsed(start, "a pause"), None if end is None else _parsed(end, "a pause")) for start, end in pauses]
