"""What we write by e-mail about a ticket, in the requester's language. Text only; no network here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.outbox import outbox
from foundation.outbox.outbox import Addressee
from helpdesk.models import Message, Ticket
from helpdesk.service_levels import commitments


def page_of(ticket: Ticket) -> str:
    return f"{settings.PUBLIC_BASE_URL}/tickets/{ticket.number}/"


@contextmanager
def language_of(ticket: Ticket) -> Iterator[None]:
    """Turkish where nobody's language is known."""
    with translation.override(ticket.requester.language if ticket.requester else "tr"):
        yield


def subject_of(ticket: Ticket) -> str:
    """The number stands in front, so that an answer finds its way back."""
    return f"[{ticket.number}] {ticket.subject}"


def address_of(ticket: Ticket) -> str:
    """Where the requester reads mail; empty without one who may still sign in."""
    return ticket.requester.email if ticket.requester and ticket.requester.is_active else ""


def received(ticket: Ticket, promises: Sequence[commitments.Commitment]) -> None:
    """ "We have it": the number and the promised times. Does nothing without a requester."""
    address = address_of(ticket)
    if not address:
        return
    with language_of(ticket):
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
    outbox.email(f"ticket:{ticket.number}:received", address, subject_of(ticket), text)


def promise_line(promise: commitments.Commitment) -> str:
    due = date_format(timezone.localtime(promise.due_at), "j F Y l H.i") if promise.due_at else ""
    return _("%(metric)s: by %(due)s") % {"metric": promise.metric_name, "due": due}


def written(message: Message) -> None:
    """Our reply, on its way to the requester; notes and their own words are not mailed."""
    ticket = message.ticket
    address = address_of(ticket)
    if message.kind != Message.Kind.PUBLIC or message.side != Message.Side.US or not address:
        return
    text = f"{message.body}\n\n{page_of(ticket)}"
    outbox.email(f"message:{message.pk}", address, subject_of(ticket), text)


def answer_to_all(ticket: Ticket, text: str) -> Addressee:
    """What one recipient of an answer to all is told."""
    return Addressee(
        address=address_of(ticket),
        subject=subject_of(ticket),
        text=f"{text}\n\n{page_of(ticket)}",
        reference=ticket.number,
    )
