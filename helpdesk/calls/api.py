"""Calls for other programs: the list, one that was written down, its ticket, who was rung back."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation import now
from foundation.directory.models import Component, Municipality
from foundation.language.schema_types import Line, Telephone
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.calls import forms, log, lost
from helpdesk.calls.log import CallTerms, CallWords
from helpdesk.models import PhoneCall, Ticket
from helpdesk.models.calls import PhoneCallQuerySet
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.forms import OUTSIDE_PROVIDER, UNKNOWN_MODULE

router = Router(tags=["calls"])


class PhoneCallIn(Body):
    """A call that no exchange told of."""

    municipality: str = Field("", max_length=5, description="five-digit code")
    who: Line = Field("", max_length=120, description="e-mail address of an account, or a name")
    number: Telephone = Field("", max_length=20, pattern=r"^(\+[1-9][0-9]{7,14})?$", description="E.164")
    words: Line = Field("", max_length=300)
    minutes: int = Field(0, ge=0, le=forms.LONGEST_CALL)


class CallTicketIn(Body):
    component: str = Field(UNKNOWN_MODULE, max_length=20, description="code of the module")
    impact: Ticket.Impact = Ticket.Impact.FEW
    urgency: Ticket.Urgency = Ticket.Urgency.HINDERED


class PhoneCallOut(Schema):
    id: int
    direction: str
    number: str
    municipality: str
    who: str
    words: str
    agent: str
    ticket: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    settled_at: datetime | None = Field(description="rung back, or answered at another attempt")

    @staticmethod
    def resolve_municipality(call: PhoneCall) -> str:
        return call.municipality.code if call.municipality else ""

    @staticmethod
    def resolve_agent(call: PhoneCall) -> str:
        return call.agent.name if call.agent else ""

    @staticmethod
    def resolve_ticket(call: PhoneCall) -> str:
        return call.ticket.number if call.ticket else ""


class NumberOfTicket(Schema):
    number: str


def visible(request) -> PhoneCallQuerySet:
    joined = PhoneCall.objects.visible_to(request.user).select_related("municipality", "caller", "agent", "ticket")
    return joined.defer("ticket__search_text")


@router.get("/calls/", response=list[PhoneCallOut])
@paginate(Keyset, order=("-pk",))
def list_calls(request, lost: bool = False) -> QuerySet[PhoneCall]:
    """The latest first; with `lost`, those that nobody answered and nobody rang back. For the desk."""
    return visible(request).lost(now()) if lost else visible(request)


@router.post("/calls/", response={201: PhoneCallOut})
def write_call(request, wanted: PhoneCallIn) -> Status:
    """Write a call down."""
    require_desk(request.user)
    places = Municipality.objects.current()
    municipality = get_object_or_404(places, code=wanted.municipality) if wanted.municipality else None
    person = forms.clerk(wanted.who, municipality) if wanted.who and municipality else None
    said = CallWords(municipality, person, person.name if person else wanted.who, wanted.words)
    return Status(201, log.write(said, by=request.user, number=wanted.number, minutes=wanted.minutes))


@router.get("/calls/{pk}/", response=PhoneCallOut)
def one_call(request, pk: int) -> PhoneCall:
    """One of them."""
    return get_object_or_404(visible(request), pk=pk)


@router.post("/calls/{pk}/ticket/", response={201: NumberOfTicket})
def file_call(request, pk: int, terms: CallTicketIn) -> Status:
    """Open a ticket in the caller's name; the same one when asked again. 422 until the municipality is said."""
    call = get_object_or_404(visible(request), pk=pk)
    component = get_object_or_404(Component.objects.current().exclude(tier=OUTSIDE_PROVIDER), pk=terms.component)
    filed = log.file_ticket(call, CallTerms(component, terms.impact, terms.urgency), by=request.user)
    return Status(201, filed)


@router.post("/calls/{pk}/ringing-back/", response=PhoneCallOut)
def rung_back(request, pk: int) -> PhoneCall:
    """Every lost attempt of this call's number is settled."""
    call = get_object_or_404(visible(request), pk=pk)
    lost.ring_back(call, by=request.user)
    call.refresh_from_db()
    return call
