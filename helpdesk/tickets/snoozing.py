"""Put aside, and back: a ticket leaves the open views until a moment or an event, and no clock of it rests."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import Snooze, SnoozeEvent, Ticket, TicketLink, WakeReason
from helpdesk.models.snoozes import FURTHEST, SnoozeQuerySet
from helpdesk.notices import occasions
from helpdesk.refusals import TicketEnded
from helpdesk.tickets import live_updates
from helpdesk.tickets.assignment import require_desk

BATCH = 500
# The owner learns of these otherwise, or made them.
UNTOLD = (WakeReason.ANSWERED, WakeReason.ENDED)


class MomentIsOver(Refusal):
    sentence = _("A ticket is put aside until a moment to come, a year ahead at most.")
    status = 422


class NoOutageToWaitFor(Refusal):
    sentence = _("This ticket is linked to no open outage. Please choose a moment instead.")
    status = 422


@transaction.atomic
def snooze(ticket: Ticket, *, by: Person | None, until: datetime | None = None, event: str = "") -> Snooze:
    """Until a moment or an event, one of the two; asked again it changes until when. By nobody: a rule does it.

    The ticket's row is held, so that whoever answers, ends or snoozes it in the same second comes before or after.
    """
    if by is not None:
        require_desk(by)
    at = now()
    if until and not at < until <= at + FURTHEST:
        raise MomentIsOver
    if not Ticket.objects.open().select_for_update().filter(pk=ticket.pk).exists():
        raise TicketEnded
    if event == SnoozeEvent.OUTAGE and not outages_of(ticket).exists():
        raise NoOutageToWaitFor
    standing = Snooze.objects.standing().filter(ticket=ticket).first()
    if standing and (standing.until, standing.event) == (until, event):
        return standing
    kept = standing or Snooze(ticket=ticket)
    kept.until, kept.event, kept.by, kept.since = until, event, by, at
    kept.save()
    journal.record("ticket.snoozed", ticket, by=by, until=until.isoformat() if until else None, event=event)
    live_updates.changed(ticket)
    return kept


def outages_of(ticket: Ticket) -> QuerySet[TicketLink]:
    return TicketLink.objects.standing().filter(ticket=ticket, incident__ended_at=None)


def of(ticket: Ticket) -> Snooze | None:
    """Until when it is put aside; nothing for one that stands in the queue."""
    return Snooze.objects.standing().select_related("by").filter(ticket=ticket).first()


@transaction.atomic
def wake(ticket: Ticket, *, why: str, by: Person | None = None) -> bool:
    """Back into the queue, once; False where it stood there already. With `WakeReason.PERSON` somebody of the desk."""
    if why == WakeReason.PERSON and by is not None:
        require_desk(by)
    return end(Snooze.objects.filter(ticket=ticket), ticket, why=why, by=by)


def end(snoozes: SnoozeQuerySet, ticket: Ticket, *, why: str, by: Person | None = None) -> bool:
    """The standing one among these, if there is one: of two who wake it, one does."""
    standing = snoozes.standing().filter(ticket=ticket).select_related("by").first()
    if standing is None:
        return False
    if not snoozes.standing().filter(pk=standing.pk).update(woken_at=now(), woken_by=by, why=why):
        return False
    journal.record("ticket.woken", ticket, by=by, why=why)
    live_updates.changed(ticket)
    if why not in UNTOLD:
        occasions.woken(ticket, to=ticket.assignee or standing.by, by=by, what=f"woken:{standing.pk}")
    return True


def wake_due() -> int:
    """The recurring look: whose moment has come, and whose outage is over; returns how many came back."""
    come = Snooze.objects.standing().filter(until__lte=now())
    open_outage = TicketLink.objects.standing().filter(ticket=OuterRef("ticket"), incident__ended_at=None)
    over = Snooze.objects.standing().filter(~Exists(open_outage), event=SnoozeEvent.OUTAGE)
    return wake_all(come, WakeReason.DUE) + wake_all(over, WakeReason.OUTAGE)


def wake_all(snoozes: SnoozeQuerySet, why: str) -> int:
    """Each in a transaction of its own, and only if it still is one of these."""
    keys: Iterable[int] = snoozes.order_by("until", "pk").values_list("ticket", flat=True)[:BATCH]
    tickets = Ticket.objects.select_related("assignee").defer("search_text").filter(pk__in=list(keys))
    return sum(_wake_one(snoozes, ticket, why) for ticket in tickets.order_by("next_due_at", "pk"))


@transaction.atomic
def _wake_one(snoozes: SnoozeQuerySet, ticket: Ticket, why: str) -> bool:
    return end(snoozes, ticket, why=why)
