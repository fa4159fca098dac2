"""How queues are given out, for other programs."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from foundation.wire.api.bodies import Body
from helpdesk.distribution import giving
from helpdesk.distribution.giving import DistributionTerms
from helpdesk.models import Distribution, Queue, Ticket
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["desk"])


class DistributionIn(Body):
    method: Distribution.Method = Field(description="turn: whoever waited longest; load: the fewest open ones")
    skilled_first: bool = True
    only_present: bool = True
    only_on_shift: bool = False
    is_active: bool = True


class DistributionOut(Schema):
    queue: str = Field(alias="queue.code")
    method: str
    skilled_first: bool
    only_present: bool
    only_on_shift: bool
    is_active: bool


class WhyOut(Schema):
    to: str = Field(alias="to.name")
    method: str
    open: int = Field(description="how many they had then")
    knows_it_well: bool
    passed: dict[str, int] = Field(description="why others of the team could not have it → how many")
    at: datetime


@router.get("/queues/{code}/distribution/", response=DistributionOut)
def distribution(request, code: str) -> Distribution:
    """How a queue is given out; 404 where nobody set it up. For the desk."""
    visible = Queue.objects.visible_to(request.user)
    return get_object_or_404(Distribution.objects.select_related("queue"), queue__in=visible, queue__code=code)


@router.put("/queues/{code}/distribution/", response=DistributionOut)
def set_up(request, code: str, wanted: DistributionIn) -> Distribution:
    """From now on its tickets are given out like this."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), code=code)
    return giving.set_up(queue, DistributionTerms(**wanted.dict()), by=request.user)


@router.get("/tickets/{number}/assignment-reason/", response=WhyOut | None)
def why(request, number: str) -> object:
    """Why whoever has it was given it; null where they took it themselves."""
    require_desk(request.user)
    return giving.why(get_object_or_404(Ticket.objects.visible_to(request.user), number=number))
