"""Links between tickets, for other programs."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from foundation.directory.models import Component
from foundation.wire.api.bodies import Body
from helpdesk.links import linking, merging, splitting
from helpdesk.links.linking import SeenLink
from helpdesk.models import LinkedTicket, Message, Ticket, TicketRelation
from helpdesk.operations import find
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["tickets"])
NUMBER = r"^DST-\d{4}-\d{6,12}$"


class LinkIn(Body):
    to: str = Field(max_length=24, pattern=NUMBER, description="number of the other ticket, of any municipality")
    relation: TicketRelation = Field(TicketRelation.RELATED, description="what the other one is to this one")


class MergeIn(Body):
    into: str = Field(max_length=24, pattern=NUMBER, description="number of the older ticket, which is kept")


class MessageSplitIn(Body):
    """`component`: the ticket's, if not given; `subject`: the first line of the message."""

    subject: str = Field("", max_length=160)
    component: str = Field("", max_length=20)


class MergedOut(Schema):
    number: str
    status: str


class LinkOut(Schema):
    number: str = Field(alias="ticket.number")
    relation: str
    subject: str = Field(alias="ticket.subject")
    status: str = Field(alias="ticket.status")
    municipality: str = Field(alias="ticket.municipality.code")
    ended_at: datetime | None = Field(alias="ticket.ended_at")


@router.get("/tickets/{number}/links/", response=list[LinkOut])
def list_links(request, number: str) -> list[SeenLink]:
    """What is linked to it, at most fifty; for municipal staff whether their ticket repeats another one of theirs."""
    return list(linking.of(find(request, number), request.user))


@router.post("/tickets/{number}/links/", response={201: list[LinkOut]})
def link(request, number: str, wanted: LinkIn) -> Status:
    """Link it to another one; for the desk. The same again changes nothing."""
    ticket = find(request, number)
    require_desk(request.user)
    linking.link(ticket, find(request, wanted.to), relation=wanted.relation, by=request.user)
    return Status(201, list(linking.of(ticket, request.user)))


@router.delete("/tickets/{number}/links/{other}/", response={204: None})
def unlink(request, number: str, other: str) -> Status:
    """Take the link between these two away."""
    ticket = find(request, number)
    require_desk(request.user)
    known = LinkedTicket.objects.between(ticket, find(request, other))
    linking.unlink(ticket, get_object_or_404(known.select_related("ticket", "other")), by=request.user)
    return Status(204, None)


@router.post("/tickets/{number}/messages/{pk}/split/", response={201: MergedOut})
def split(request, number: str, pk: int, wanted: MessageSplitIn) -> Status:
    """File what one message asks besides as a ticket of its own; answers the new one. For the desk."""
    ticket = find(request, number)
    require_desk(request.user)
    said = get_object_or_404(Message.objects.visible_to(request.user).filter(ticket=ticket), pk=pk)
    said.ticket = ticket
    known = Component.objects.current().filter(pk=wanted.component or ticket.component_id)
    subject = wanted.subject or splitting.proposed_subject(said)
    filed = splitting.split(said, subject=subject, component=get_object_or_404(known), by=request.user)
    return Status(201, filed)


@router.post("/tickets/{number}/merge/", response=MergedOut)
def merge(request, number: str, wanted: MergeIn) -> Ticket:
    """Merge it into an older open ticket of the same municipality; answers the kept one. For the desk."""
    ticket = find(request, number)
    require_desk(request.user)
    return merging.merge(ticket, into=find(request, wanted.into), by=request.user)


@router.delete("/tickets/{number}/merge/", response=MergedOut)
def separate(request, number: str) -> Ticket:
    """Take it out of the ticket that it was merged into: state, turn and clocks are as they were."""
    ticket = find(request, number)
    require_desk(request.user)
    merging.separate(ticket, by=request.user)
    return find(request, number)
