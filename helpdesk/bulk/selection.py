"""Which tickets an act is meant for, frozen when it is ordered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.language.formatting import number
from helpdesk.models import Ticket
from helpdesk.tickets import queue
from helpdesk.tickets.queue import QueueFilter

MOST = 10_000  # tickets in one act


class SelectionTooLarge(Refusal):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("An act takes at most %(most)s tickets. Please narrow the view.") % {"most": number(MOST)})


class NoTicketChosen(Refusal):
    sentence = _("Please choose at least one ticket.")
    status = 422


@dataclass(frozen=True)
class Selection:
    """(key, number) of each ticket, in the order in which they will be looked at; no key: there is no such ticket."""

    tickets: Sequence[tuple[int | None, str]]

    def __len__(self) -> int:
        return len(self.tickets)


def by_number(numbers: Iterable[str], person: Person) -> Selection:
    """These, each once, in the order given. What `person` may not see, or what is none, keeps its place without key."""
    wanted = [text.strip().upper()[:24].replace("\x00", "") for text in numbers]
    listed = list(dict.fromkeys(text for text in wanted if text))
    if len(listed) > MOST:
        raise SelectionTooLarge
    keys: dict[str, int] = {}
    for start in range(0, len(listed), 500):
        part = Ticket.objects.visible_to(person).filter(number__in=listed[start : start + 500])
        keys |= dict(part.values_list("number", "pk"))
    return checked([(keys.get(text), text) for text in listed])


def of_view(wanted: QueueFilter, person: Person) -> Selection:
    """All of a view, over all its pages, in its order where it is a saved one, else what is due first first."""
    asked = wanted.asked(person)
    order = queue.order_of(wanted, asked) if wanted.saved else queue.BY_DUE
    rows = queue.selected(wanted, person, asked).order_by(*order).values_list("pk", "number")
    tickets = list(rows[: MOST + 1])
    if len(tickets) > MOST:
        raise SelectionTooLarge
    return checked(tickets)


def checked(tickets: Sequence[tuple[int | None, str]]) -> Selection:
    if not tickets:
        raise NoTicketChosen
    return Selection(tickets)
