"""`belediye:odunpazarı durum:açık açılış:>2026-11-01`: what an operator asks of a ticket, or why it asks nothing."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.directory.models import Component, Municipality, Person
from foundation.language import collation
from foundation.language.formatting import ISTANBUL
from foundation.language.stems import stem
from helpdesk.models import Ticket
from helpdesk.search.questions import Question

MOST = 50  # places, people or modules of one name
ME, NOBODY = {"ben", "me"}, {"kimse", "yok", "nobody", "none"}
_DAYS = {"bugun": 0, "today": 0, "dun": 1, "yesterday": 1}
_SPAN = re.compile(r"(?P<sign><=|>=|<|>|)(?P<first>[^.]\S*?)(?:\.\.(?P<last>\S+))?")
_STATUSES: dict[str, Q] = {
    **dict.fromkeys(("acik", "open"), Q(ended_at=None)),
    **dict.fromkeys(("kapali", "bitti", "closed"), Q(ended_at__isnull=False)),
    **dict.fromkeys(("bizde", "us"), Q(status=Ticket.Status.WAITING_ON_US)),
    **dict.fromkeys(("belediyede", "them"), Q(status=Ticket.Status.WAITING_ON_THEM)),
    **dict.fromkeys(("ucuncu", "others"), Q(status=Ticket.Status.WAITING_ON_OTHERS)),
    **dict.fromkeys(("cozuldu", "cozulen", "resolved"), Q(status=Ticket.Status.RESOLVED)),
    **dict.fromkeys(("iptal", "cancelled", "withdrawn"), Q(status=Ticket.Status.WITHDRAWN)),
    **dict.fromkeys(("birlesti", "birlesen", "merged"), Q(status=Ticket.Status.MERGED)),
}
_CHANNELS = {
    "portal": "portal", "eposta": "email", "e-posta": "email", "email": "email", "e-mail": "email",
    "telefon": "phone", "phone": "phone", "sms": "sms", "api": "api",
}  # fmt: skip


class NotUnderstood(ValueError):
    """Carries the sentence for whoever typed it."""


def conditions(question: Question, person: Person) -> tuple[Q, list[str]]:
    """All operators as one condition, and a sentence for each that means nothing; then nothing is found."""
    wanted, problems = Q(), []
    for name, value in question.operators:
        try:
            wanted &= _MEANING[name](value, person)
        except NotUnderstood as reason:
            problems.append(str(reason))
    return wanted, problems


def _municipality(value: str, person: Person) -> Q:
    places = Municipality.objects.visible_to(person)
    exact = places.filter(code=value)
    fitting = exact if exact else places.matching(value) or places.matching(stem(collation.fold(value)))
    return Q(municipality__in=_some(fitting, value, _("No municipality is called “%s”.")))


def _module(value: str, person: Person) -> Q:
    fitting = Component.objects.matching(value) or Component.objects.matching(stem(collation.fold(value)))
    return Q(component__in=_some(fitting, value, _("No module is called “%s”.")))


def _assignee(value: str, person: Person) -> Q:
    known = collation.fold(value)
    if known in ME:
        return Q(assignee=person)
    return Q(assignee=None) if known in NOBODY else Q(assignee__in=_people(value, person))


def _requester(value: str, person: Person) -> Q:
    return Q(requester__in=_people(value, person))


def _people(value: str, person: Person) -> list:
    return _some(Person.objects.visible_to(person).matching(value), value, _("Nobody is called “%s”."))


def _some(fitting, value: str, nothing: str) -> list:
    keys = list(fitting.values_list("pk", flat=True)[:MOST]) if collation.fold(value) else []
    if not keys:
        raise NotUnderstood(nothing % value)
    return keys


def _severity(value: str, person: Person) -> Q:
    grade = value.upper() if value[:1] in "sS" else f"S{value}"
    if grade not in Ticket.Severity.values:
        raise NotUnderstood(_("There is no severity “%s”: S1, S2, S3 or S4.") % value)
    return Q(severity=grade)


def _status(value: str, person: Person) -> Q:
    if collation.fold(value) not in _STATUSES:
        known = _("open, closed, us, them, others, resolved, cancelled")
        raise NotUnderstood(_("There is no status “%(value)s”: %(known)s.") % {"value": value, "known": known})
    return _STATUSES[collation.fold(value)]


def _channel(value: str, person: Person) -> Q:
    if collation.fold(value) not in _CHANNELS:
        raise NotUnderstood(_("There is no channel “%s”: portal, email, phone, sms or api.") % value)
    return Q(channel=_CHANNELS[collation.fold(value)])


def _opened(value: str, person: Person) -> Q:
    return _within("created_at", value)


def _ended(value: str, person: Person) -> Q:
    return _within("ended_at", value)


def _within(field: str, value: str) -> Q:
    """A day in Türkiye, what is before or after one (`<`, `<=`, `>`, `>=`), or `2026-11-01..2026-11-08`."""
    span = _SPAN.fullmatch(value)
    if span is None:
        raise NotUnderstood(_("“%s” is no day. Write it as 2026-11-01 or 01.11.2026.") % value)
    first = _day(span["first"], value)
    after_first = _midnight(first + timedelta(days=1))
    match span["sign"]:
        case ">":
            return Q(**{f"{field}__gte": after_first})
        case ">=":
            return Q(**{f"{field}__gte": _midnight(first)})
        case "<":
            return Q(**{f"{field}__lt": _midnight(first)})
        case "<=":
            return Q(**{f"{field}__lt": after_first})
    end = _midnight(_day(span["last"], value) + timedelta(days=1)) if span["last"] else after_first
    return Q(**{f"{field}__gte": _midnight(first), f"{field}__lt": end})


def _day(text: str, value: str) -> date:
    if collation.fold(text) in _DAYS:
        return timezone.localdate(timezone=ISTANBUL) - timedelta(days=_DAYS[collation.fold(text)])
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        if date(1990, 1, 1) < day < date(2200, 1, 1):
            return day
    raise NotUnderstood(_("“%s” is no day. Write it as 2026-11-01 or 01.11.2026.") % value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ISTANBUL)


_MEANING: dict[str, Callable[[str, Person], Q]] = {
    "municipality": _municipality,
    "module": _module,
    "severity": _severity,
    "assignee": _assignee,
    "requester": _requester,
    "status": _status,
    "channel": _channel,
    "opened": _opened,
    "ended": _ended,
}
