"""A message that asks for something else becomes a ticket of its own; nothing is moved.

The words stay where they were written and are filed once more, as they are, in the name of whoever wrote them and
with the moment at which they were told to us: its promises count from then. The two are linked as related. Merging
the new ticket takes the split back.
"""

from collections.abc import Iterator

from django.core.files.base import File
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Component, Person
from foundation.journal import journal
from foundation.language import texts
from foundation.wire.files.scanning import ScanVerdict
from helpdesk import tickets
from helpdesk.links import linking
from helpdesk.models import LinkedTicket, Message, Ticket, TicketRelation
from helpdesk.refusals import RestrictedStandsAlone
from helpdesk.tickets.assignment import require_desk

SPLIT_OFF, SPLIT_FROM = "ticket.split_off", "ticket.split_from"
SUBJECT = 80  # characters of a proposed subject


class NothingToSplit(Refusal):
    sentence = _("Only a later word of the municipality becomes a ticket of its own; the first one is this ticket.")
    status = 422


@transaction.atomic
def split(message: Message, *, subject: str, component: Component, by: Person, token: str = "") -> Ticket:
    """File what a message asks besides. The same `token` again answers the ticket that was filed with it.

    Refused with NothingToSplit: not the municipality's, the first of its ticket, or a note.
    """
    require_desk(by)
    ticket = message.ticket
    linking.hold(ticket)
    ticket.refresh_from_db(fields=["restriction"])
    if ticket.is_restricted:
        raise RestrictedStandsAlone
    if not can_be_split(message):
        raise NothingToSplit
    filed = tickets.submit(
        municipality=ticket.municipality,
        component=component,
        subject=subject,
        body=message.body,
        impact=ticket.impact,
        urgency=ticket.urgency,
        requester=message.author or ticket.requester,
        logged_by=by,
        channel=ticket.channel,
        phone=ticket.phone,
        attachments=files_of(message),
        token=f"split:{message.pk}:{token}" if token else "",
        at=message.created_at,
        named=message.author_name,
    )
    if LinkedTicket.objects.between(filed, ticket).exists():
        return filed
    linking.link(filed, ticket, relation=TicketRelation.RELATED, by=by)
    journal.record(SPLIT_OFF, ticket, by=by, other=filed.number, message=message.pk)
    journal.record(SPLIT_FROM, filed, by=by, other=ticket.number, message=message.pk)
    return filed


def can_be_split(message: Message) -> bool:
    """A word of the municipality that is not the one the ticket was filed with."""
    theirs = message.kind == Message.Kind.PUBLIC and message.side == Message.Side.THEM
    return theirs and Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk).exists()


def proposed_subject(message: Message) -> str:
    """Its first line, whole words of it."""
    first = next((line for line in message.body.splitlines() if line.strip()), "")
    return Truncator(texts.line(first)).chars(SUBJECT)


def files_of(message: Message) -> Iterator[File]:
    """Those that are still there; each is scanned again where it is kept."""
    for each in message.attachments.exclude(verdict=ScanVerdict.INFECTED):
        if each.file.name and each.file.storage.exists(each.file.name):
            yield File(each.file.open("rb"), name=each.name)
