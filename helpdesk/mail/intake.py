"""One letter, one verb. The same letter again changes nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from foundation.directory.models import Component, Municipality, Person
from foundation.language import texts
from foundation.wire.files import draft_uploads, uploads
from helpdesk import tickets
from helpdesk.mail import auto_replies, quotes
from helpdesk.models import Message, Ticket
from helpdesk.tickets.forms import UNKNOWN_MODULE
from helpdesk.tickets.intake import attach

NUMBER = re.compile(r"\bDST-\d{4}-\d{6,}\b", re.IGNORECASE)
LONGEST_SUBJECT = 160


@dataclass(frozen=True)
class Letter:
    """What we read of an e-mail. `headers` by lower-case name; `text` is the plain part.

    `is_cut`: it was too large to be read to its end, so its files are missing.
    """

    message_id: str
    sender: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()
    is_cut: bool = False


def deliver(letter: Letter) -> Ticket | None:
    """File it, or add it to its ticket. None for letters nobody answers and for unknown senders.

    Who writes is decided by the address on an account; the number in the subject opens
    only what that person may see.
    """
    if auto_replies.reason_to_ignore(letter.headers, letter.sender, letter.subject, settings.DEFAULT_FROM_EMAIL):
        return None
    letter = replace(letter, subject=texts.line(letter.subject), text=texts.paragraphs(letter.text))
    person = Person.objects.filter(email=letter.sender.strip().lower(), is_active=True).first()
    home = person.own_municipality if person else None
    if person is None or home is None:
        return None
    files = [accepted.file for accepted in draft_uploads.acceptable(letter.files)][: uploads.MOST]
    letter = replace(letter, text=text_of(letter, len(files)), files=files)
    ticket = ticket_named_in(letter.subject, person)
    if ticket is None or ticket.status == Ticket.Status.WITHDRAWN:
        return file_once(person, home, letter)
    return speak_once(ticket, person, letter)


def text_of(letter: Letter, taken: int) -> str:
    """What the writer wrote, and a word about files that could not be taken."""
    body = quotes.written(letter.text)
    if not letter.is_cut and taken == len(letter.files):
        return body
    with translation.override("tr"):
        note = _("Some files of this letter could not be taken. Please add them in the portal.")
    return f"{body}\n\n[{note}]" if body else f"[{note}]"


def ticket_named_in(subject: str, person: Person) -> Ticket | None:
    named = NUMBER.search(subject)
    if named is None:
        return None
    visible = Ticket.objects.visible_to(person).select_related("municipality", "component", "requester")
    return visible.filter(number=named[0].upper()).first()


@transaction.atomic
def speak_once(ticket: Ticket, person: Person, letter: Letter) -> Ticket:
    """A reply, or "it is still broken here" after the end; the unique Message-ID lets the first delivery through.

    A thank-you after the end is read by nobody and reopens nothing.
    """
    mail_id = letter.message_id[:255] or None
    if mail_id and Message.objects.filter(mail_id=mail_id).exists():
        return ticket
    if ticket.is_open:
        tickets.reply(ticket, by=person, body=letter.text or letter.subject)
    elif not letter.files and quotes.only_thanks(letter.text):
        return ticket
    else:
        tickets.reopen(ticket, by=person, reason=letter.text or letter.subject)
    newest = Message.objects.filter(ticket=ticket, author=person).latest("pk")
    Message.objects.filter(pk=newest.pk).update(mail_id=mail_id)
    attach(newest, letter.files)
    return ticket


def file_once(person: Person, home: Municipality, letter: Letter) -> Ticket:
    """A new ticket without a module yet; the desk grades and routes it."""
    subject = NUMBER.sub("", letter.subject).replace("[]", "").strip() or letter.text[:80] or _("(no subject)")
    return tickets.submit(
        municipality=home,
        component=Component.objects.get(pk=UNKNOWN_MODULE),
        subject=subject[:LONGEST_SUBJECT],
        body=letter.text or subject,
        impact=Ticket.Impact.FEW,
        urgency=Ticket.Urgency.HINDERED,
        by=person,
        channel=Ticket.Channel.EMAIL,
        attachments=letter.files,
        token=f"mail:{letter.message_id}" if letter.message_id else "",
    )
