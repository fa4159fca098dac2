"""Runs for other programs: begun, declined, abandoned, and what people do at a step."""

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from foundation.directory.models import Person
from foundation.language.schema_types import Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from monitoring.api import for_the_watch
from monitoring.models import Outage
from runbooks.models import Run, Runbook, Step
from runbooks.runs import starting, steps

router = Router(tags=["runbooks"])
Note = Annotated[Paragraphs, Field(max_length=2000)]


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


class RunStandingOut(Schema):
    id: int
    code: str
    title: str
    status: str
    outage: int | None = Field(alias="outage_id")
    is_drill: bool


class RunIn(Body):
    code: Annotated[str, Field(max_length=20, description="of the plan", examples=["DR-01"])]
    outage: Annotated[int | None, Field(ge=1, le=2**62)] = None
    is_drill: bool = False


class NoteIn(Body):
    note: Note = ""


class StepActIn(Body):
    """`choice` is an option's key to decide, `yes` or `no` to sign, `done`, `again` or `skipped` to settle."""

    act: Literal["finish", "decide", "sign", "settle", "skip"]
    choice: Annotated[str, Field(max_length=40)] = ""
    note: Note = ""


@router.get("/runs/", response=list[RunOut])
@paginate(Keyset, order=("-pk",))
def runs(request) -> QuerySet[Run]:
    """Runs of plans, newest first."""
    return Run.objects.visible_to(request.user)


@router.get("/runs/{pk}/steps/", response=list[StepOut])
def steps_of(request, pk: int) -> QuerySet[Step]:
    """The steps a run has reached, in order."""
    return get_object_or_404(Run.objects.visible_to(request.user), pk=pk).steps.all()


def run_of(request, pk: int) -> Run:
    run = get_object_or_404(runs_of(request), pk=pk)
    for_the_watch(request)
    return run


def runs_of(request) -> QuerySet[Run]:
    return Run.objects.visible_to(request.user).select_related("outage", "runbook")


@router.post("/runs/", response={201: RunStandingOut})
def start(request, wanted: RunIn) -> tuple[int, Run]:
    """Begin a plan, for an outage or for none; whoever comes second joins the open run."""
    for_the_watch(request)
    plan = get_object_or_404(Runbook.objects.current(), code=wanted.code)
    outage = get_object_or_404(Outage.objects.visible_to(request.user), pk=wanted.outage) if wanted.outage else None
    is_drill = outage.is_drill if outage else wanted.is_drill
    return 201, starting.start(plan, by=request.user, outage=outage, is_drill=is_drill)


@router.get("/runs/{pk}/", response=RunStandingOut)
def one_run(request, pk: int) -> Run:
    """One run; where it stands, its steps say."""
    return get_object_or_404(runs_of(request), pk=pk)


@router.post("/runs/{pk}/start/", response=RunStandingOut)
def begin(request, pk: int) -> Run:
    """Take a proposed run up."""
    run = run_of(request, pk)
    starting.begin(run, by=request.user)
    return run


@router.post("/runs/{pk}/rejection/", response=RunStandingOut)
def decline(request, pk: int, word: NoteIn) -> Run:
    """Not this plan, and why."""
    starting.decline(run_of(request, pk), by=request.user, note=word.note)
    return run_of(request, pk)


@router.post("/runs/{pk}/end/", response=RunStandingOut)
def abandon(request, pk: int, word: NoteIn) -> Run:
    """Leave it before its end, and why."""
    starting.abandon(run_of(request, pk), by=request.user, note=word.note)
    return run_of(request, pk)


@router.post("/runs/{pk}/steps/{visit}/", response=RunStandingOut)
def act(request, pk: int, visit: int, wanted: StepActIn) -> Run:
    """What a person does at a step, under the step's own rules: its role, its evidence, who may sign."""
    here = get_object_or_404(run_of(request, pk).steps.select_related("run"), visit=visit)
    carry_out(here, wanted, by=request.user)
    return run_of(request, pk)


def carry_out(here: Step, wanted: StepActIn, *, by: Person) -> None:
    match wanted.act:
        case "finish":
            steps.finish(here, by=by, note=wanted.note)
        case "decide":
            steps.decide(here, by=by, choice=wanted.choice, note=wanted.note)
        case "sign":
            steps.sign(here, by=by, agrees=wanted.choice == "yes", note=wanted.note)
        case "settle":
            steps.settle(here, by=by, outcome=wanted.choice, note=wanted.note)
        case "skip":
            steps.skip(here, by=by, note=wanted.note)
