"""Tickets for other programs: list, file, reply, resolve, as the token's person."""

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation import Refusal
from foundation.directory.models import Component, Municipality, Person
from foundation.language import texts
from foundation.language.schema_types import Line, Paragraphs, Telephone
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk import tickets
from helpdesk.bulk.api import router as bulk
from helpdesk.calls.api import router as calls
from helpdesk.distribution.api import router as distribution
from helpdesk.handovers.api import router as handovers
from helpdesk.knowledge.api import router as knowledge
from helpdesk.links.api import router as links
from helpdesk.mail.api import router as letters
from helpdesk.models import Message, Queue, RestrictionKind, Ticket
from helpdesk.notices.api import router as notices
from helpdesk.operations import router as operations
from helpdesk.placing.api import router as placing
from helpdesk.restricted.api import router as restricted
from helpdesk.saved_views.api import router as saved_views
from helpdesk.search import finding
from helpdesk.service_levels.api import router as service_levels
from helpdesk.snoozes.api import router as snoozes
from helpdesk.teams.api import router as teams
from helpdesk.tickets import agents, rate_limits
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.forms import OUTSIDE_PROVIDER
from helpdesk.waiting.api import router as waiting
from helpdesk.writing import meanwhile
from helpdesk.writing.api import router as writing

router = Router(tags=["tickets"])
router.add_router("", bulk)
router.add_router("", calls)
router.add_router("", distribution)
router.add_router("", handovers)
router.add_router("", placing)
router.add_router("", waiting)
router.add_router("", knowledge)
router.add_router("", service_levels)
router.add_router("", teams)
router.add_router("", letters)
router.add_router("", links)
router.add_router("", notices)
router.add_router("", writing)
router.add_router("", saved_views)
router.add_router("", snoozes)
router.add_router("", restricted)
router.add_router("", operations)


class TicketOfAnother(Refusal):
    sentence = _("This token may not open tickets for that municipality.")
    status = 403


class NobodyThere(Refusal):
    sentence = _("Nobody with this address works at the municipality of the ticket.")
    status = 404


class TicketOut(Schema):
    number: str
    municipality: str = Field(alias="municipality.code")
    component: str = Field(alias="component_id")
    subject: str
    severity: str
    status: str
    impact: str
    urgency: str
    channel: str
    restriction: str = Field(description="empty, or why only the named see it")
    created_at: datetime
    first_replied_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None


class TicketIn(Body):
    """`municipality` may be left out by municipal staff: it is their own."""

    municipality: str = Field("", max_length=5, description="five-digit code")
    component: str = Field(max_length=20, description="code of the module")
    subject: Line = Field(min_length=1, max_length=160)
    body: Paragraphs = Field("", max_length=20_000)
    impact: Ticket.Impact
    urgency: Ticket.Urgency
    phone: Telephone = Field(
        "", max_length=20, pattern=r"^(\+[1-9][0-9]{7,14})?$", description="E.164, or as it is dialled"
    )
    requester: str = Field("", max_length=254, description="for the desk: e-mail address of who asks; empty: nobody")
    restriction: RestrictionKind | Literal[""] = Field(
        "", description="why only the named may see it: who files or asks, and who answers for the desk"
    )


class MessageIn(Body):
    body: Paragraphs = Field(min_length=1, max_length=20_000)


class RightModule(Body):
    component: str = Field(max_length=20, description="code of the module")


class RightQueue(Body):
    queue: str = Field(max_length=50, description="code of a queue that stands")


class RightSeverity(Body):
    severity: Ticket.Severity
    reason: Paragraphs = Field("", max_length=2_000, description="lowering needs one; the municipality reads it")


class RightMunicipality(Body):
    municipality: str = Field(max_length=5, description="five-digit code")


class RightRequester(Body):
    requester: str = Field("", max_length=254, description="e-mail address of who asks; empty: nobody")


class ReplyIn(MessageIn):
    seen: int | None = Field(None, ge=0, description="id of the newest message you read; 409 if another came since")


class MessageOut(Schema):
    id: int
    kind: str
    side: str
    author: str
    body: str
    created_at: datetime

    @staticmethod
    def resolve_author(message: Message) -> str:
        return message.author.name if message.author else message.author_name


def find(request, number: str) -> Ticket:
    visible = Ticket.objects.visible_to(request.user).select_related("municipality", "component", "requester")
    return get_object_or_404(visible, number=number)


@router.get("/tickets/", response=list[TicketOut])
@paginate(Keyset, order=("-pk",))
def list_tickets(
    request, status: Ticket.Status | None = None, severity: Ticket.Severity | None = None, q: str = ""
) -> QuerySet[Ticket]:
    """Those the token's person may see, newest first; `q` finds words in any spelling."""
    visible = Ticket.objects.visible_to(request.user).select_related("municipality").defer("search_text")
    if status:
        visible = visible.filter(status=status)
    if severity:
        visible = visible.filter(severity=severity)
    return finding.narrowed(visible, texts.sought(q), request.user) if q else visible


@router.get("/tickets/{number}/", response=TicketOut)
def one_ticket(request, number: str) -> Ticket:
    """One ticket by its number."""
    return find(request, number)


@router.post("/tickets/", response={201: TicketOut})
def file_ticket(request, ticket: TicketIn) -> Status:
    """File a ticket. The severity follows from impact and urgency."""
    fields = ticket.dict()
    municipality = home_of(request.user, fields.pop("municipality"))
    component = get_object_or_404(
        Component.objects.current().exclude(tier=OUTSIDE_PROVIDER), pk=fields.pop("component")
    )
    fields["body"] = fields["body"] or fields["subject"]
    asks = fields.pop("requester")
    requester = requester_at(municipality, asks) if request.user.works_at_the_desk else request.user
    rate_limits.spend(request.user, municipality)
    filed = tickets.submit(
        **fields,
        municipality=municipality,
        component=component,
        by=None if request.user.works_at_the_desk else request.user,
        requester=requester,
        logged_by=request.user,
        channel=Ticket.Channel.API,
    )
    return Status(201, filed)


def requester_at(municipality: Municipality, email: str) -> Person | None:
    """Who of this municipality has this address; nobody for none. Raises `NobodyThere`."""
    if not email:
        return None
    person = agents.clerks_of(municipality).filter(email=email.strip().lower().replace("\x00", "")).first()
    if person is None:
        raise NobodyThere
    return person


def home_of(person: Person, code: str) -> Municipality:
    """The municipality to file for: any for the desk, one's own for municipal staff."""
    own = person.own_municipality
    if own and code in ("", own.code):
        return own
    if person.works_at_the_desk:
        return get_object_or_404(Municipality.objects.current(), code=code)
    raise TicketOfAnother


@router.get("/tickets/{number}/messages/", response=list[MessageOut])
@paginate(Keyset, order=("pk",))
def messages(request, number: str) -> QuerySet[Message]:
    """What was said, oldest first, in it and in those that went into it; internal notes only for the desk."""
    ticket = find(request, number)
    return Message.objects.visible_to(request.user).told_in(ticket).select_related("author")


@router.post("/tickets/{number}/messages/", response={201: MessageOut})
@transaction.atomic
def reply(request, number: str, message: ReplyIn) -> Status:
    """Reply to the other side; with `seen`, only if nobody else has spoken since."""
    ticket = find(request, number)
    if message.seen is not None:
        seen = meanwhile.SeenTicket(message.seen, ticket.status, ticket.severity, ticket.assignee_id)
        meanwhile.require_unchanged(ticket, seen, by=request.user)
    return Status(201, tickets.reply(ticket, by=request.user, body=message.body))


@router.post("/tickets/{number}/resolution/", response=TicketOut)
def resolve(request, number: str, message: MessageIn) -> Ticket:
    """End it with what was done; for the desk."""
    ticket = find(request, number)
    tickets.resolve(ticket, by=request.user, note=message.body)
    return ticket


@router.post("/tickets/{number}/module/", response=TicketOut)
def change_module(request, number: str, right: RightModule) -> Ticket:
    """It is about another module; queue, class and promised times follow. For the desk, as all corrections."""
    ticket = find(request, number)
    component = get_object_or_404(Component.objects.current().exclude(tier=OUTSIDE_PROVIDER), pk=right.component)
    tickets.change_module(ticket, component=component, by=request.user)
    return ticket


@router.post("/tickets/{number}/queue/", response=TicketOut)
def move_to_queue(request, number: str, right: RightQueue) -> Ticket:
    """Another team looks after it."""
    ticket = find(request, number)
    queue = get_object_or_404(Queue.objects.visible_to(request.user).standing(), code=right.queue)
    tickets.move_to_queue(ticket, queue=queue, by=request.user)
    return ticket


@router.post("/tickets/{number}/severity/", response=TicketOut)
def grade(request, number: str, right: RightSeverity) -> Ticket:
    """Another class."""
    ticket = find(request, number)
    tickets.grade(ticket, severity=right.severity, reason=right.reason, by=request.user)
    return ticket


@router.post("/tickets/{number}/municipality/", response=TicketOut)
def change_municipality(request, number: str, right: RightMunicipality) -> Ticket:
    """It was filed for the wrong place; one in which people of the old place wrote stays there."""
    ticket = find(request, number)
    municipality = get_object_or_404(Municipality.objects.current(), code=right.municipality)
    tickets.change_municipality(ticket, municipality=municipality, by=request.user)
    return ticket


@router.post("/tickets/{number}/requester/", response=TicketOut)
def name_requester(request, number: str, right: RightRequester) -> Ticket:
    """Who of the municipality asks, and is written to."""
    ticket = find(request, number)
    require_desk(request.user)
    tickets.name_requester(ticket, requester=requester_at(ticket.municipality, right.requester), by=request.user)
    return ticket
