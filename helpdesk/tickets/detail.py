"""What the two ticket pages show: reads that join several tables, as small frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models.functions import Left

from foundation.directory.models import Person
from helpdesk import providers
from helpdesk.models import Message, ReceivedLetter, Ticket, TicketLink
from helpdesk.models.letters import LetterState
from helpdesk.service_levels.commitments import AGREEMENTS, Commitment, clocks_of, of_clocks, soonest
from monitoring import outages
from monitoring.models import Outage
from monitoring.nodes import health

OTHER_TICKETS = 5
LETTERS_BESIDE = 10
SAID = ("pk", "ticket__number", "kind", "side", "incident_id", "author__name", "author_name", "body", "created_at")
LETTER = ("letter__pk", "letter__proof", Left("letter__text", 3_000))
ENCLOSED = ("attachments__pk", "attachments__name", "attachments__size", "attachments__verdict")


class EnclosedFile(NamedTuple):
    """A file that came with a message; `size` in bytes."""

    pk: int
    name: str
    size: int
    verdict: str


@dataclass(frozen=True)
class Said:
    """One message as the page shows it. `name` is empty where nobody's is known."""

    pk: int
    number: str
    kind: str
    side: str
    is_for_all: bool
    name: str
    body: str
    created_at: datetime
    files: Sequence[EnclosedFile]
    letter: int | None = None
    letter_proof: str = ""
    letter_text: str = ""
    changes: Sequence = ()  # what happened to the ticket since the message before (`window.history`)


@dataclass(frozen=True)
class Conversation:
    """One ticket with everything that is said and promised about it."""

    ticket: Ticket
    messages: Sequence[Said]
    commitments: Sequence[Commitment]
    agreements: Sequence[Commitment]
    link: TicketLink | None
    letters: Sequence[ReceivedLetter] = ()
    changes: Sequence = ()  # since the last message

    @property
    def last_reply(self) -> int | None:
        """The last message of ours that the municipality reads."""
        ours = [said.pk for said in self.messages if said.kind == Message.Kind.PUBLIC and said.side == Message.Side.US]
        return ours[-1] if ours else None

    @property
    def taken_in(self) -> list[str]:
        """Numbers of the tickets that went into it: their words stand among its own."""
        return [
            number for number in dict.fromkeys(said.number for said in self.messages) if number != self.ticket.number
        ]

    @property
    def newest(self) -> int:
        """The last message that is shown; 0 where there is none."""
        return self.messages[-1].pk if self.messages else 0

    @property
    def next_commitment(self) -> Commitment | None:
        """The promise that falls due next."""
        return soonest(self.commitments)


@dataclass(frozen=True)
class TicketContext:
    """What an agent should know about the municipality before answering."""

    node_answers: bool
    module_works: bool
    outage: Outage | None
    others: Sequence["OtherTicket"]
    has_more: bool
    told: Sequence[providers.ToldLately]


class OtherTicket(NamedTuple):
    """Another open ticket of the same municipality."""

    number: str
    subject: str


def of(ticket: Ticket, person: Person) -> Conversation:
    """The conversation as this person may read it."""
    clocks = clocks_of(ticket)
    return Conversation(
        ticket=ticket,
        messages=said_in(ticket, person),
        commitments=of_clocks(clocks),
        agreements=of_clocks(clocks, AGREEMENTS) if person.works_at_the_desk else [],
        link=ticket.links.standing().select_related("incident__outage", "linked_by").first(),
        letters=letters_beside(ticket) if person.works_at_the_desk else [],
    )


def said_in(ticket: Ticket, person: Person) -> list[Said]:
    """What this person may read, oldest first: one query, files and names of writers included."""
    visible = Message.objects.visible_to(person).told_in(ticket).order_by("pk", "attachments__pk")
    lines = visible.values_list(*SAID, *LETTER, *ENCLOSED)
    return [said_of(list(together)) for _pk, together in groupby(lines, key=itemgetter(0))]


def said_of(lines: Sequence[tuple]) -> Said:
    """One message from its lines, which differ in the file only."""
    head = len(SAID) + len(LETTER)
    pk, number, kind, side, incident, author, author_name, body, created_at, *letter = lines[0][:head]
    files = [EnclosedFile(*line[head:]) for line in lines if line[head]]
    name = author or author_name
    return Said(
        pk,
        number,
        kind,
        side,
        incident is not None,
        name,
        body,
        created_at,
        files,
        letter[0],
        letter[1] or "",
        letter[2] or "",
    )


def letters_beside(ticket: Ticket) -> list[ReceivedLetter]:
    """Letters about it whose words are not in it, and why; for the desk."""
    beside = ReceivedLetter.objects.filter(ticket=ticket).exclude(state=LetterState.FILED).defer("page")
    return list(beside.order_by("-pk")[:LETTERS_BESIDE])


def around(ticket: Ticket, person: Person) -> TicketContext:
    """The municipality's line, what is broken for it, and what else it asks us now.

    Three reads of a few rows each, however many tickets the municipality has filed; `told` is what
    crisis messages said to it lately, as whoever sends them answers.
    """
    open_ones = (
        Ticket.objects.visible_to(person).open().filter(municipality=ticket.municipality_id).exclude(pk=ticket.pk)
    )
    others = open_ones.order_by("-id").values_list("number", "subject")[: OTHER_TICKETS + 1]
    tickets = [OtherTicket(*other) for other in others]
    outage = outages.covering(ticket.municipality, ticket.component)
    return TicketContext(
        node_answers=health.node_answers(ticket.municipality),
        module_works=outage is None,
        outage=outage,
        others=tickets[:OTHER_TICKETS],
        has_more=len(tickets) > OTHER_TICKETS,
        told=[message for told_to in providers.told_lately for message in told_to(ticket.municipality)],
    )
