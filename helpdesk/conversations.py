"""What the two ticket pages show: reads that join several tables, as small frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from foundation.directory.models import Person
from helpdesk.commitments import Commitment, of_ticket, soonest
from helpdesk.models import Message, Ticket, TicketLink
from monitoring import health, outages
from monitoring.models import Outage

OTHER_TICKETS = 5


@dataclass(frozen=True)
class Conversation:
    """One ticket with everything that is said and promised about it."""

    ticket: Ticket
    messages: Sequence[Message]
    commitments: Sequence[Commitment]
    link: TicketLink | None

    @property
    def next_commitment(self) -> Commitment | None:
        """The promise that falls due next."""
        return soonest(self.commitments)


@dataclass(frozen=True)
class Surroundings:
    """What an agent should know about the municipality before answering."""

    node_answers: bool
    module_works: bool
    outage: Outage | None
    others: Sequence[Ticket]
    open_count: int
    ended_count: int


def of(ticket: Ticket, person: Person) -> Conversation:
    """The conversation as this person may read it."""
    messages = Message.objects.visible_to(person).filter(ticket=ticket)
    return Conversation(
        ticket=ticket,
        messages=list(messages.select_related("author").prefetch_related("attachments")),
        commitments=of_ticket(ticket),
        link=ticket.links.standing().select_related("incident__outage").first(),
    )


def around(ticket: Ticket) -> Surroundings:
    """The municipality's line, what is broken for it, and what else it asked us."""
    others = Ticket.objects.filter(municipality=ticket.municipality).exclude(pk=ticket.pk)
    counted = others.aggregate(
        open=Count("pk", filter=Q(ended_at=None)), ended=Count("pk", filter=Q(ended_at__isnull=False))
    )
    outage = outages.covering(ticket.municipality, ticket.component)
    return Surroundings(
        node_answers=health.node_answers(ticket.municipality),
        module_works=outage is None,
        outage=outage,
        others=list(others.open().defer("search_text").order_by("-id")[:OTHER_TICKETS]),
        open_count=counted["open"],
        ended_count=counted["ended"],
    )
