"""The desk's queue: which tickets, in which order, with what each row shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.directory.models import Component, Person
from foundation.directory.models.places import name_column
from foundation.language import texts
from foundation.wire.api import paging
from helpdesk.models import RESTING, Ticket, TicketLink
from helpdesk.search import finding
from helpdesk.service_levels import commitments

PAGE = 50
FEW, WAITING_BESIDE = 8, 12
REMEMBERED_FOR = 60  # seconds
BY_DUE = ("next_due_at", "pk")
NEWEST = ("-pk",)


@dataclass(frozen=True)
class QueueFilter:
    """What an agent asked to see; every field as it stood in the address."""

    view: str = "mine"
    words: str = ""
    severity: str = ""
    component: str = ""
    status: str = ""
    cursor: str = ""

    VIEWS = ("mine", "team", "unclaimed", "all", "ended")

    @classmethod
    def from_query(cls, query) -> "QueueFilter":
        """Unknown values are left out instead of refused: an old bookmark still opens."""
        view = query.get("view", "")
        words = texts.sought(query.get("q", ""))
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
    """One line of the queue, read as values: a page draws fifty of them."""

    number: str
    subject: str
    severity: str
    status: str
    municipality: str
    municipality_in_full: str
    component: str
    assignee: str
    due: commitments.RunningDeadline | None
    is_open: bool
    is_resting: bool
    is_linked: bool

    def get_status_display(self) -> str:
        return str(Ticket.Status(self.status).label)

    def select_words(self) -> str:
        return _("Select %(number)s") % {"number": self.number}


@dataclass(frozen=True)
class QueuePage:
    rows: Sequence[Row]
    next: str | None


def page(wanted: QueueFilter, person: Person) -> QueuePage:
    """Up to `PAGE` rows after the cursor: two queries, however many tickets there are."""
    order = NEWEST if wanted.view == "ended" else BY_DUE
    selection = lines(wanted, person)
    tickets, following = paging.page(selection, order=order, cursor=wanted.cursor or None, limit=PAGE)
    return QueuePage(rows_of(tickets), following)


def waiting_beside(own: QueuePage, wanted: QueueFilter, person: Person) -> list[Row]:
    """Below one's own few tickets, those due first that nobody has; nothing on any other page."""
    if wanted.view != "mine" or wanted.is_narrowed or wanted.cursor or len(own.rows) >= FEW:
        return []
    unclaimed = lines(replace(wanted, view="unclaimed"), person).order_by(*BY_DUE)
    return rows_of(list(unclaimed[:WAITING_BESIDE]))


def modules_to_choose_from() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of each, read at most once a minute."""
    key = f"helpdesk.modules:{get_language()}"
    modules = cache.get(key)
    if modules is None:
        modules = Component.objects.choices()
        cache.set(key, modules, REMEMBERED_FOR)
    return modules


def lines(wanted: QueueFilter, person: Person) -> QuerySet:
    """The tickets asked for as named values: what a row shows, the module in the reader's language.

    Their names are those of `Ticket`, so that a cursor can be made of them.
    """
    shown = ("id", "number", "subject", "severity", "status", "next_due_at", "ended_at", "is_linked")
    joined = ("municipality__name", "municipality__full_name", "assignee__name", name_column("component__"))
    linked = Exists(TicketLink.objects.standing().filter(ticket=OuterRef("pk")))
    return selected(wanted, person).annotate(is_linked=linked).values_list(*shown, *joined, named=True)


def selected(wanted: QueueFilter, person: Person) -> QuerySet[Ticket]:
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
    return finding.narrowed(tickets, wanted.words, person) if wanted.words else tickets


def rows_of(tickets: Sequence) -> list[Row]:
    """The tickets with their next deadline."""
    deadlines = commitments.next_deadlines([ticket.id for ticket in tickets])
    return [
        Row(
            number=ticket.number,
            subject=ticket.subject,
            severity=ticket.severity,
            status=ticket.status,
            municipality=ticket.municipality__name,
            municipality_in_full=ticket.municipality__full_name,
            component=ticket[-1],
            assignee=ticket.assignee__name,
            due=deadlines.get(ticket.id),
            is_open=ticket.ended_at is None,
            is_resting=ticket.next_due_at >= RESTING,
            is_linked=ticket.is_linked,
        )
        for ticket in tickets
    ]
