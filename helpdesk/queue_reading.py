"""The desk's queue: which tickets, in which order, with what each row shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from foundation.directory.models import Person
from foundation.wire import paging
from helpdesk import commitments
from helpdesk.models import Ticket, TicketLink

PAGE = 50
BY_DUE = ("next_due_at", "pk")
NEWEST = ("-pk",)


@dataclass(frozen=True)
class Wanted:
    """What an agent asked to see; every field as it stood in the address."""

    view: str = "mine"
    words: str = ""
    severity: str = ""
    component: str = ""
    status: str = ""
    cursor: str = ""

    VIEWS = ("mine", "team", "unclaimed", "all", "ended")

    @classmethod
    def from_query(cls, query) -> "Wanted":
        """Unknown values are left out instead of refused: an old bookmark still opens."""
        view = query.get("view", "")
        words = query.get("q", "").strip()[:200].replace("\x00", "")
        severity, status = query.get("severity", ""), query.get("status", "")
        return cls(
            view=view if view in cls.VIEWS else "all" if words else "mine",
            words=words,
            severity=severity if severity in Ticket.Severity else "",
            component=query.get("component", "")[:20],
            status=status if status in Ticket.Status else "",
            cursor=query.get("cursor", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.severity or self.component or self.status)


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    ticket: Ticket
    due: commitments.Commitment | None
    is_linked: bool


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    next: str | None


def page(wanted: Wanted, person: Person) -> Page:
    """Up to `PAGE` rows after the cursor: three queries, however many tickets there are."""
    order = NEWEST if wanted.view == "ended" else BY_DUE
    found = selected(wanted, person).select_related("municipality", "component", "assignee").defer("search_text")
    tickets, following = paging.page(found, order=order, cursor=wanted.cursor or None, limit=PAGE)
    return Page(rows_of(tickets), following)


def selected(wanted: Wanted, person: Person) -> QuerySet[Ticket]:
    """The tickets asked for, unordered."""
    tickets = Ticket.objects.visible_to(person)
    tickets = tickets.ended() if wanted.view == "ended" else tickets.open()
    if wanted.view == "mine":
        tickets = tickets.filter(assignee=person)
    elif wanted.view == "team":
        tickets = tickets.filter(queue__team__members=person)
    elif wanted.view == "unclaimed":
        tickets = tickets.filter(assignee=None)
    if wanted.severity:
        tickets = tickets.filter(severity=wanted.severity)
    if wanted.component:
        tickets = tickets.filter(component=wanted.component)
    if wanted.status:
        tickets = tickets.filter(status=wanted.status)
    return tickets.matching(wanted.words) if wanted.words else tickets


def rows_of(tickets: Sequence[Ticket]) -> list[Row]:
    """The tickets with their next deadline and whether an incident explains them."""
    promises = commitments.of_tickets(tickets)
    linked = set(TicketLink.objects.standing().filter(ticket__in=tickets).values_list("ticket_id", flat=True))
    return [Row(ticket, commitments.soonest(promises.get(ticket.pk, [])), ticket.pk in linked) for ticket in tickets]
