"""The list beside the ticket: the view one came from, and who comes before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from foundation.directory.models import Person
from helpdesk.tickets import queue
from helpdesk.tickets.queue import QueueFilter, Row

OF_THE_LIST = ("view", "q", "severity", "component", "status", "cursor", "sort")


@dataclass(frozen=True)
class Beside:
    """`rows` are one page of the view; `before` and `after` are numbers, empty at its ends."""

    rows: Sequence[Row]
    before: str
    after: str


def of(number: str, query, person: Person) -> Beside:
    """Two queries. A ticket that has left the view is followed by the first of it."""
    rows = queue.page(QueueFilter.from_query(query, person), person).rows
    numbers = [row.number for row in rows]
    at = numbers.index(number) if number in numbers else -1
    before = numbers[at - 1] if at > 0 else ""
    return Beside(rows, before, numbers[at + 1] if at + 1 < len(numbers) else "")


def address_of_list(query, **more: object) -> str:
    """What of an address says which list one came from: "?view=team&severity=S1", or nothing; and `more`."""
    kept = query.copy()
    for name in list(kept):
        if name not in OF_THE_LIST:
            del kept[name]
    kept.update({name: str(value) for name, value in more.items() if value})
    return f"?{kept.urlencode()}" if kept else ""


def page_of(number: str, query, **more: object) -> str:
    """The page of a ticket in the list one came from."""
    return reverse("helpdesk:ticket", args=[number]) + address_of_list(query, **more)


def around_page(query) -> dict[str, object]:
    """What the template of a ticket asks of its address: whether history is shown, what can be taken back."""
    undo = query.get("undo", "")
    return {
        "shows_history": bool(query.get("history")),
        "undo": undo if undo.isascii() and undo.isdecimal() and len(undo) < 19 else "",
    }
