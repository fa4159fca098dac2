"""What was filed wrongly is put right: class, module, queue, municipality, requester.

Each verb changes one fact of an open ticket that still stands as the agent saw it, and in the same
transaction what follows from it: routing, terms and clocks, the search for an outage that explains it,
the entry in the record with before and after, and a letter where the promised times moved.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.models import Component, Membership, Municipality, Person
from foundation.journal import journal
from foundation.journal.journal import Json
from foundation.journal.models import Entry
from helpdesk.models import MajorIncident, Message, Queue, Ticket, TicketLink, WakeReason
from helpdesk.notices import occasions
from helpdesk.refusals import (
    HoldsOthers,
    QueueEnded,
    ReasonMissing,
    RequesterElsewhere,
    TicketMovedOn,
    TooLateToUndo,
    WrittenElsewhere,
)
from helpdesk.search import index
from helpdesk.service_levels import commitments, ticket_clocks
from helpdesk.tickets import emails, live_updates, severity, snoozing
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.conversation import say
from helpdesk.tickets.intake import queue_again
from monitoring.models import Affected

UNDO_WINDOW = timedelta(seconds=60)


@transaction.atomic
def grade(ticket: Ticket, *, severity: str, by: Person, reason: str = "") -> None:
    """Give it another class. Lowering needs a reason, and the municipality reads it."""
    require_desk(by)
    before = ticket.severity
    if severity == before:
        return
    if severity > before and not reason.strip():
        raise ReasonMissing
    replace(ticket, severity=severity)
    if reason.strip():
        label = Ticket.Severity(severity).label
        text = _("Severity: %(severity)s. %(reason)s") % {"severity": label, "reason": reason.strip()}
        say(ticket, Message.Kind.PUBLIC, Message.Side.US, by, text)
    settle(ticket, "ticket.graded", by=by, before=before, after=severity, is_told=bool(reason.strip()))


@transaction.atomic
def change_module(ticket: Ticket, *, component: Component, by: Person) -> None:
    """It is about another module: its queue, its class, its promises and the search for an outage follow.

    A class that nobody corrected rises with the weight of the module; none falls without a reason (`grade`).
    """
    require_desk(by)
    before = ticket.component
    if component == before:
        return
    replace(ticket, component=component)
    put_under(ticket, before, by=by, severity=class_after(ticket, before, component))


def class_after(ticket: Ticket, before: Component, component: Component) -> str:
    """What the requester's answers lead to with this module, if nobody corrected the class and it is higher."""
    if ticket.severity != severity.proposed(ticket.impact, ticket.urgency, before.tier):
        return ticket.severity
    return min(ticket.severity, severity.proposed(ticket.impact, ticket.urgency, component.tier))


def put_under(ticket: Ticket, before: Component, *, by: Person, severity: str) -> None:
    """What follows once the module stands."""
    graded = None if severity == ticket.severity else ticket.severity
    follow(ticket, queue=queue_again(ticket), severity=severity)
    look_again(ticket, by=by)
    settle(ticket, "ticket.module_changed", by=by, before=before.pk, after=ticket.component_id, graded=graded)


@transaction.atomic
def move_to_queue(ticket: Ticket, *, queue: Queue, by: Person) -> None:
    """Another team looks after it; whoever has claimed it keeps it."""
    require_desk(by)
    before = ticket.queue
    if queue == before:
        return
    if not Queue.objects.standing().select_for_update().filter(pk=queue.pk).exists():
        raise QueueEnded
    replace(ticket, queue=queue)
    settle(ticket, "ticket.queue_changed", by=by, before=before.code, after=queue.code)


@transaction.atomic
def change_municipality(ticket: Ticket, *, municipality: Municipality, by: Person) -> None:
    """It was filed for the wrong place. Queue and promises follow, and the letters go to the right one.

    What people of one municipality wrote is never shown to another: such a ticket stays where it is.
    """
    require_desk(by)
    before = ticket.municipality
    if municipality == before:
        return
    if ticket.taken_in.exists():
        raise HoldsOthers
    replace(ticket, municipality=municipality)
    if any(not works_at(person, municipality) for person in writers_of(ticket)):
        raise WrittenElsewhere
    asked_before = ticket.requester
    requester = asked_before if asked_before and works_at(asked_before, municipality) else None
    follow(ticket, queue=queue_again(ticket), requester=requester)
    index.keep([ticket.pk])
    look_again(ticket, by=by)
    lost = asked_before.pk if asked_before and requester is None else None
    places = {"before": before.code, "after": municipality.code}
    entry = settle(ticket, "ticket.municipality_changed", by=by, **places, asked=lost, is_told=True)
    emails.received(ticket, promised(ticket), again=entry.pk)


@transaction.atomic
def name_requester(ticket: Ticket, *, requester: Person | None, by: Person) -> None:
    """Who of the municipality asked: they read and get the letters from now on, beginning with its number and times."""
    require_desk(by)
    before = ticket.requester_id
    if before == (requester.pk if requester else None):
        return
    replace(ticket, requester=requester)
    if requester and not works_at(requester, ticket.municipality):
        raise RequesterElsewhere
    index.keep([ticket.pk])
    after = requester.pk if requester else None
    entry = journal.record("ticket.requester_changed", ticket, by=by, before=before, after=after)
    live_updates.changed(ticket)
    if requester:
        emails.received(ticket, promised(ticket), again=entry.pk)


def replace(ticket: Ticket, **change: object) -> None:
    """Another value where the open ticket still has the one that was seen; whoever comes later learns it moved on."""
    seen = {name: ticket.serializable_value(name) for name in change}
    if not Ticket.objects.open().filter(pk=ticket.pk, **seen).update(**change):
        raise TicketMovedOn
    ticket.refresh_from_db()


def follow(ticket: Ticket, **change: object) -> None:
    """What follows from a correction that has been won: the row is ours until the commit."""
    Ticket.objects.filter(pk=ticket.pk).update(**change)
    for name, value in change.items():
        setattr(ticket, name, value)


def settle(
    ticket: Ticket,
    kind: str,
    *,
    by: Person,
    before: str,
    after: str,
    graded: str | None = None,
    asked: int | None = None,
    is_told: bool = False,
) -> Entry:
    """Terms and clocks by the new facts, the entry, word to open pages; a letter where promised times moved.

    `graded` and `asked` are the class and the requester before, where they went along; `is_told`: the
    municipality reads of it otherwise.
    """
    times = due_times(ticket)
    if ticket.severity < (graded or (before if kind == "ticket.graded" else ticket.severity)):
        snoozing.wake(ticket, why=WakeReason.GRAVER, by=by)
    ticket_clocks.retermed(ticket, now(), moved=kind == "ticket.municipality_changed")
    entry = journal.record(kind, ticket, by=by, before=before, after=after, graded=graded, asked=asked)
    if not is_told and due_times(ticket) != times:
        emails.corrected(ticket, promised(ticket), correction=entry.pk)
    if ticket.severity == Ticket.Severity.S1:
        occasions.became_s1(ticket, by=by)
    live_updates.changed(ticket)
    return entry


def promised(ticket: Ticket) -> list[commitments.Commitment]:
    return commitments.of_clocks(commitments.clocks_of(ticket))


def due_times(ticket: Ticket) -> dict:
    return {each.metric: each.due_at for each in promised(ticket)}


def look_again(ticket: Ticket, *, by: Person) -> None:
    """The matcher reads it anew. A link of its own that no longer explains the ticket is undone; people's stand."""
    link = ticket.links.standing().select_related("incident__outage").first()
    if link and (link.linked_by_id or explains(link.incident, ticket)):
        return
    if link:
        TicketLink.objects.filter(pk=link.pk).update(undone_at=now())
        ticket_clocks.resumed(ticket, now())
        journal.record("ticket.unlinked", ticket, by=by)
    follow(ticket, matched_at=None)


def explains(incident: MajorIncident, ticket: Ticket) -> bool:
    """Whether it is about this module, and felt in this municipality."""
    if incident.outage is None:
        return incident.component_id == ticket.component_id
    broken = {component.pk for component in incident.outage.components.all()}
    felt = Affected.objects.filter(outage=incident.outage, municipality=ticket.municipality_id, until=None)
    return felt.exists() and (not broken or ticket.component_id in broken)


def works_at(person: Person, municipality: Municipality) -> bool:
    held = [m.municipality_id for m in person.current_memberships if m.role in Membership.MUNICIPAL_ROLES]
    return municipality.pk in held


def writers_of(ticket: Ticket) -> list[Person]:
    """Everyone of a municipality who wrote in it."""
    wrote = Message.objects.filter(ticket=ticket, side=Message.Side.THEM, author__isnull=False)
    return list(Person.objects.filter(pk__in=wrote.values("author")))


@transaction.atomic
def undo(ticket: Ticket, entry: int, *, by: Person) -> None:
    """Take back one's own correction, within `UNDO_WINDOW`, if what it set still stands."""
    require_desk(by)
    own = Entry.objects.filter(pk=entry, subject_type=Ticket._meta.label_lower, subject_id=str(ticket.pk))
    done = own.filter(person_id=by.pk, at__gt=now() - UNDO_WINDOW, kind__in=CORRECTIONS).first()
    if done is None:
        raise TooLateToUndo
    stands, back = CORRECTIONS[done.kind]
    if not stands(ticket, done.facts):
        raise TicketMovedOn
    back(ticket, done.facts, by)


def last_of(ticket: Ticket, by: Person) -> int | None:
    """The entry of what this person has just put right, for `undo`."""
    own = Entry.objects.filter(subject_type=Ticket._meta.label_lower, subject_id=str(ticket.pk), person_id=by.pk)
    recent = own.filter(kind__in=CORRECTIONS, at__gt=now() - UNDO_WINDOW)
    return recent.order_by("-pk").values_list("pk", flat=True).first()


def grade_back(ticket: Ticket, facts: dict, by: Person) -> None:
    reason = _("The class before was right.") if facts["before"] > ticket.severity else ""
    grade(ticket, severity=facts["before"], by=by, reason=reason)


def module_back(ticket: Ticket, facts: dict, by: Person) -> None:
    """The class that rose with it falls with it."""
    before = ticket.component
    replace(ticket, component=Component.objects.get(pk=facts["before"]))
    put_under(ticket, before, by=by, severity=facts["graded"] or ticket.severity)


def queue_back(ticket: Ticket, facts: dict, by: Person) -> None:
    move_to_queue(ticket, queue=Queue.objects.get(code=facts["before"]), by=by)


def municipality_back(ticket: Ticket, facts: dict, by: Person) -> None:
    """Whoever had asked, asks again."""
    change_municipality(ticket, municipality=Municipality.objects.get(code=facts["before"]), by=by)
    requester = Person.objects.filter(pk=facts["asked"] or 0).first()
    if requester and ticket.requester is None and works_at(requester, ticket.municipality):
        follow(ticket, requester=requester)


def requester_back(ticket: Ticket, facts: dict, by: Person) -> None:
    name_requester(ticket, requester=Person.objects.filter(pk=facts["before"] or 0).first(), by=by)


def reads(value: Callable[[Ticket], Json]) -> Callable[[Ticket, dict], bool]:
    """Whether what a correction set is still what is there."""
    return lambda ticket, facts: value(ticket) == facts["after"]


# By the kind of its entry: whether what it set still stands, and what takes it back.
CORRECTIONS: dict[str, tuple[Callable[[Ticket, dict], bool], Callable[[Ticket, dict, Person], None]]] = {
    "ticket.graded": (reads(lambda ticket: ticket.severity), grade_back),
    "ticket.module_changed": (reads(lambda ticket: ticket.component_id), module_back),
    "ticket.queue_changed": (reads(lambda ticket: ticket.queue.code), queue_back),
    "ticket.municipality_changed": (reads(lambda ticket: ticket.municipality.code), municipality_back),
    "ticket.requester_changed": (reads(lambda ticket: ticket.requester_id), requester_back),
}
