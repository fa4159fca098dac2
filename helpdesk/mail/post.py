"""One letter, one verb. The same letter again changes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from foundation.directory.models import Component, Municipality, Person
from helpdesk import tickets
from helpdesk.forms import UNKNOWN_MODULE
from helpdesk.mail import guards, trimming
from helpdesk.models import Message, Ticket

NUMBER = re.compile(r"\bDST-\d{4}-\d{6,}\b", re.IGNORECASE)
LONGEST_SUBJECT = 160


@dataclass(frozen=True)
class Letter:
    """What we read of an e-mail. `headers` by lower-case name; `text` is the plain part."""

    message_id: str
    sender: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def deliver(letter: Letter) -> Ticket | None:
    """File it, or add it to its ticket. None for letters nobody answers and for unknown senders.

    Who writes is decided by the address on an account; the number in the subject opens
    only what that person may see.
    """
    if guards.reason_to_ignore(letter.headers, letter.sender, letter.subject, settings.DEFAULT_FROM_EMAIL):
        return None
    person = Person.objects.filter(email=letter.sender.strip().lower(), is_active=True).first()
    home = person.own_municipality if person else None
    if person is None or home is None:
        return None
    body = trimming.written(letter.text)
    ticket = ticket_named_in(letter.subject, person)
    if ticket is None or ticket.status == Ticket.Status.WITHDRAWN:
        return file_once(person, home, letter, body)
    return speak_once(ticket, person, letter, body)


def ticket_named_in(subject: str, person: Person) -> Ticket | None:
    named = NUMBER.search(subject)
    if named is None:
        return None
    visible = Ticket.objects.visible_to(person).select_related("municipality", "component", "requester")
    return visible.filter(number=named[0].upper()).first()


@transaction.atomic
def speak_once(ticket: Ticket, person: Person, letter: Letter, body: str) -> Ticket:
    """A reply, or "it is still broken here" after the end; the unique Message-ID lets the first delivery through.

    A thank-you after the end is read by nobody and reopens nothing.
    """
    mail_id = letter.message_id[:255] or None
    if mail_id and Message.objects.filter(mail_id=mail_id).exists():
        return ticket
    if ticket.is_open:
        tickets.reply(ticket, by=person, body=body)
    elif trimming.only_thanks(body):
        return ticket
    else:
        tickets.reopen(ticket, by=person, reason=body)
    newest = Message.objects.filter(ticket=ticket, author=person).order_by("-pk")[:1]
    Message.objects.filter(pk__in=[message.pk for message in newest]).update(mail_id=mail_id)
    return ticket


def file_once(person: Person, home: Municipality, letter: Letter, body: str) -> Ticket:
    """A new ticket without a module yet; the desk grades and routes it."""
    subject = NUMBER.sub("", letter.subject).replace("[]", "").strip() or body[:80]
    return tickets.submit(
        municipality=home,
        component=Component.objects.get(pk=UNKNOWN_MODULE),
        subject=subject[:LONGEST_SUBJECT],
        body=body or subject,
        impact=Ticket.Impact.FEW,
        urgency=Ticket.Urgency.HINDERED,
        by=person,
        channel=Ticket.Channel.EMAIL,
        token=f"mail:{letter.message_id}" if letter.message_id else "",
    )
