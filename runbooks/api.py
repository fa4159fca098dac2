"""Broadcasts and runs for other programs: read only. A token can never submit, approve or send."""

from dataclasses import asdict
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import paginate

from foundation.wire.api.paging import Keyset
from runbooks.broadcasts.delivery import sending
from runbooks.models import Broadcast, Run, Step
from runbooks.rotas.api import router as rotas

router = Router()
router.add_router("", rotas)


class BroadcastOut(Schema):
    id: int
    number: str
    subject: str
    is_drill: bool
    lane: str
    status: str
    text: str
    submitted_at: datetime | None
    approved_at: datetime | None
    ended_at: datetime | None


class TallyOut(Schema):
    intended: int
    delivered: int
    in_flight: int
    unconfirmed: int
    failed: int
    suppressed: int
    expired: int
    aborted: int
    uncertain: int
    not_yet_queued: int
    adds_up: bool


class StepOut(Schema):
    visit: int
    key: str
    kind: str
    outcome: str
    reached_at: datetime
    ended_at: datetime | None


class RunOut(Schema):
    id: int
    code: str
    title: str
    status: str
    is_drill: bool
    outage_id: int | None
    started_at: datetime | None
    ended_at: datetime | None


@router.get("/broadcasts/", response=list[BroadcastOut], tags=["runbooks"])
@paginate(Keyset, order=("-pk",))
def broadcasts(request) -> QuerySet[Broadcast]:
    """Broadcasts and drills, newest first; for those who work nationally."""
    return Broadcast.objects.visible_to(request.user)


@router.get("/broadcasts/{pk}/", response=BroadcastOut, tags=["runbooks"])
def broadcast(request, pk: int) -> Broadcast:
    """One broadcast; never its recipients' numbers."""
    return get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk)


@router.get("/broadcasts/{pk}/tally/", response=TallyOut, tags=["runbooks"])
def tally(request, pk: int) -> dict:
    """The closing equation, every class counted by itself; 404 before anything was handed over."""
    shown = get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk)
    counted = sending.tally_of(shown)
    if counted is None:
        raise Http404
    return asdict(counted) | {"adds_up": counted.adds_up}


@router.get("/runs/", response=list[RunOut], tags=["runbooks"])
@paginate(Keyset, order=("-pk",))
def runs(request) -> QuerySet[Run]:
    """Runs of plans, newest first."""
    return Run.objects.visible_to(request.user)


@router.get("/runs/{pk}/steps/", response=list[StepOut], tags=["runbooks"])
def steps(request, pk: int) -> QuerySet[Step]:
    """The steps a run has reached, in order."""
    return get_object_or_404(Run.objects.visible_to(request.user), pk=pk).steps.all()
