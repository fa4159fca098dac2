"""When queues remind and close, for other programs."""

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from foundation.wire.api.bodies import Body
from helpdesk.models import Queue, WaitingCare
from helpdesk.waiting import care
from helpdesk.waiting.care import CareTerms

router = Router(tags=["desk"])


class CareIn(Body):
    remind_after: int = Field(3, ge=1, le=60, description="working days after our last word")
    close_after: int = Field(5, ge=1, le=60, description="working days after the reminder")
    is_active: bool = True


class CareOut(Schema):
    queue: str = Field(alias="queue.code")
    remind_after: int
    close_after: int
    is_active: bool


@router.get("/queues/{code}/waiting-care/", response=CareOut)
def waiting_care(request, code: str) -> WaitingCare:
    """When a queue reminds and closes; 404 where nobody set it up. For the desk."""
    visible = Queue.objects.visible_to(request.user)
    return get_object_or_404(WaitingCare.objects.select_related("queue"), queue__in=visible, queue__code=code)


@router.put("/queues/{code}/waiting-care/", response=CareOut)
def set_up(request, code: str, wanted: CareIn) -> WaitingCare:
    """From now on."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), code=code)
    return care.set_up(queue, CareTerms(**wanted.dict()), by=request.user)
