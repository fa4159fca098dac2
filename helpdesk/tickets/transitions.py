"""The step every verb shares: change a ticket only from where it may be changed."""

from helpdesk.models import Ticket
from helpdesk.refusals import TicketMovedOn


def move(ticket: Ticket, to: str, **changes) -> None:
    """Give the ticket its new status and `changes`, if it still stands where that move starts.

    The conditional update has one winner; everybody else is told that the ticket moved on.
    """
    starts = [status for status, targets in Ticket.MOVES.items() if to in targets]
    change_where(ticket, {"status__in": starts}, status=to, **changes)


def change_where(ticket: Ticket, condition: dict, **changes) -> None:
    """Apply `changes` if `condition` still holds, else raise `TicketMovedOn`."""
    if not Ticket.objects.filter(pk=ticket.pk, **condition).update(**changes):
        raise TicketMovedOn
    for name, value in changes.items():
        setattr(ticket, name, value)
