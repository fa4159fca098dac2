"""Tickets put aside, for other programs."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from foundation import Refusal
from foundation.wire.api.bodies import Body
from helpdesk import tickets
from helpdesk.models import Snooze, Ticket, WakeReason
from helpdesk.models.snoozes import SnoozeEvent
from helpdesk.tickets import snoozing
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["desk"])


class MomentOrEvent(Refusal):
    sentence = _("Please say either until when or until what.")
    status = 422


class SnoozeIn(Body):
    """One of the two."""

    until: AwareDatetime | None = None
    event: SnoozeEvent | None = Field(None, description="answer: of the municipality; outage: the linked one is over")


class SnoozeOut(Schema):
    until: datetime | None
    event: str
    by: str | None = None
    since: datetime

    @staticmethod
    def resolve_by(snooze: Snooze) -> str | None:
        return snooze.by.email if snooze.by else None


def find(request, number: str) -> Ticket:
    require_desk(request.user)
    return get_object_or_404(Ticket.objects.visible_to(request.user).select_related("assignee"), number=number)


@router.get("/tickets/{number}/snooze/", response=SnoozeOut | None)
def snooze_of(request, number: str) -> Snooze | None:
    """Until when it is put aside; null where it stands in the queue."""
    return snoozing.of(find(request, number))


@router.put("/tickets/{number}/snooze/", response=SnoozeOut)
def put_aside(request, number: str, wanted: SnoozeIn) -> Snooze:
    """Out of the open views until a moment or an event. No clock rests."""
    if (wanted.until is None) == (wanted.event is None):
        raise MomentOrEvent
    return tickets.snooze(find(request, number), by=request.user, until=wanted.until, event=wanted.event or "")


@router.delete("/tickets/{number}/snooze/", response={204: None})
def wake(request, number: str) -> Status:
    """Back into the queue."""
    tickets.wake(find(request, number), why=WakeReason.PERSON, by=request.user)
    return Status(204, None)
