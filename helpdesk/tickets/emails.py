"""What we write by e-mail about a ticket, in the requester's language. Text only; no network here."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from foundation.directory.models import Person
from foundation.outbox import outbox, successors
from foundation.outbox.outbox import Addressee
from helpdesk.models import Message, Ticket
from helpdesk.notices import followers
from helpdesk.service_levels import commitments
from helpdesk.tickets.readers import readers_of

successors.nobody_else("copy:", "a copy is for whoever asked for it; the requester has the letter itself")


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


def received(
    ticket: Ticket, promises: Sequence[commitments.Commitment], again: int | None = None, answers: str = ""
) -> None:
    """ "We have it": the number and the promised times. Does nothing where nobody reads letters.

    `again` is the entry of the correction by which somebody else has become the reader; `answers` the
    Message-ID of the letter it was told by.
    """
    reader = reader_of(ticket)
    if reader is None:
        return
    key = f"ticket:{ticket.number}:received" + (f":{again}" if again else "")
    with language_of(reader):
        words = _("We have received your ticket %(number)s.") % {"number": ticket.number}
        text = with_promises(ticket, [words], promises)
    outbox.email(key, reader.email, subject_of(ticket), text, thread=ticket.number, answers=answers)


def corrected(ticket: Ticket, promises: Sequence[commitments.Commitment], correction: int) -> None:
    """How it is filed was put right and the promised times moved; `correction` is its entry in the record."""
    reader = reader_of(ticket)
    if reader is None:
        return
    with language_of(reader):
        words = [
            _("We have corrected how your ticket %(number)s is filed.") % {"number": ticket.number},
            _("Module: %(module)s") % {"module": ticket.component.name},
        ]
        text = with_promises(ticket, words, promises)
    key = f"ticket:{ticket.number}:corrected:{correction}"
    outbox.email(key, reader.email, subject_of(ticket), text, thread=ticket.number)


def merged(ticket: Ticket, kept: Ticket, entry: int) -> None:
    """Told once to whoever reads of the merged one: where it is looked after from now on."""
    say_where(
        ticket,
        kept,
        f"ticket:{ticket.number}:merged:{entry}",
        gettext_noop(
            "Your ticket %(number)s is about the same as %(kept)s. We look after both in %(kept)s: our answers come"
            " there, and whatever you write to either number arrives there."
        ),
    )


def separated(ticket: Ticket, kept: Ticket, entry: int) -> None:
    say_where(
        ticket,
        ticket,
        f"ticket:{ticket.number}:separated:{entry}",
        gettext_noop("We look after your ticket %(number)s by itself again. Nothing of it was lost."),
    )


def say_where(ticket: Ticket, place: Ticket, key: str, sentence: str) -> None:
    reader = reader_of(ticket)
    if reader is None:
        return
    with language_of(reader):
        text = _(sentence) % {"number": ticket.number, "kept": place.number}
    outbox.email(key, reader.email, subject_of(ticket), f"{text}\n\n{page_of(place)}", thread=ticket.number)


def with_promises(ticket: Ticket, words: Sequence[str], promises: Sequence[commitments.Commitment]) -> str:
    """These words, the class, the promised times, and where the ticket is read."""
    times = [promise_line(promise) for promise in promises if promise.due_at]
    return "\n".join([*words, str(ticket.get_severity_display()), "", *times, "", page_of(ticket)])


def promise_line(promise: commitments.Commitment) -> str:
    due = date_format(timezone.localtime(promise.due_at), "j F Y l H.i") if promise.due_at else ""
    return _("%(metric)s: by %(due)s") % {"metric": promise.metric_name, "due": due}


def written(message: Message, heard: Collection[str] = ()) -> None:
    """Our reply, on its way to the requester; notes and their own words are not mailed."""
    if message.kind != Message.Kind.PUBLIC or message.side != Message.Side.US:
        return
    ticket = message.ticket
    reader = reader_of(ticket)
    if reader:
        text = f"{message.body}\n\n{page_of(ticket)}"
        conversation: Any = {"thread": ticket.number, "answers": last_letter_of(ticket)}
        outbox.email(f"message:{message.pk}", reader.email, subject_of(ticket), text, **conversation)
    copies(message, reader, heard)


def copies(message: Message, reader: Person | None, heard: Collection[str] = ()) -> None:
    """The same to the people outside the desk who follow it; whoever has the letter, or was in copy, gets none."""
    ticket = message.ticket
    for person in followers.following(ticket):
        if (
            not person.works_at_the_desk
            and person != reader
            and person.email not in heard
            and successors.can_hear(person)
        ):
            text = f"{message.body}\n\n{page_of(ticket)}"
            outbox.email(f"copy:{message.pk}:{person.pk}", person.email, subject_of(ticket), text)


def last_letter_of(ticket: Ticket) -> str:
    """The Message-ID of their last letter, which ours answers; "" where nothing came by mail."""
    theirs = Message.objects.filter(ticket=ticket, mail_id__startswith="<", mail_id__endswith=">").order_by("-pk")
    return theirs.values_list("mail_id", flat=True).first() or ""


def answer_to_all(ticket: Ticket, text: str, reader: Person) -> Addressee:
    """What one recipient of an answer to all is told."""
    return Addressee(
        address=reader.email,
        subject=subject_of(ticket),
        text=f"{text}\n\n{page_of(ticket)}",
        reference=ticket.number,
        thread=ticket.number,
    )
