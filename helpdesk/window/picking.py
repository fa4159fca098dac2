"""What pickers set: the five things a ticket is filed under, who has it, and until when it is put aside.

One key opens a picker, typing filters it, Enter sets. Without scripts it is a page with a search field.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality, Person
from foundation.language import collation
from helpdesk import tickets
from helpdesk.models import Queue, Snooze, SnoozeEvent, SnoozeMoment, Ticket, WakeReason
from helpdesk.snoozes import moments
from helpdesk.tickets import agents, snoozing
from helpdesk.tickets.forms import OUTSIDE_PROVIDER

MOST = 12
AT_ONCE = "now"
Found = TypeVar("Found")


class PickerChoice(NamedTuple):
    """`value` is what the form sends, `aside` what tells two of one name apart."""

    value: str
    name: str
    aside: str = ""
    is_current: bool = False
    needs_reason: bool = False


class NothingLikeIt(LookupError):
    """What was sent is not among the choices."""


@dataclass(frozen=True)
class Picker:
    """`choices(ticket, words)` are at most `MOST`; `put_right(ticket, value, reason, by)` sets one of them."""

    title: Promise
    key: str
    choices: Callable[[Ticket, str], Sequence[PickerChoice]]
    put_right: Callable[[Ticket, str, str, Person], None]
    asks_why: bool = False


def fitting(choices: Sequence[PickerChoice], words: str) -> list[PickerChoice]:
    """Those whose name, code or aside begin a word with each typed one, in any spelling; the current one last."""
    wanted = collation.fold(words).split()
    found = [
        choice
        for choice in choices
        if all(f" {word}" in f" {collation.fold(f'{choice.value} {choice.name} {choice.aside}')}" for word in wanted)
    ]
    return sorted(found, key=lambda choice: choice.is_current)[: MOST if wanted else len(found)]


def modules(ticket: Ticket, words: str) -> list[PickerChoice]:
    current = Component.objects.current().exclude(tier=OUTSIDE_PROVIDER)
    return fitting([PickerChoice(c.pk, c.name, is_current=c.pk == ticket.component_id) for c in current], words)


def put_module(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    component = Component.objects.current().exclude(tier=OUTSIDE_PROVIDER).filter(pk=value).first()
    tickets.change_module(ticket, component=known(component), by=by)


def queues(ticket: Ticket, words: str) -> list[PickerChoice]:
    standing = Queue.objects.standing().select_related("team")
    return fitting([PickerChoice(q.code, q.name, q.team.name, q.pk == ticket.queue_id) for q in standing], words)


def put_queue(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    tickets.move_to_queue(ticket, queue=known(Queue.objects.filter(code=value).first()), by=by)


def classes(ticket: Ticket, words: str) -> list[PickerChoice]:
    """A bare figure is enough: 1 is S1."""
    words = f"S{words}" if words.strip().isdecimal() else words
    return fitting(
        [
            PickerChoice(each.value, str(each.label), "", each == ticket.severity, each > ticket.severity)
            for each in Ticket.Severity
        ],
        words,
    )


def put_class(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    tickets.grade(ticket, severity=known(value if value in Ticket.Severity else None), reason=reason[:2_000], by=by)


def municipalities(ticket: Ticket, words: str) -> list[PickerChoice]:
    """None before something is typed: there are more than a thousand."""
    if not words.strip():
        return [PickerChoice(ticket.municipality.code, ticket.municipality.full_name, is_current=True)]
    places = Municipality.objects.current().matching(words).select_related("province").order_by("sort_key")[:MOST]
    return [PickerChoice(m.code, m.full_name, m.code, m.pk == ticket.municipality_id) for m in places]


def put_municipality(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    place = Municipality.objects.current().filter(code=value).first()
    tickets.change_municipality(ticket, municipality=known(place), by=by)


def clerks(ticket: Ticket, words: str) -> list[PickerChoice]:
    people = agents.clerks_of(ticket.municipality)
    found = people.matching(words.strip())[:MOST] if words.strip() else people[:MOST]
    return [PickerChoice(str(p.pk), p.name, p.email, p.pk == ticket.requester_id) for p in found]


def put_requester(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    people = agents.clerks_of(ticket.municipality)
    tickets.name_requester(ticket, requester=known(people.filter(pk=key_in(value)).first()), by=by)


def colleagues(ticket: Ticket, words: str) -> list[PickerChoice]:
    """Those who know the module well come first."""
    skilled = str(_("knows this module well"))
    people = agents.for_module(ticket.component_id)
    choices = [
        PickerChoice(str(p.pk), p.name, skilled if p.knows_it_well else "", p.pk == ticket.assignee_id) for p in people
    ]
    return fitting(choices, words)[:MOST]


def put_assignee(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    tickets.assign(ticket, to=known(agents.at_the_desk().filter(pk=key_in(value)).first()), by=by)


def comebacks(ticket: Ticket, words: str) -> list[PickerChoice]:
    """The usual moments, or the one that is typed; behind each that is later than the next due time, a word on it."""
    at = now()
    typed = moments.read(words, at)
    if typed:
        return [moment_choice(ticket, moments.spelled(typed), typed)]
    offered = [(str(each.label), moments.after(each, at)) for each in SnoozeMoment]
    choices = [moment_choice(ticket, name, moment) for name, moment in offered if moment]
    choices.append(PickerChoice(SnoozeEvent.ANSWER.value, str(SnoozeEvent.ANSWER.label)))
    if snoozing.outages_of(ticket).exists():
        choices.append(PickerChoice(SnoozeEvent.OUTAGE.value, str(SnoozeEvent.OUTAGE.label)))
    if snoozing.of(ticket):
        choices.append(PickerChoice(AT_ONCE, str(_("back into the queue now"))))
    return fitting(choices, words)


def moment_choice(ticket: Ticket, name: str, until: datetime) -> PickerChoice:
    when = "" if name == moments.spelled(until) else moments.spelled(until)
    late = str(_("after the due time")) if ticket.due_at and ticket.due_at < until else ""
    return PickerChoice(
        until.astimezone(UTC).isoformat(timespec="minutes"), name, " · ".join(filter(None, (when, late)))
    )


def put_aside(ticket: Ticket, value: str, reason: str, by: Person) -> None:
    if value == AT_ONCE:
        tickets.wake(ticket, why=WakeReason.PERSON, by=by)
    elif value in SnoozeEvent:
        tickets.snooze(ticket, event=value, by=by)
    else:
        tickets.snooze(ticket, until=known(moment_in(value)), by=by)


def moment_in(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def known(found: Found | None) -> Found:
    if found is None:
        raise NothingLikeIt
    return found


def key_in(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


PICKERS = {
    "module": Picker(_("Module"), "m", modules, put_module),
    "severity": Picker(_("Severity"), "o", classes, put_class, asks_why=True),
    "queue": Picker(_("Queue"), "u", queues, put_queue),
    "assignee": Picker(_("Assignee"), "a", colleagues, put_assignee),
    "municipality": Picker(_("Municipality"), "b", municipalities, put_municipality),
    "requester": Picker(_("Who asks"), "t", clerks, put_requester),
    "snooze": Picker(_("Put aside"), "e", comebacks, put_aside),
}


def end_of(snooze: Snooze) -> str:
    """When it comes back, in words."""
    return moments.spelled(snooze.until) if snooze.until else str(snooze.get_event_display())


class FactShown(NamedTuple):
    """One line of what a ticket is filed under, with the key that puts it right."""

    what: str
    title: Promise
    key: str
    value: str


def facts_of(ticket: Ticket, snooze: Snooze | None) -> list[FactShown]:
    values = {
        "module": ticket.component.name,
        "severity": str(ticket.get_severity_display()),
        "queue": ticket.queue.name,
        "assignee": ticket.assignee.name if ticket.assignee else "",
        "municipality": ticket.municipality.full_name,
        "requester": ticket.requester.name if ticket.requester else "",
        "snooze": end_of(snooze) if snooze else "",
    }
    return [FactShown(what, picker.title, picker.key, values[what]) for what, picker in PICKERS.items()]
