"""The desk's queue: which tickets, in which order, with what each row shows."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.directory.models import Component, Person
from foundation.directory.models.places import name_column
from foundation.language import texts
from foundation.wire.api import paging
from helpdesk.models import RESTING, SavedView, Snooze, SnoozeEvent, Ticket, TicketLink
from helpdesk.models.saved_views import QueueColumn, Sorting
from helpdesk.models.snoozes import is_snoozed
from helpdesk.search import bounds, finding, operators
from helpdesk.search.finding import Narrowing
from helpdesk.service_levels import commitments

PAGE = 50
FEW, WAITING_BESIDE = 8, 12
REMEMBERED_FOR = 60  # seconds
BY_DUE = ("next_due_at", "pk")
NEWEST = ("-pk",)
ORDERS = {
    Sorting.DUE: BY_DUE,
    Sorting.SEVERITY: ("severity", "next_due_at", "pk"),
    Sorting.NEWEST: NEWEST,
    Sorting.OLDEST: ("pk",),
}


@dataclass(frozen=True)
class QueueFilter:
    """What an agent asked to see; every field as it stood in the address.

    `view` is one of `VIEWS` or the key of a saved one, which is `saved` while this person may see it.
    """

    view: str = "mine"
    words: str = ""
    severity: str = ""
    component: str = ""
    status: str = ""
    cursor: str = ""
    saved: SavedView | None = None

    VIEWS = ("mine", "team", "unclaimed", "all", "snoozed", "ended")

    @classmethod
    def from_query(cls, query, person: Person) -> "QueueFilter":
        """Unknown values are left out instead of refused: an old bookmark still opens."""
        view = query.get("view", "")
        key = int(view) if view.isascii() and view.isdecimal() and len(view) < 10 else None
        words = texts.sought(query.get("q", ""))
        severity, status = query.get("severity", ""), query.get("status", "")
        return cls(
            view=view if view in cls.VIEWS or key else "all" if words else "mine",
            saved=SavedView.objects.visible_to(person).select_related("team").filter(pk=key).first() if key else None,
            words=words,
            severity=severity if severity in Ticket.Severity else "",
            component=query.get("component", "")[:20],
            status=status if status in Ticket.Status else "",
            cursor=query.get("cursor", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.severity or self.component or self.status)

    @property
    def is_gone(self) -> bool:
        """A saved view was asked for that is deleted, or no longer shared with this person."""
        return self.saved is None and self.view not in self.VIEWS

    @property
    def columns(self) -> list[str] | None:
        """Those of a saved view, in the order in which a row shows them."""
        return [column.value for column in QueueColumn if column in self.saved.columns] if self.saved else None

    def asked(self, person: Person) -> list[Narrowing]:
        """The saved question and what is typed beside it."""
        texts_asked = (self.saved.question if self.saved else "", self.words)
        return [finding.narrowing(text, person) for text in texts_asked if text]


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
    opened: datetime | None = None
    province: str | None = None
    queue: str | None = None
    requester: str | None = None
    back_at: datetime | None = None
    back_on: str | None = None

    def get_status_display(self) -> str:
        return str(Ticket.Status(self.status).label)

    @property
    def back_words(self) -> str:
        """When it comes back, where a list shows those put aside."""
        if self.back_at:
            return _("back: %(when)s") % {"when": date_format(timezone.localtime(self.back_at), "j M D H.i")}
        return str(SnoozeEvent(self.back_on).label) if self.back_on else ""

    def select_words(self) -> str:
        return _("Select %(number)s") % {"number": self.number}


@dataclass(frozen=True)
class QueuePage:
    """`problems` are sentences about a question that means nothing any more; then there are no rows."""

    rows: Sequence[Row]
    next: str | None
    problems: Sequence[str] = ()


def page(wanted: QueueFilter, person: Person) -> QueuePage:
    """Up to `PAGE` rows after the cursor: two queries, however many tickets there are.

    Raises `SearchTooBroad` where words or a saved question take too long.
    """
    with bounds.at_most() if wanted.saved or wanted.words else nullcontext():
        asked = wanted.asked(person)
        selection, order = lines(wanted, person, asked), order_of(wanted, asked)
        tickets, following = paging.page(selection, order=order, cursor=wanted.cursor or None, limit=PAGE)
    return QueuePage(rows_of(tickets), following, [problem for each in asked for problem in each.problems])


def order_of(wanted: QueueFilter, asked: Sequence[Narrowing]) -> tuple[str, ...]:
    """That of the view. Where closed tickets are asked for, too, nothing is due first: then the newest."""
    sorting = wanted.saved.sorting if wanted.saved else Sorting.NEWEST if wanted.view == "ended" else Sorting.DUE
    of_open_ones = sorting in (Sorting.DUE, Sorting.SEVERITY)
    return NEWEST if of_open_ones and names_a_status(asked) else ORDERS[Sorting(sorting)]


def names_a_status(asked: Sequence[Narrowing]) -> bool:
    return any(each.question.asks_for("status") for each in asked)


def names_snoozed(asked: Sequence[Narrowing]) -> bool:
    """Whether the words ask for those put aside, too: `durum:ertelenen`, `durum:açık`, `durum:hepsi`."""
    return any(operators.shows_snoozed(each.question) for each in asked)


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


def lines(wanted: QueueFilter, person: Person, asked: Sequence[Narrowing] | None = None) -> QuerySet:
    """The tickets asked for as named values: what a row shows, the module in the reader's language.

    Their names are those of `Ticket`, so that a cursor can be made of them.
    """
    shown = ("id", "number", "subject", "severity", "status", "next_due_at", "ended_at", "is_linked")
    joined = ("municipality__name", "municipality__full_name", "assignee__name", name_column("component__"))
    more = [source for column, source in more_columns().items() if column in (wanted.columns or ())]
    linked = Exists(TicketLink.objects.standing().filter(ticket=OuterRef("pk")))
    selection = selected(wanted, person, asked).annotate(is_linked=linked)
    if wanted.view == "snoozed" or names_snoozed(asked or ()):
        standing = Snooze.objects.standing().filter(ticket=OuterRef("pk"))
        back = {"back_at": Subquery(standing.values("until")[:1]), "back_on": Subquery(standing.values("event")[:1])}
        selection, more = selection.annotate(**back), [*more, *back]
    return selection.values_list(*shown, *joined, *more, named=True)


def more_columns() -> dict[str, str]:
    """What a saved view may show beside the usual → where it stands."""
    return {
        "opened": "created_at",
        "province": "municipality__province__name",
        "queue": name_column("queue__"),
        "requester": "requester__name",
    }


def selected(wanted: QueueFilter, person: Person, asked: Sequence[Narrowing] | None = None) -> QuerySet[Ticket]:
    """The tickets asked for, unordered; `asked` is `wanted.asked(person)`. Open ones, unless a status is named;
    none that is put aside, unless those are asked for."""
    if wanted.is_gone:
        return Ticket.objects.none()
    asked = wanted.asked(person) if asked is None else asked
    tickets = Ticket.objects.visible_to(person)
    if wanted.view == "ended":
        tickets = tickets.ended()
    elif not names_a_status(asked):
        tickets = tickets.open()
    if wanted.view == "mine":
        tickets = tickets.filter(assignee=person)
    elif wanted.view == "team":
        tickets = tickets.filter(queue__team__members=person)
    elif wanted.view == "unclaimed":
        tickets = tickets.filter(assignee=None)
    if wanted.view == "snoozed":
        tickets = tickets.filter(is_snoozed())
    elif wanted.view != "ended" and not names_snoozed(asked):
        tickets = tickets.filter(~is_snoozed())
    if wanted.severity:
        tickets = tickets.filter(severity=wanted.severity)
    if wanted.component:
        tickets = tickets.filter(component=wanted.component)
    if wanted.status:
        tickets = tickets.filter(status=wanted.status)
    narrowed: QuerySet[Ticket] = tickets
    for each in asked:
        narrowed = each.of(narrowed)
    return narrowed


def rows_of(tickets: Sequence) -> list[Row]:
    """The tickets with their next deadline."""
    deadlines = commitments.next_deadlines([ticket.id for ticket in tickets])
    module, more = name_column("component__"), more_columns()
    return [
        Row(
            number=ticket.number,
            subject=ticket.subject,
            severity=ticket.severity,
            status=ticket.status,
            municipality=ticket.municipality__name,
            municipality_in_full=ticket.municipality__full_name,
            component=getattr(ticket, module),
            assignee=ticket.assignee__name,
            due=deadlines.get(ticket.id),
            is_open=ticket.ended_at is None,
            is_resting=ticket.next_due_at >= RESTING,
            is_linked=ticket.is_linked,
            **{column: getattr(ticket, source, None) for column, source in more.items()},
            back_at=getattr(ticket, "back_at", None),
            back_on=getattr(ticket, "back_on", None),
        )
        for ticket in tickets
    ]
