"""How a ticket ends, and how it comes back."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk import events
from helpdesk.models import Message, Reopening, Satisfaction, Ticket, TicketLink
from helpdesk.notices import occasions
from helpdesk.refusals import ReasonMissing, ReopenWindowOver, TicketMovedOn
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import live_updates
from helpdesk.tickets.assignment import require_desk, require_party
from helpdesk.tickets.conversation import answered, say, side_of
from helpdesk.tickets.transitions import move

# A municipality may say "it is still broken here" for this long after we said it works.
REOPEN_WINDOW = timedelta(days=14)


@transaction.atomic
def resolve(ticket: Ticket, *, by: Person | None, note: str, attachments: Iterable[UploadedFile] = ()) -> None:
    """End the conversation with what was done, in words the municipality reads.

    Nobody (`by=None`) resolves where the watch has seen that it works again.

    Two agents may press Resolve in the same second. The update lets exactly one
    through; the other learns that the ticket moved on.
    """
    if by is not None:
        require_desk(by)
    at = now()
    move(ticket, Ticket.Status.RESOLVED, at=at)
    say(ticket, Message.Kind.PUBLIC, Message.Side.US, by, note, attachments)
    answered(ticket)
    ticket_clocks.resolved(ticket, at)
    journal.record("ticket.resolved", ticket, by=by)
    live_updates.changed(ticket)
    events.ticket_resolved.send(Ticket, ticket=ticket)


@transaction.atomic
def declare_solved(ticket: Ticket, *, by: Person) -> None:
    """The municipality says that its problem is solved: it can be reopened and rated as one that we resolved."""
    require_party(ticket, by)
    at = now()
    move(ticket, Ticket.Status.RESOLVED, at=at)
    ticket_clocks.resolved(ticket, at)
    journal.record("ticket.resolved", ticket, by=by)
    occasions.ended(ticket, by=by, at=at)
    live_updates.changed(ticket)
    events.ticket_resolved.send(Ticket, ticket=ticket)


@transaction.atomic
def reopen(ticket: Ticket, *, by: Person | None, reason: str, named: str = "") -> None:
    """ "It is still broken here": the ticket is ours again and its clocks run on.

    `named` is who wrote for the municipality when no account did.

    It also leaves the incident it was linked to, which did not explain it after all.
    """
    if by is not None:
        require_party(ticket, by)
    if not reason.strip():
        raise ReasonMissing
    at = now()
    if ticket.ended_at and at - ticket.ended_at > REOPEN_WINDOW:
        raise ReopenWindowOver(ticket.number)
    move(ticket, Ticket.Status.WAITING_ON_US, at=at)
    say(ticket, Message.Kind.PUBLIC, side_of(by), by, reason, named=named, reopens=True)
    ticket_clocks.reopened(ticket, at)
    TicketLink.objects.standing().filter(ticket=ticket).update(undone_at=at, undone_by=by)
    Reopening.objects.create(ticket=ticket, at=at)
    journal.record("ticket.reopened", ticket, by=by)
    live_updates.changed(ticket)
    events.ticket_reopened.send(Ticket, ticket=ticket)


@transaction.atomic
def withdraw(ticket: Ticket, *, by: Person, reason: str = "") -> None:
    """The municipality no longer needs it; it stays readable and cannot be reopened."""
    require_party(ticket, by)
    at = now()
    move(ticket, Ticket.Status.WITHDRAWN, at=at)
    ticket_clocks.withdrawn(ticket, at)
    if reason.strip():
        side = Message.Side.US if by.works_at_the_desk else Message.Side.THEM
        say(ticket, Message.Kind.PUBLIC, side, by, reason)
    journal.record("ticket.withdrawn", ticket, by=by)
    occasions.ended(ticket, by=by, at=at)
    live_updates.changed(ticket)


@transaction.atomic
def rate(ticket: Ticket, *, by: Person, score: int, comment: str = "") -> Satisfaction:
    """What the municipality thought of how it ended, one to five; the first answer counts."""
    require_party(ticket, by)
    if ticket.is_open:
        raise TicketMovedOn
    given, is_new = Satisfaction.objects.get_or_create(ticket=ticket, defaults={"score": score, "comment": comment})
    if is_new:
        journal.record("ticket.rated", ticket, by=by, score=score)
    return given
