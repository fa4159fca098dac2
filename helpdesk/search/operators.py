"""`belediye:odunpazarı durum:açık açılış:>2026-11-01`: what an operator asks of a ticket, or why it asks nothing."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import now
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.language import collation
from foundation.language.formatting import ISTANBUL
from foundation.language.stems import stem
from helpdesk.models import RESTING, Message, Queue, Team, Ticket
from helpdesk.models.snoozes import is_snoozed
from helpdesk.search.questions import Question

MOST = 50  # places, people or modules of one name
MOST_VALUES = 10  # of one operator, with commas between them
SOON = timedelta(hours=1)
ANY = Q(pk__isnull=False)
ME, NOBODY = {"ben", "me"}, {"kimse", "yok", "nobody", "none"}
_DAYS = {"bugun": 0, "today": 0, "dun": 1, "yesterday": 1}
_AGO = re.compile(r"(\d{1,3})[gd]")  # 7g: seven days ago
_LENGTH = re.compile(r"(\d{1,3})(?:([gd])|[sh])")  # 2g, 4s: days, hours
_NO_DAY = gettext_lazy("“%s” is no day. Write it as 2026-11-01, 01.11.2026, or 7g for seven days ago.")
_SPAN = re.compile(r"(?P<sign><=|>=|<|>|)(?P<first>[^.]\S*?)(?:\.\.(?P<last>\S+))?")
_STATUSES: dict[str, Q] = {
    **dict.fromkeys(("hepsi", "all"), ANY),
    **dict.fromkeys(("acik", "open"), Q(ended_at=None)),
    **dict.fromkeys(("kapali", "bitti", "closed"), Q(ended_at__isnull=False)),
    **dict.fromkeys(("bizde", "us"), Q(status=Ticket.Status.WAITING_ON_US)),
    **dict.fromkeys(("belediyede", "them"), Q(status=Ticket.Status.WAITING_ON_THEM)),
    **dict.fromkeys(("ucuncu", "others"), Q(status=Ticket.Status.WAITING_ON_OTHERS)),
    **dict.fromkeys(("cozuldu", "cozulen", "resolved"), Q(status=Ticket.Status.RESOLVED)),
    **dict.fromkeys(("iptal", "cancelled", "withdrawn"), Q(status=Ticket.Status.WITHDRAWN)),
    **dict.fromkeys(("ertelenen", "ertelendi", "snoozed"), Q(is_snoozed())),
    **dict.fromkeys(("birlesti", "birlesen", "merged"), Q(status=Ticket.Status.MERGED)),
}
_LATE, _SOON = ("gecti", "gecikti", "late"), ("yakin", "soon")
_TODAY, _RESTING = ("bugun", "today"), ("duran", "resting")
_CHANNELS = {
    "portal": "portal", "eposta": "email", "e-posta": "email", "email": "email", "e-mail": "email",
    "telefon": "phone", "phone": "phone", "sms": "sms", "api": "api",
}  # fmt: skip


_WITH_SNOOZED = {"hepsi", "all", "acik", "open", "ertelenen", "ertelendi", "snoozed"}


class NotUnderstood(ValueError):
    """Carries the sentence for whoever typed it."""


def conditions(question: Question, person: Person) -> tuple[Q, list[str]]:
    """All operators as one condition, and a sentence for each that means nothing; then nothing is found."""
    wanted, problems = Q(), []
    for name, value in question.operators:
        try:
            wanted &= _any_of(name, value, person)
        except NotUnderstood as reason:
            problems.append(str(reason))
    return wanted, problems


def shows_snoozed(question: Question) -> bool:
    """Whether lists of its answers hold tickets that are put aside."""
    named = [value.split(",") for name, value in question.operators if name == "status"]
    return any(collation.fold(each) in _WITH_SNOOZED for values in named for each in values)


def _any_of(name: str, value: str, person: Person) -> Q:
    """`önem:S1,S2` is either."""
    values = list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip())) or [value]
    if len(values) > MOST_VALUES:
        raise NotUnderstood(_("At most %(most)s values for one condition.") % {"most": MOST_VALUES})
    return reduce(or_, (_MEANING[name](part, person) for part in values))


def _municipality(value: str, person: Person) -> Q:
    places = Municipality.objects.visible_to(person)
    exact = places.filter(code=value)
    fitting = exact if exact else places.matching(value) or places.matching(stem(collation.fold(value)))
    return Q(municipality__in=_some(fitting, value, _("No municipality is called “%s”.")))


def _province(value: str, person: Person) -> Q:
    exact = Province.objects.filter(pk=value)
    fitting = exact if exact else Province.objects.matching(value)
    return Q(municipality__province__in=_some(fitting, value, _("No province is called “%s”.")))


def _type(value: str, person: Person) -> Q:
    known = collation.fold(value)
    for kind in Municipality.Type:
        if known in (kind.value, collation.fold(str(kind.label))):
            return Q(municipality__type=kind)
    raise NotUnderstood(_("There is no kind of municipality “%s”: buyuksehir, il, ilce, belde.") % value)


def _queue(value: str, person: Person) -> Q:
    visible = Queue.objects.visible_to(person).standing()
    return Q(queue__in=_named(visible, value, _("No queue is called “%s”, or it has ended.")))


def _team(value: str, person: Person) -> Q:
    """`ben`: any team of one's own."""
    if collation.fold(value) in ME:
        return Q(queue__team__in=list(person.teams.standing().values_list("pk", flat=True)))
    visible = Team.objects.visible_to(person).standing()
    return Q(queue__team__in=_named(visible, value, _("No team is called “%s”, or it has ended.")))


def _named(nouns: QuerySet, value: str, nothing: str) -> list:
    """By code, else by what their names hold; queues and teams are few enough to read whole."""
    wanted = collation.fold(value)
    listed = list(nouns.values_list("pk", "code", "name_tr", "name_en"))
    exact = [pk for pk, code, *_names in listed if code == value]
    found = exact or [pk for pk, *words in listed if wanted and wanted in collation.fold(" ".join(words))]
    if not found:
        raise NotUnderstood(nothing % value)
    return found


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
        known = _("open, closed, us, them, others, snoozed, resolved, cancelled, all")
        raise NotUnderstood(_("There is no status “%(value)s”: %(known)s.") % {"value": value, "known": known})
    return _STATUSES[collation.fold(value)]


def _due(value: str, person: Person) -> Q:
    """Among open tickets whose clock runs: late, within the hour, or until midnight; or whose clocks rest."""
    known, at = collation.fold(value), now()
    if known in _LATE:
        return Q(ended_at=None, next_due_at__lt=at)
    if known in _SOON:
        return Q(ended_at=None, next_due_at__gte=at, next_due_at__lt=at + SOON)
    if known in _TODAY:
        tomorrow = timezone.localdate(at, timezone=ISTANBUL) + timedelta(days=1)
        return Q(ended_at=None, next_due_at__lt=_midnight(tomorrow))
    if known in _RESTING:
        return Q(ended_at=None, next_due_at__gte=RESTING)
    raise NotUnderstood(_("There is no due time “%s”: late, soon, today or resting.") % value)


def _waiting(value: str, person: Person) -> Q:
    """Longer on us than so many days (`2g`) or hours (`4s`)."""
    length = _LENGTH.fullmatch(collation.fold(value).lstrip(">"))
    if length is None:
        raise NotUnderstood(_("“%s” is no length of time. Write 2g for two days or 4s for four hours.") % value)
    days_or_hours = int(length[1])
    longer = timedelta(days=days_or_hours) if length[2] else timedelta(hours=days_or_hours)
    return Q(status=Ticket.Status.WAITING_ON_US, waiting_since__lt=now() - longer)


def _channel(value: str, person: Person) -> Q:
    if collation.fold(value) not in _CHANNELS:
        raise NotUnderstood(_("There is no channel “%s”: portal, email, phone, sms or api.") % value)
    return Q(channel=_CHANNELS[collation.fold(value)])


def _opened(value: str, person: Person) -> Q:
    return _between("created_at", *_span(value))


def _ended(value: str, person: Person) -> Q:
    return _between("ended_at", *_span(value))


def _updated(value: str, person: Person) -> Q:
    """When the last word was said, internal notes counted for the desk alone."""
    begins, ends = _span(value)
    said = Message.objects.filter(ticket=OuterRef("pk"))
    if not person.works_at_the_desk:
        said = said.filter(kind=Message.Kind.PUBLIC)
    since = Q(Exists(said.filter(created_at__gte=begins))) if begins else Q()
    return since & ~Q(Exists(said.filter(created_at__gte=ends))) if ends else since


def _between(field: str, begins: datetime | None, ends: datetime | None) -> Q:
    since = Q(**{f"{field}__gte": begins}) if begins else Q()
    return since & Q(**{f"{field}__lt": ends}) if ends else since


def _span(value: str) -> tuple[datetime | None, datetime | None]:
    """A day in Türkiye, what is before or after one (`<`, `<=`, `>`, `>=`), or `2026-11-01..2026-11-08`."""
    span = _SPAN.fullmatch(value)
    if span is None:
        raise NotUnderstood(_NO_DAY % value)
    first = _day(span["first"], value)
    midnight, after_first = _midnight(first), _midnight(first + timedelta(days=1))
    match span["sign"]:
        case ">":
            return after_first, None
        case ">=":
            return midnight, None
        case "<":
            return None, midnight
        case "<=":
            return None, after_first
    return midnight, _midnight(_day(span["last"], value) + timedelta(days=1)) if span["last"] else after_first


def _day(text: str, value: str) -> date:
    known, ago = collation.fold(text), _AGO.fullmatch(collation.fold(text))
    if known in _DAYS or ago:
        days = int(ago[1]) if ago else _DAYS[known]
        return timezone.localdate(timezone=ISTANBUL) - timedelta(days=days)
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        if date(1990, 1, 1) < day < date(2200, 1, 1):
            return day
    raise NotUnderstood(_NO_DAY % value)


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
    "queue": _queue,
    "team": _team,
    "province": _province,
    "type": _type,
    "due": _due,
    "waiting": _waiting,
    "opened": _opened,
    "updated": _updated,
    "ended": _ended,
}
