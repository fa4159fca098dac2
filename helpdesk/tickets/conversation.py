"""Talking: replies to each other, notes among ourselves, and whose turn it is."""

from collections.abc import Collection, Iterable

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.wire.redaction import mask_identity_numbers
from helpdesk.models import MergedTicket, Message, Ticket, WakeReason
from helpdesk.notices import occasions
from helpdesk.refusals import NothingSaid, TicketEnded, TicketWentInto
from helpdesk.search import index
from helpdesk.service_levels import ticket_clocks
from helpdesk.tickets import emails, live_updates, snoozing
from helpdesk.tickets.assignment import require_desk, require_party
from helpdesk.tickets.intake import attach
from helpdesk.tickets.transitions import move


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    by: Person | None,
    body: str,
    attachments: Iterable[UploadedFile] = (),
    named: str = "",
    heard: Collection[str] = (),
) -> Message:
    """Say something to the other side. Followers at the addresses in `heard` have it already and get no copy.

    `named` is who wrote for the municipality when no account did; their caller has made sure of them.

    Our first reply keeps the first promise. Theirs gives the turn back to us.
    A closed ticket takes no replies: it is reopened, or stays closed.
    """
    if by is not None:
        require_party(ticket, by)
    if not Ticket.objects.open().filter(pk=ticket.pk).exists():
        raise why_closed(ticket)
    side = side_of(by)
    message = say(ticket, Message.Kind.PUBLIC, side, by, body, attachments, named=named, heard=heard)
    if side == Message.Side.US:
        answered(ticket)
    elif ticket.status != Ticket.Status.WAITING_ON_US:
        move(ticket, Ticket.Status.WAITING_ON_US, at=message.created_at)
        ticket_clocks.resumed(ticket, message.created_at)
    if side == Message.Side.THEM:
        ticket_clocks.heard(ticket, message.created_at)
        snoozing.wake(ticket, why=WakeReason.ANSWERED, by=by)
    journal.record("ticket.replied", ticket, by=by, side=side)
    live_updates.changed(ticket)
    return message


def why_closed(ticket: Ticket) -> Refusal:
    merged = MergedTicket.objects.filter(ticket=ticket).select_related("kept").first()
    return TicketWentInto(merged.kept.number) if merged else TicketEnded()


def side_of(by: Person | None) -> str:
    return Message.Side.US if by is not None and by.works_at_the_desk else Message.Side.THEM


def answered(ticket: Ticket) -> None:
    """A person at the desk has spoken: the first time is remembered, the clocks are told."""
    at = now()
    if ticket.first_replied_at is None:
        Ticket.objects.filter(pk=ticket.pk).update(first_replied_at=at)
        ticket.first_replied_at = at
    ticket_clocks.answered(ticket, at)


@transaction.atomic
def note(ticket: Ticket, *, by: Person, body: str, attachments: Iterable[UploadedFile] = ()) -> Message:
    """Write something only the desk reads; moves neither turn nor clock."""
    require_desk(by)
    message = say(ticket, Message.Kind.NOTE, Message.Side.US, by, body, attachments)
    journal.record("ticket.noted", ticket, by=by)
    return message


@transaction.atomic
def wait(
    ticket: Ticket, *, by: Person, body: str, third_party: bool = False, attachments: Iterable[UploadedFile] = ()
) -> Message:
    """Ask the municipality (or say that a third party is asked) and give the turn away.

    The clocks rest meanwhile, except in S1, which never rests.
    """
    require_desk(by)
    to = Ticket.Status.WAITING_ON_OTHERS if third_party else Ticket.Status.WAITING_ON_THEM
    move(ticket, to, at=now())
    message = say(ticket, Message.Kind.PUBLIC, Message.Side.US, by, body, attachments)
    answered(ticket)
    ticket_clocks.rest(ticket, now(), ticket_clocks.SUPPLIER if third_party else ticket_clocks.REQUESTER)
    journal.record("ticket.waiting", ticket, by=by, third_party=third_party)
    live_updates.changed(ticket)
    return message


def say(
    ticket: Ticket,
    kind: str,
    side: str,
    by: Person | None,
    body: str,
    attachments: Iterable[UploadedFile] = (),
    *,
    named: str = "",
    reopens: bool = False,
    heard: Collection[str] = (),
) -> Message:
    """Add one message to the conversation and tell its open pages, and whom it concerns."""
    body = mask_identity_numbers(body.strip())
    if not body:
        raise NothingSaid
    who = {"author": by, "author_name": named}
    message = Message.objects.create(ticket=ticket, kind=kind, side=side, body=body, created_at=now(), **who)
    attach(message, attachments)
    index.keep([ticket.pk])
    live_updates.said(message)
    emails.written(message, heard)
    occasions.said(message, reopens=reopens)
    return message
