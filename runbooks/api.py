"""Broadcasts and runs for other programs, read only: a token can never submit, approve or send.

Calls to duty can be answered, and their policies kept, by whoever the token belongs to.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Membership, Person
from foundation.language.schema_types import Line
from foundation.wire.api.paging import Keyset
from helpdesk.models import Team
from monitoring.models import Scope
from runbooks.broadcasts.delivery import sending
from runbooks.models import Broadcast, Page, PagingPolicy, PolicyStep, Run, Step
from runbooks.models.paging import MatterKind
from runbooks.paging import answering, policies
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


class PageOut(Schema):
    id: int
    severity: str = Field(alias="matter.severity")
    kind: str = Field(alias="matter.kind")
    title_tr: str = Field(alias="matter.title_tr")
    title_en: str = Field(alias="matter.title_en")
    url: str = Field(alias="matter.url")
    status: str
    round: int
    opened_at: datetime
    called_at: datetime | None
    taken_by: str | None
    taken_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def resolve_taken_by(page: Page) -> str | None:
        return page.taken_by.email if page.taken_by else None


class RungSchema(Schema):
    """One step. `name` is the key of a rota or a role, the address of a person, or the code of a team."""

    who: Literal["first", "second", "crew", "person", "role", "team"]
    name: str = Field(max_length=254)
    ways: list[Literal["sms", "voice", "email"]] = Field(min_length=1, max_length=3)
    minutes: int = Field(ge=1, le=60)
    is_end: bool = False


class PolicyIn(Schema):
    name_tr: Line = Field(min_length=1, max_length=80)
    name_en: Line = Field("", max_length=80)
    position: int = Field(50, ge=0, le=1000)
    is_on: bool = True
    severities: list[Literal["S1", "S2", "S3", "S4"]] = Field([], max_length=4)
    kinds: list[MatterKind] = Field([], max_length=10)
    scopes: list[Scope] = Field([], max_length=3)
    components: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=100)
    provinces: list[Annotated[str, Field(pattern=r"^[0-9]{2}$")]] = Field([], max_length=81)
    hours: Literal["any", "within", "outside"] = "any"
    calendar: str = Field("", max_length=40)
    waits: bool = False
    rounds: int = Field(1, ge=1, le=9)
    taken_minutes: int = Field(0, ge=0, le=1440)
    steps: list[RungSchema] = Field(min_length=1, max_length=12)


class PolicyOut(PolicyIn):
    id: int
    is_last_resort: bool

    @staticmethod
    def resolve_steps(policy: PagingPolicy) -> list[dict]:
        return [
            {
                "who": step.who,
                "name": step.person.email if step.person else step.team.code if step.team else step.role or step.rota,
                "ways": step.ways,
                "minutes": step.minutes,
                "is_end": step.is_end,
            }
            for step in policy.steps.all()
        ]


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


@router.get("/pages/", response=list[PageOut], tags=["runbooks"])
@paginate(Keyset, order=("-pk",))
def pages(request) -> QuerySet[Page]:
    """Calls to duty, newest first; for the watch all, else those one was called for."""
    return Page.objects.visible_to(request.user).select_related("matter", "taken_by")


@router.get("/pages/{pk}/", response=PageOut, tags=["runbooks"])
def page(request, pk: int) -> Page:
    """One call: who has it, and since when."""
    return get_object_or_404(Page.objects.visible_to(request.user).select_related("matter", "taken_by"), pk=pk)


@router.post("/pages/{pk}/acknowledgement/", response=PageOut, tags=["runbooks"])
def acknowledge_page(request, pk: int) -> Page:
    """Take it, as the person this token belongs to; 409 with the name if another was first."""
    found = page(request, pk)
    answering.acknowledge(found, by=request.user, via="api")
    return page(request, pk)


@router.get("/paging-policies/", response=list[PolicyOut], tags=["runbooks"])
@paginate(Keyset, order=("pk",))
def paging_policies(request) -> QuerySet[PagingPolicy]:
    """Who is called for what; the first in their order (`position`, the last resort last) that fits is followed."""
    return _policies(request)


@router.post("/paging-policies/", response={201: PolicyOut}, tags=["runbooks"])
def new_paging_policy(request, body: PolicyIn) -> Status[PagingPolicy]:
    """Make a policy; 422 with the reason if it could never end."""
    kept = policies.keep(None, _draft(body), by=request.user)
    return Status(201, _policies(request).get(pk=kept.pk))


@router.put("/paging-policies/{pk}/", response=PolicyOut, tags=["runbooks"])
def keep_paging_policy(request, pk: int, body: PolicyIn) -> PagingPolicy:
    """Replace a policy; calls under way keep the ladder they began with."""
    policy = get_object_or_404(_policies(request), pk=pk)
    policies.keep(policy, _draft(body), by=request.user)
    return _policies(request).get(pk=pk)


def _policies(request) -> QuerySet[PagingPolicy]:
    steps = Prefetch("steps", PolicyStep.objects.select_related("person", "team"))
    return PagingPolicy.objects.visible_to(request.user).prefetch_related(steps)


def _draft(body: PolicyIn) -> policies.PolicyDraft:
    """What came in, with people and teams found by their names; whoever is not there means nobody, and is refused."""
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.dict().items()
    }
    people = dict(Person.objects.filter(email__in=[step.name for step in body.steps]).values_list("email", "pk"))
    teams = dict(Team.objects.filter(code__in=[step.name for step in body.steps]).values_list("code", "pk"))
    roles = {step.name for step in body.steps} & set(Membership.Role.values)
    rungs = [
        {
            "who": step.who,
            "rota": step.name[:30],
            "person": people.get(step.name),
            "team": teams.get(step.name),
            "role": step.name if step.name in roles else "",
            "ways": step.ways,
            "minutes": step.minutes,
            "is_end": step.is_end,
        }
        for step in body.steps
    ]
    return policies.PolicyDraft(**given | {"steps": tuple(rungs)})
