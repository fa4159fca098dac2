"""Which ticket a letter is about: by our signed Message-IDs, by the signed address it was sent to, by its own earlier
letters, by the number in its subject. A name says which one is meant; whether it opens is said by who writes."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings

from foundation.directory.models import Municipality, Person
from foundation.outbox.letters import threads
from foundation.outbox.models import OutboxMessage
from helpdesk.mail.parsing import Letter
from helpdesk.models import MergedTicket, Message, ReceivedLetter, Ticket

NUMBER = re.compile(r"\bDST-\d{4}-\d{6,}\b", re.IGNORECASE)
ANY_ID = re.compile(r"<[^<>\s]{1,250}>")
MOST_IDS = 60
MOST_KNOWN = 60  # of each kind, the newest first
LONGEST_KNOWN = 100_000  # characters


@dataclass(frozen=True)
class NamedTicket:
    """`is_signed`: by a name that only a letter of ours can have told."""

    ticket: Ticket | None
    is_signed: bool = False


def own_addresses() -> set[str]:
    ours = [settings.DEFAULT_FROM_EMAIL, settings.MAIL_REPLY_TO.replace(f"+{threads.PLACE}", "")]
    return {address.lower() for address in (parseaddr(each)[1] for each in ours) if address}


def named_by(letter: Letter) -> NamedTicket:
    ids = f"{letter.headers.get('references', '')} {letter.headers.get('in-reply-to', '')}"
    addresses = letter.addresses("to", "cc", "delivered-to", "x-original-to", "envelope-to")
    signed = [thread for thread, _part in threads.named_in_ids(ids)] + threads.named_in_addresses(addresses)
    for thread in dict.fromkeys(signed):
        if ticket := ticket_of(thread):
            return NamedTicket(ticket, is_signed=True)
    earlier = Message.objects.filter(mail_id__in=ANY_ID.findall(ids)[-MOST_IDS:]).order_by("-pk")
    number = NUMBER.search(letter.subject)
    return NamedTicket(
        ticket_of(earlier.values_list("ticket__number", flat=True).first() or (number[0] if number else ""))
    )


def ticket_of(number: str) -> Ticket | None:
    """The ticket of this number, or the one that it was merged into."""
    known = Ticket.objects.select_related("municipality", "component", "requester", "assignee")
    named = known.filter(number=number.upper()).first() if number else None
    return MergedTicket.objects.end_of(named) if named else None


def open_to(named: NamedTicket, person: Person | None, home: Municipality | None) -> Ticket | None:
    """The ticket, if whoever writes may speak in it."""
    if named.ticket is None:
        return None
    if person is not None:
        return named.ticket if Ticket.objects.visible_to(person).contains(named.ticket) else None
    is_theirs = home is not None and named.ticket.municipality_id == home.pk and not named.ticket.is_restricted
    return named.ticket if is_theirs else None


def said_in(ticket: Ticket) -> str:
    """Everything that both sides have read of it already, newest first: what a quotation can hold."""
    messages = list(Message.objects.told_in(ticket).filter(kind=Message.Kind.PUBLIC).order_by("-pk")[:MOST_KNOWN])
    keys = [f"ticket:{ticket.number}:received", *(f"message:{message.pk}" for message in messages)]
    sent = OutboxMessage.objects.filter(batch__key__in=keys, is_sealed=False).order_by("-pk")
    letters = ReceivedLetter.objects.filter(ticket=ticket, message__isnull=False).order_by("-pk")
    texts = [
        *sent.values_list("text", flat=True)[:MOST_KNOWN],
        *letters.values_list("text", flat=True)[:MOST_KNOWN],
        *(message.body for message in messages),
    ]
    return "\n".join([*texts, ticket.subject])[:LONGEST_KNOWN]
