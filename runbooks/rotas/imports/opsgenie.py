"""Opsgenie's export of schedules (that product ends in April 2027).

As its API and its configuration export write them: a schedule with `name`, `timezone`,
`rotations` (`name`, `startDate`, `endDate`, `type` hourly | daily | weekly, `length`,
`participants`, `timeRestriction`) and `overrides` (`user`, `startDate`, `endDate`).
Source: Opsgenie REST API, "Schedule API", "Schedule Rotation API", "Schedule Override API".
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from foundation.language import texts
from runbooks.models.rotas import WHOLE_WEEK, Rank, RotaLayer
from runbooks.rotas.imports.drafts import Directory, Draft, DraftRule, DraftShift, RotaFileIsWrong
from runbooks.rotas.rotation import ISTANBUL, DutyHours, Rule, collides

UNITS = {"daily": RotaLayer.Unit.DAY, "weekly": RotaLayer.Unit.WEEK}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_SCHEDULES, MOST_ROTATIONS = 50, 20  # rotations of one schedule
MOST_NAMES = 5  # in one sentence
LATIN = str.maketrans("çğıöşüâîû", "cgiosuaiu")
Raw = Mapping[str, Any]


class Unreadable(ValueError):
    """A value of the file is not what the export's description says."""


def read(text: str, people: Directory | None = None) -> list[Draft]:
    """A draft of each schedule of the file. Raises RotaFileIsWrong where the file is none."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise RotaFileIsWrong(_("This is no JSON file: %(why)s") % {"why": str(wrong)[:120]}) from wrong
    schedules = _schedules(whole)
    if not schedules or not all(isinstance(schedule, dict) for schedule in schedules):
        raise RotaFileIsWrong(
            _("The file holds no schedules. Nöbet reads Opsgenie's export: “schedules” with “rotations”.")
        )
    if len(schedules) > MOST_SCHEDULES:
        raise RotaFileIsWrong(_("The file holds more than %(most)d schedules.") % {"most": MOST_SCHEDULES})
    directory = people or Directory()
    return [_draft(schedule, directory) for schedule in schedules]


def _schedules(whole: Any) -> list:
    if isinstance(whole, dict):
        inner = whole.get("schedules", whole.get("data", [whole] if "rotations" in whole else []))
        whole = [inner] if isinstance(inner, dict) else inner
    return whole if isinstance(whole, list) else []


def _draft(schedule: Raw, directory: Directory) -> Draft:
    name = _text(schedule.get("name")) or _("Unnamed schedule")
    draft = Draft(key=key_of(name), name=name[:80])
    zone = _zone(schedule, draft)
    rotations = _list(schedule.get("rotations"))
    if len(rotations) > MOST_ROTATIONS:
        draft.complain(_("“%(name)s” has more than %(most)d rotations.") % {"name": draft.name, "most": MOST_ROTATIONS})
    for rotation in rotations[:MOST_ROTATIONS]:
        if isinstance(rotation, dict):
            _add_rotation(draft, rotation, zone, directory)
    for override in _list(schedule.get("overrides")):
        if isinstance(override, dict):
            _add_override(draft, override, directory)
    if not draft.rules and not draft.shifts:
        draft.complain(_("“%(name)s” has no rotation that could be taken.") % {"name": draft.name})
    return draft


def key_of(name: str) -> str:
    """A short name for addresses: "Platform Nöbeti" is "platform-nobeti"."""
    plain = name.replace("İ", "i").replace("I", "ı").lower().translate(LATIN)
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-")
    return key if key[:1].isalpha() and len(key) > 1 else f"rota-{key}"[:30].strip("-")


def _zone(schedule: Raw, draft: Draft) -> ZoneInfo:
    name = _text(schedule.get("timezone")) or "Europe/Istanbul"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        draft.complain(_("The time zone “%(zone)s” is not known.") % {"zone": name[:60]})
        return ISTANBUL


def _add_rotation(draft: Draft, rotation: Raw, zone: ZoneInfo, directory: Directory) -> None:
    name = (_text(rotation.get("name")) or f"{len(draft.rules) + 1}")[:80]
    try:
        rule = _rule(draft, name, rotation, zone, directory)
    except Unreadable as wrong:
        draft.complain(_("Rotation “%(name)s”: %(why)s") % {"name": name, "why": wrong})
        return
    if rule is None:
        return
    ranked = _ranked(draft, rule)
    if ranked is None:
        sentence = _("Rotation “%(name)s” covers hours that a first and a backup rotation cover already.")
        draft.complain(sentence % {"name": name})
        return
    draft.rules.append(ranked)


def _rule(draft: Draft, name: str, rotation: Raw, zone: ZoneInfo, directory: Directory) -> DraftRule | None:
    """None for a rotation that is over."""
    begins = _moment(rotation.get("startDate"), zone).astimezone(ISTANBUL)
    if rotation.get("endDate"):
        ends = _moment(rotation["endDate"], zone)
        draft.remarks.append(
            _("Rotation “%(name)s” ends on %(day)s and is left out.") % {"name": name, "day": f"{ends:%d.%m.%Y}"}
        )
        return None
    kind = _text(rotation.get("type")).lower()
    if kind not in UNITS:
        raise Unreadable(_("turns by the hour are not known here; days and weeks are."))
    length = rotation.get("length", 1)
    if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= 365:
        raise Unreadable(_("“length” is a number from 1 to 365."))
    days, opens, closes = _hours(rotation.get("timeRestriction"), begins, zone)
    if opens != begins.time().replace(second=0, microsecond=0):
        draft.remarks.append(
            _("Rotation “%(name)s” hands over at %(hour)s, when its hours begin.")
            % {"name": name, "hour": f"{opens:%H.%M}"}
        )
    return DraftRule(
        name=name,
        rank=Rank.FIRST,
        people=tuple(_people(rotation, directory)),
        starts_on=begins.date(),
        every=length,
        unit=UNITS[kind],
        days=days,
        opens=opens,
        closes=closes,
    )


def _people(rotation: Raw, directory: Directory) -> list:
    found, unknown = [], []
    for participant in _list(rotation.get("participants")):
        if not isinstance(participant, dict):
            continue
        words = [_text(participant.get(field)) for field in ("username", "name", "fullName", "id")]
        if _text(participant.get("type")).lower() not in ("user", ""):
            raise Unreadable(
                _("“%(name)s” is no person; only people take turns.") % {"name": next(filter(None, words), "?")}
            )
        person = directory.find(*filter(None, words))
        (found if person else unknown).append(person or next(filter(None, words), "?"))
    if unknown:
        names = ", ".join(map(str, unknown[:MOST_NAMES])) + (" …" if len(unknown) > MOST_NAMES else "")
        raise Unreadable(_("nobody here is called: %(names)s.") % {"names": names})
    if not found:
        raise Unreadable(_("it has no participants."))
    if len(set(found)) < len(found):
        raise Unreadable(_("somebody stands in it twice; everybody takes one turn a round."))
    return found


def _ranked(draft: Draft, rule: DraftRule) -> DraftRule | None:
    """First where no earlier rotation covers the same hours, else backup; None where both are taken."""
    for rank in Rank:
        if not any(collides(_value(rule), _value(other)) for other in draft.rules if other.rank == rank):
            if rank == Rank.BACKUP:
                remark = _("Rotation “%(name)s” covers hours of an earlier one and becomes the backup.")
                draft.remarks.append(remark % {"name": rule.name})
            return DraftRule(**{**rule.__dict__, "rank": int(rank)})
    return None


def _value(rule: DraftRule) -> Rule:
    hours = DutyHours(frozenset(map(int, rule.days)), rule.opens, rule.closes)
    return Rule((0,), rule.starts_on, hours=hours)


def _hours(restriction: Any, begins: datetime, zone: ZoneInfo) -> tuple[str, time, time]:
    """Days and hours of a rotation in our words: (weekdays, from, until)."""
    whole = begins.time().replace(second=0, microsecond=0)
    if not isinstance(restriction, dict) or not restriction:
        return WHOLE_WEEK, whole, whole
    if zone.utcoffset(begins.replace(tzinfo=None)) != ISTANBUL.utcoffset(begins.replace(tzinfo=None)):
        raise Unreadable(_("restricted hours of another time zone than Europe/Istanbul are not taken."))
    if _text(restriction.get("type")) == "time-of-day":
        inner = restriction.get("restriction") or next(iter(_list(restriction.get("restrictions"))), None)
        if not isinstance(inner, dict):
            raise Unreadable(_("its hours cannot be read."))
        return WHOLE_WEEK, _clock(inner, "start"), _clock(inner, "end")
    return _weekly_hours(_list(restriction.get("restrictions")))


def _weekly_hours(restrictions: Sequence) -> tuple[str, time, time]:
    """The same hours on some weekdays, or one stretch of whole days; nothing else is a rule of ours."""
    spans = [_span(each) for each in restrictions if isinstance(each, dict)]
    if not spans:
        raise Unreadable(_("its hours cannot be read."))
    hours = {(opens, closes) for _first, _last, opens, closes in spans}
    if len(spans) == 1 and spans[0][2] == spans[0][3]:
        first, last, opens, closes = spans[0]
        number = (last - first) % 7 or 7
        return "".join(sorted(str((first + step) % 7 + 1) for step in range(number))), opens, closes
    if len(hours) == 1 and all((last - first) % 7 == (closes <= opens) for first, last, opens, closes in spans):
        opens, closes = hours.pop()
        return "".join(sorted({str(first + 1) for first, *_rest in spans})), opens, closes
    raise Unreadable(_("its hours differ from day to day; please make a rule for each by hand."))


def _span(raw: Raw) -> tuple[int, int, time, time]:
    days = [_text(raw.get(field)).lower() for field in ("startDay", "endDay")]
    if not all(day in WEEKDAYS for day in days):
        raise Unreadable(_("a weekday of its hours cannot be read."))
    first, last = (WEEKDAYS.index(day) for day in days)
    return first, last, _clock(raw, "start"), _clock(raw, "end")


def _clock(raw: Raw, edge: str) -> time:
    hour, minute = raw.get(f"{edge}Hour", 0), raw.get(f"{edge}Min", raw.get(f"{edge}Minute", 0))
    if not all(isinstance(part, int) and not isinstance(part, bool) for part in (hour, minute)):
        raise Unreadable(_("its hours cannot be read."))
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        raise Unreadable(_("its hours cannot be read."))
    return time(hour % 24, minute)


def _add_override(draft: Draft, override: Raw, directory: Directory) -> None:
    user = override.get("user")
    words = [_text(user.get(field)) for field in ("username", "name", "id")] if isinstance(user, dict) else []
    person = directory.find(*filter(None, words))
    if person is None:
        draft.complain(_("Override: nobody here is called “%(name)s”.") % {"name": next(filter(None, words), "?")})
        return
    try:
        start, end = _moment(override.get("startDate"), ISTANBUL), _moment(override.get("endDate"), ISTANBUL)
    except Unreadable as wrong:
        draft.complain(_("Override of “%(name)s”: %(why)s") % {"name": person.name, "why": wrong})
        return
    if end <= start or end - start > timedelta(days=92):
        draft.complain(
            _("Override of “%(name)s”: its end is not within 92 days after its start.") % {"name": person.name}
        )
        return
    draft.shifts.append(DraftShift(person, Rank.FIRST, start, end))


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError as wrong:
        raise Unreadable(_("“%(value)s” is no time.") % {"value": _text(value)[:40]}) from wrong
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if not date(2000, 1, 1) <= aware.date() <= date(2100, 1, 1):
        raise Unreadable(_("“%(value)s” is no time.") % {"value": _text(value)[:40]})
    return aware


def _text(value: Any) -> str:
    return texts.line(value) if isinstance(value, str) else ""


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []
