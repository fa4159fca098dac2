"""Hand-overs for other programs, and how many open tickets somebody can look after."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.language.schema_types import Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.bulk import selection
from helpdesk.handovers import handing
from helpdesk.models import Handover, Queue
from helpdesk.tickets import agents
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["desk"])


class HandoverIn(Body):
    """To a colleague or to a queue, one of them."""

    giver: int | None = Field(None, description="key of whose tickets they are; empty: the token's person")
    to: int | None = Field(None, description="key of a colleague")
    queue: str = Field("", max_length=50, description="code of a queue, where they wait again")
    numbers: list[str] = Field([], max_length=selection.MOST, description="empty: all open ones, up to 200")
    summary: Paragraphs = Field(min_length=1, max_length=4_000)
    words: dict[str, str] = Field({}, max_length=200, description="by number: a note for that ticket alone")


class HandoverOut(Schema):
    id: int
    giver: str = Field(alias="giver.name")
    to: str
    queue: str
    summary: str = Field(alias="act.text")
    bulk_act: int = Field(alias="act_id", description="its rows say what became of each ticket")
    total: int = Field(alias="act.total")
    created_at: datetime
    read_at: datetime | None

    @staticmethod
    def resolve_to(handover: Handover) -> str:
        return handover.act.to.name if handover.act.to else ""

    @staticmethod
    def resolve_queue(handover: Handover) -> str:
        return handover.act.queue.code if handover.act.queue else ""


def visible(request) -> QuerySet[Handover]:
    return Handover.objects.visible_to(request.user).select_related("giver", "act__to", "act__queue")


@router.get("/handovers/", response=list[HandoverOut])
@paginate(Keyset, order=("-pk",))
def list_handovers(request) -> QuerySet[Handover]:
    """The latest first; for the desk."""
    return visible(request)


@router.post("/handovers/", response={201: HandoverOut})
def hand_over(request, wanted: HandoverIn) -> Status:
    """Hand over open tickets with a summary."""
    require_desk(request.user)
    desk = agents.at_the_desk()
    giver = get_object_or_404(desk, pk=wanted.giver) if wanted.giver else request.user
    numbers = wanted.numbers or [ticket.number for ticket in handing.open_tickets_of(giver, request.user)]
    handed = handing.hand_over(
        giver,
        selection.by_number(numbers, request.user),
        summary=wanted.summary,
        by=request.user,
        to=get_object_or_404(desk, pk=wanted.to) if wanted.to else None,
        queue=get_object_or_404(Queue.objects.standing(), code=wanted.queue) if wanted.queue else None,
        words=wanted.words,
    )
    return Status(201, handed)


@router.get("/handovers/{pk}/", response=HandoverOut)
def one_handover(request, pk: int) -> Handover:
    """One of them."""
    return get_object_or_404(visible(request), pk=pk)


@router.post("/handovers/{pk}/reading/", response=HandoverOut)
def read_handover(request, pk: int) -> Handover:
    """ "I have read it"; only of those for whom it is meant does it change anything."""
    handover = get_object_or_404(visible(request), pk=pk)
    handing.read(handover, by=request.user)
    return handover
