"""The step every verb shares: change a ticket only from where it may be changed."""

from datetime import datetime

from helpdesk.models import Ticket, WakeReason
from helpdesk.refusals import TicketMovedOn
from helpdesk.tickets import snoozing


def move(ticket: Ticket, to: str, *, at: datetime) -> None:
    """Give the ticket its new status, if it still stands where that move starts.

    Since `at` it has ended, or has been waiting for us, as the status says. The
    conditional update has one winner; everybody else is told that the ticket moved on.
    """
    starts = [status for status, targets in Ticket.MOVES.items() if to in targets]
    ended_at = at if to in Ticket.ENDED else None
    waiting_since = at if to == Ticket.Status.WAITING_ON_US else None
    still_there = Ticket.objects.filter(pk=ticket.pk, status__in=starts)
    if not still_there.update(status=to, ended_at=ended_at, waiting_since=waiting_since):
        raise TicketMovedOn
    ticket.status, ticket.ended_at, ticket.waiting_since = to, ended_at, waiting_since
    if ended_at:
        snoozing.wake(ticket, why=WakeReason.ENDED)
