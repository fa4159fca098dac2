"""Calendars and policies as files."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _

from django_sla import calendars, policies, recalculation
from django_sla.models import Calendar, Policy, PolicyVersion, SpecialDay, Target, WorkingWeek
from django_sla.models.calendars import MINUTES_A_DAY, clock_face
from foundation import as_code, now
from foundation.as_code import Item, ItemIsWrong, Items, Noun, closed, words
from foundation.directory.models import Person
from foundation.journal import journal

NAME = words(120, least=1)
CLOCK = {"type": "string", "pattern": r"^([01][0-9]|2[0-4]):[0-5][0-9]\Z"}
CODE = {"type": "string", "pattern": r"^[-a-zA-Z0-9_]{1,40}\Z"}
RANGE = {"type": "string", "pattern": r"^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}\Z"}
DAY = closed(
    {"date": {"type": "string", "pattern": r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}\Z"}, "name_tr": NAME, "name_en": NAME},
    {
        "kind": {"enum": SpecialDay.Kind.values},
        "opens": {"type": "boolean"},
        "from": CLOCK,
        "until": CLOCK,
    },
)
CALENDAR = closed(
    {"name_tr": NAME, "name_en": NAME},
    {
        "zone": words(40, least=1),
        "base": {"anyOf": [CODE, {"type": "null"}]},
        "office_hours": {"type": "boolean"},
        "week": {
            "anyOf": [
                {"type": "array", "minItems": 7, "maxItems": 7, "items": {"type": "array", "items": RANGE}},
                {"type": "null"},
            ]
        },
        "days": {"type": "array", "maxItems": 2000, "items": DAY},
    },
)
TARGET = closed(
    {"calendar": CODE},
    {
        "seconds": {"type": "integer", "minimum": 60, "maximum": 100_000_000},
        "working_days": {"type": "integer", "minimum": 1, "maximum": 1000},
        "starts": {"enum": Target.Starts.values},
        "rhythm": {"enum": Target.Rhythm.values},
        "goal_percent": {"type": "integer", "minimum": 0, "maximum": 100},
    },
)
POLICY = closed(
    {
        "name_tr": NAME,
        "name_en": NAME,
        "targets": {"type": "object", "minProperties": 1, "additionalProperties": TARGET},
    },
    {
        "kind": {"enum": Policy.Kind.values},
        "position": {"type": "integer", "minimum": 0, "maximum": 32_000},
        "is_active": {"type": "boolean"},
        "severity": {"enum": ["", "S1", "S2", "S3", "S4"]},
        "conditions": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "rests": {"type": "object", "additionalProperties": {"type": "object"}},
        "levels": {"type": "array", "items": {"type": "object"}},
        "on_change": {"enum": PolicyVersion.OnChange.values},
        "on_reopen": {"enum": PolicyVersion.OnReopen.values},
        "automatic_replies_count": {"type": "boolean"},
        "bulk_replies_count": {"type": "boolean"},
    },
)
OF_POLICY = ("name_tr", "name_en", "kind", "position", "is_active")
OF_TERMS = ("severity", "conditions", "rests", "levels", "on_change", "on_reopen", "automatic_replies_count",
            "bulk_replies_count")  # fmt: skip


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("calendars", 20, CALENDAR, read_calendars, write_calendars, settle_calendar)
    yield Noun("policies", 30, POLICY, read_policies, write_policies, settle_policy)


def settle_calendar(wanted: Item, current: Item | None) -> Item:
    """What a day leaves out is said, so that it can be compared."""
    if "days" not in wanted:
        return wanted
    left_out = {
        "kind": SpecialDay.Kind.LOCAL.value,
        "opens": False,
        "from": "00:00",
        "until": clock_face(MINUTES_A_DAY),
    }
    return {**wanted, "days": sorted(({**left_out, **day} for day in wanted["days"]), key=lambda day: day["date"])}


def settle_policy(wanted: Item, current: Item | None) -> Item:
    """What a target leaves out is said, so that it can be compared."""
    left_out = {"starts": Target.Starts.CREATED.value, "rhythm": Target.Rhythm.ONCE.value, "goal_percent": 90}
    return {**wanted, "targets": {metric: {**left_out, **target} for metric, target in wanted["targets"].items()}}


def read_calendars() -> Items:
    """Declared days alone: the national holidays and tax days come by themselves."""
    weeks: dict[int, list] = {}
    for week in WorkingWeek.objects.filter(effective_from__lte=timezone.localdate(now())).order_by(
        "effective_from", "pk"
    ):
        weeks[week.calendar_id] = week.hours
    days: dict[int, list[Item]] = {}
    for day in declared().order_by("date", "pk"):
        days.setdefault(day.calendar_id, []).append(_day_said(day))
    return {
        calendar.code: {
            "name_tr": calendar.name_tr,
            "name_en": calendar.name_en,
            "zone": calendar.zone,
            "base": calendar.base.code if calendar.base else None,
            "office_hours": calendar.office_hours,
            "week": _week_said(weeks[calendar.pk]) if calendar.pk in weeks else None,
            "days": days.get(calendar.pk, []),
        }
        for calendar in Calendar.objects.filter(scope="").select_related("base")
    }


def declared() -> Any:
    return SpecialDay.objects.in_force().filter(source="").exclude(kind=SpecialDay.Kind.DEADLINE)


def _week_said(hours: list) -> list[list[str]]:
    return [[f"{clock_face(start)}-{clock_face(end)}" for start, end in day] for day in hours]


def _day_said(day: SpecialDay) -> Item:
    return {
        "date": day.date.isoformat(), "kind": day.kind, "opens": day.opens,
        "from": day.start_time, "until": day.end_time, "name_tr": day.name_tr, "name_en": day.name_en,
    }  # fmt: skip


def write_calendars(items: Items, by: Person) -> None:
    """Bases first, then whatever rests on them; clocks that run are counted anew by the sweep."""
    waiting = dict(items)
    while waiting:
        those = [key for key, item in waiting.items() if item.get("base") not in waiting]
        if not those:
            raise ItemIsWrong(next(iter(waiting)), _("These calendars rest on each other."), path=("base",))
        as_code.each({key: waiting.pop(key) for key in those}, partial(_write_calendar, by))


def _write_calendar(by: Person, code: str, item: Item) -> None:
    if item.get("zone", "Europe/Istanbul") not in available_timezones():
        raise ItemIsWrong(code, _("There is no such time zone."), path=("zone",))
    base = Calendar.objects.filter(code=item["base"]).first() if item.get("base") else None
    if item.get("base") and base is None:
        raise ItemIsWrong(code, _("No calendar is called %s.") % item["base"], path=("base",))
    values: Item = {name: item[name] for name in ("name_tr", "name_en", "zone", "office_hours") if name in item}
    was = read_calendars().get(code)
    calendar, _is_new = Calendar.objects.update_or_create(code=code, defaults={**values, "base": base})
    at = now()
    if item.get("week") and (was is None or was["week"] != item["week"]):
        hours = [[_range(code, number, text) for text in day] for number, day in enumerate(item["week"])]
        calendars.publish_week(calendar, hours, effective_from=timezone.localdate(at), at=at, by=by.name)
    _declare(calendar, item.get("days", []), at, by)
    calendars.restamp(calendar)
    journal.record("calendar.applied", calendar, by=by, code=code)


def _range(code: str, day: int, text: str) -> list[int]:
    try:
        start, end = (calendars.minutes(part) for part in text.split("-"))
    except ValueError:
        start = end = 0
    if start >= end:
        raise ItemIsWrong(code, _("“%s” is no span such as 08:30-12:30.") % text, path=("week", day))
    return [start, end]


def _declare(calendar: Calendar, wanted: list[Item], at: Any, by: Person) -> None:
    """The declared days are those of the list: new ones are declared, others withdrawn."""
    here = {tuple(sorted(_day_said(day).items())): day for day in declared().filter(calendar=calendar)}
    rows = []
    for place, item in enumerate(wanted):
        row = _day(calendar.code, place, item, at, by)
        if here.pop(tuple(sorted(_day_said(row).items())), None) is None:
            rows.append(row)
    for day in here.values():
        calendars.withdraw_day(day, at=at)
    if rows:
        calendars.declare_days(calendar, rows)


def _day(code: str, place: int, item: Item, at: Any, by: Person) -> SpecialDay:
    try:
        day = date.fromisoformat(item["date"])
        start = calendars.minutes(item.get("from", "00:00"))
        end = calendars.minutes(item["until"]) if "until" in item else MINUTES_A_DAY
    except ValueError:
        raise ItemIsWrong(code, _("This is no day of the calendar."), path=("days", place)) from None
    if start >= end:
        raise ItemIsWrong(code, _("A day's span ends after it begins."), path=("days", place))
    return SpecialDay(
        date=day, kind=item.get("kind", SpecialDay.Kind.LOCAL), opens=item.get("opens", False), start_minute=start,
        end_minute=end, name_tr=item["name_tr"], name_en=item["name_en"], declared_at=at, declared_by=by.name,
    )  # fmt: skip


def read_policies() -> Items:
    """The newest terms of each policy; one that was never published has none and is left out."""
    newest = {version.policy_id: version for version in PolicyVersion.objects.order_by("number")}
    targets: dict[int, Item] = {}
    for target in Target.objects.filter(version__in=newest.values()).select_related("calendar").order_by("pk"):
        targets.setdefault(target.version_id, {})[target.metric] = _target_said(target)
    return {
        policy.code: {name: getattr(policy, name) for name in OF_POLICY}
        | {name: getattr(newest[policy.pk], name) for name in OF_TERMS}
        | {"targets": targets.get(newest[policy.pk].pk, {})}
        for policy in Policy.objects.all()
        if policy.pk in newest
    }


def _target_said(target: Target) -> Item:
    length = {"seconds": target.seconds} if target.seconds is not None else {"working_days": target.working_days}
    names = ("starts", "rhythm", "goal_percent")
    return {"calendar": target.calendar.code, **length, **{name: getattr(target, name) for name in names}}


def write_policies(items: Items, by: Person) -> None:
    by_code = {calendar.code: calendar for calendar in Calendar.objects.all()}
    as_code.each(items, partial(_write_policy, by, by_code))


def _write_policy(by: Person, by_code: dict[str, Calendar], code: str, item: Item) -> None:
    """New terms from now on; tickets that run keep theirs, as on the page."""
    for metric, target in item["targets"].items():
        if target["calendar"] not in by_code:
            sentence = _("No calendar is called %s.") % target["calendar"]
            raise ItemIsWrong(code, sentence, path=("targets", metric, "calendar"))
        if ("seconds" in target) == ("working_days" in target):
            raise ItemIsWrong(code, _("A target has seconds or working days, one of them."), path=("targets", metric))
    at = now()
    values = {name: item[name] for name in OF_POLICY if name in item}
    policy, _is_new = Policy.objects.update_or_create(code=code, defaults=values)
    draft = PolicyVersion(policy=policy, effective_from=at, **{name: item[name] for name in OF_TERMS if name in item})
    rows = [
        Target(metric=metric, **{**target, "calendar": by_code[target["calendar"]]})
        for metric, target in item["targets"].items()
    ]
    version = policies.publish(draft, rows, at=at, by=by.name)
    journal.record("policy.published", policy, by=by, version=version.number)
    if not policy.is_active:
        recalculation.withdraw_policy(policy, at=at, by=by.name)
