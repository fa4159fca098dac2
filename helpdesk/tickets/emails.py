"""What we write by e-mail about a ticket, in the requester's language. Text only; no network here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.directory.models import Person
from foundation.outbox import outbox
from foundation.outbox.outbox import Addressee
from helpdesk.models import Message, Ticket
from helpdesk.service_levels import commitments
from helpdesk.tickets.readers import readers_of


def page_of(ticket: Ticket) -> str:
    return f"{settings.PUBLIC_BASE_URL}/tickets/{ticket.number}/"


@contextmanager
def language_of(reader: Person) -> Iterator[None]:
    with translation.override(reader.language):
        yield


def subject_of(ticket: Ticket) -> str:
    """The number stands in front, so that an answer finds its way back."""
    return f"[{ticket.number}] {ticket.subject}"


def reader_of(ticket: Ticket) -> Person | None:
    """Whom we write to about it."""
    return readers_of([ticket]).get(ticket.pk)


def received(ticket: Ticket, promises: Sequence[commitments.Commitment]) -> None:
    """ "We have it": the number and the promised times. Does nothing where nobody reads letters."""
    reader = reader_of(ticket)
    if reader is None:
        return
    with language_of(reader):
        text = "\n".join(
            [
                _("We have received your ticket %(number)s.") % {"number": ticket.number},
                str(ticket.get_severity_display()),
                "",
                *(promise_line(promise) for promise in promises if promise.due_at),
                "",
                page_of(ticket),
            ]
        )
    outbox.email(f"ticket:{ticket.number}:received", reader.email, subject_of(ticket), text)


def promise_line(promise: commitments.Commitment) -> str:
    due = date_format(timezone.localtime(promise.due_at), "j F Y l H.i") if promise.due_at else ""
    return _("%(metric)s: by %(due)s") % {"metric": promise.metric_name, "due": due}


def written(message: Message) -> None:
    """Our reply, on its way to the requester; notes and their own words are not mailed."""
    if message.kind != Message.Kind.PUBLIC or message.side != Message.Side.US:
        return
    ticket = message.ticket
    reader = reader_of(ticket)
    if reader:
        text = f"{message.body}\n\n{page_of(ticket)}"
        outbox.email(f"message:{message.pk}", reader.email, subject_of(ticket), text)


def answer_to_all(ticket: Ticket, text: str, reader: Person) -> Addressee:
    """What one recipient of an answer to all is told."""
    return Addressee(
        address=reader.email,
        subject=subject_of(ticket),
        text=f"{text}\n\n{page_of(ticket)}",
        reference=ticket.number,
    )
