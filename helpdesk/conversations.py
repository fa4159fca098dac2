"""What the two ticket pages show: reads that join several tables, as small frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from foundation.directory.models import Person
from helpdesk.commitments import AGREEMENTS, Commitment, clocks_of, of_clocks, soonest
from helpdesk.models import Message, Ticket, TicketLink
from monitoring import health, outages
from monitoring.models import Outage

OTHER_TICKETS = 5
UNREAD_OF_AUTHOR = ("author__password", "author__search_text", "author__sort_key", "author__phone")


@dataclass(frozen=True)
class Conversation:
    """One ticket with everything that is said and promised about it."""

    ticket: Ticket
    messages: Sequence[Message]
    commitments: Sequence[Commitment]
    agreements: Sequence[Commitment]
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
    others: Sequence["OtherTicket"]
    has_more: bool


class OtherTicket(NamedTuple):
    """Another open ticket of the same municipality."""

    number: str
    subject: str


def of(ticket: Ticket, person: Person) -> Conversation:
    """The conversation as this person may read it."""
    messages = Message.objects.visible_to(person).filter(ticket=ticket)
    clocks = clocks_of(ticket)
    return Conversation(
        ticket=ticket,
        messages=list(messages.select_related("author").defer(*UNREAD_OF_AUTHOR).prefetch_related("attachments")),
        commitments=of_clocks(clocks),
        agreements=of_clocks(clocks, AGREEMENTS) if person.works_at_the_desk else [],
        link=ticket.links.standing().select_related("incident__outage").first(),
    )


def around(ticket: Ticket) -> Surroundings:
    """The municipality's line, what is broken for it, and what else it asks us now.

    Three reads of a few rows each, however many tickets the municipality has filed.
    """
    open_ones = Ticket.objects.open().filter(municipality=ticket.municipality_id).exclude(pk=ticket.pk)
    others = open_ones.order_by("-id").values_list("number", "subject")[: OTHER_TICKETS + 1]
    found = [OtherTicket(*other) for other in others]
    outage = outages.covering(ticket.municipality, ticket.component)
    return Surroundings(
        node_answers=health.node_answers(ticket.municipality),
        module_works=outage is None,
        outage=outage,
        others=found[:OTHER_TICKETS],
        has_more=len(found) > OTHER_TICKETS,
    )
