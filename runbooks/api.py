"""Plans for other programs, what they lean on, and calls to duty; runs, broadcasts and rotas have routers of their own.

Calls to duty can be answered, and their policies kept, by whoever the token belongs to.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import AnyHttpUrl

from foundation.directory.models import Membership, Person
from foundation.language.schema_types import Line, Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import Team
from monitoring.models import Scope
from runbooks.broadcasts.api import router as broadcast_drafts
from runbooks.broadcasts.compose import message_templates
from runbooks.broadcasts.compose.message_templates import TemplateWords
from runbooks.models import (
    Endpoint,
    MessageTemplate,
    Page,
    PagingPolicy,
    PolicyStep,
    Runbook,
)
from runbooks.models.paging import MatterKind
from runbooks.paging import answering, policies
from runbooks.plans import blanks, catalogue, endpoints
from runbooks.rotas.api import router as rotas
from runbooks.runs.api import router as run_acts

router = Router()
router.add_router("", rotas)
router.add_router("", run_acts)
router.add_router("", broadcast_drafts)


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


class PagingPolicyTerms(Schema):
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


class PagingPolicyIn(Body, PagingPolicyTerms):
    """What a program keeps."""


class PagingPolicyOut(PagingPolicyTerms):
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


@router.get("/paging-policies/", response=list[PagingPolicyOut], tags=["runbooks"])
@paginate(Keyset, order=("pk",))
def paging_policies(request) -> QuerySet[PagingPolicy]:
    """Who is called for what; the first in their order (`position`, the last resort last) that fits is followed."""
    return _policies(request)


@router.post("/paging-policies/", response={201: PagingPolicyOut}, tags=["runbooks"])
def new_paging_policy(request, body: PagingPolicyIn) -> Status[PagingPolicy]:
    """Make a policy; 422 with the reason if it could never end."""
    kept = policies.keep(None, _draft(body), by=request.user)
    return Status(201, _policies(request).get(pk=kept.pk))


@router.put("/paging-policies/{pk}/", response=PagingPolicyOut, tags=["runbooks"])
def keep_paging_policy(request, pk: int, body: PagingPolicyIn) -> PagingPolicy:
    """Replace a policy; calls under way keep the ladder they began with."""
    policy = get_object_or_404(_policies(request), pk=pk)
    policies.keep(policy, _draft(body), by=request.user)
    return _policies(request).get(pk=pk)


@router.delete("/paging-policies/{pk}/", response={204: None}, tags=["runbooks"])
def remove_paging_policy(request, pk: int) -> Status[None]:
    """Nobody is called by it any more; calls under way keep the ladder they began with. The last resort stays."""
    policies.remove(get_object_or_404(_policies(request), pk=pk), by=request.user)
    return Status(204, None)


def _policies(request) -> QuerySet[PagingPolicy]:
    steps = Prefetch("steps", PolicyStep.objects.select_related("person", "team"))
    return PagingPolicy.objects.visible_to(request.user).prefetch_related(steps)


def _draft(body: PagingPolicyIn) -> policies.PolicyDraft:
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


class RunbookOut(Schema):
    code: str
    version: int
    title: str
    published_at: datetime
    approved_at: datetime | None


class RunbookText(RunbookOut):
    source: str
    blanks: list[str]

    @staticmethod
    def resolve_blanks(runbook: Runbook) -> list[str]:
        return blanks.missing(runbook.definition)


class RunbookIn(Body):
    source: Annotated[str, Field(min_length=1, max_length=200_000)]


@router.get("/runbooks/", response=list[RunbookOut], tags=["runbooks"])
@paginate(Keyset, order=("code", "pk"))
def plans(request) -> QuerySet[Runbook]:
    """The current version of every published plan."""
    return Runbook.objects.visible_to(request.user).current()


@router.get("/runbooks/{code}/", response=RunbookText, tags=["runbooks"])
def plan(request, code: str) -> Runbook:
    """One plan with its text (YAML) and what it still waits for."""
    return get_object_or_404(Runbook.objects.visible_to(request.user).current(), code=code)


@router.post("/runbooks/", response={201: RunbookText}, tags=["runbooks"])
def publish_plan(request, plan: RunbookIn) -> Status:
    """Publish a plan, or its next version; mistakes are named by their lines. A person approves it."""
    endpoints.require_keeper(request.user)
    return Status(201, catalogue.publish_typed(plan.source, by=request.user))


Key = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Secret = Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e ]*$")]


class EndpointOut(Schema):
    key: str
    url: str
    header: str
    has_secret: bool
    may_be_private: bool
    rotated_at: datetime | None
    tested_at: datetime | None
    test_passed: bool
    test_said: str


class EndpointChange(Body):
    url: Annotated[AnyHttpUrl, Field(max_length=200)]
    header: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9-]*$")] = ""
    may_be_private: bool = False


class EndpointIn(EndpointChange):
    key: Key
    secret: Secret = ""


class SecretIn(Body):
    secret: Secret


def endpoint_of(request, key: str) -> Endpoint:
    return get_object_or_404(Endpoint.objects.visible_to(request.user).current(), key=key)


@router.get("/endpoints/", response=list[EndpointOut], tags=["runbooks"])
@paginate(Keyset, order=("key",))
def all_endpoints(request) -> QuerySet[Endpoint]:
    """Where http steps lead; a secret is never shown."""
    return Endpoint.objects.visible_to(request.user).current()


@router.get("/endpoints/{key}/", response=EndpointOut, tags=["runbooks"])
def one_endpoint(request, key: str) -> Endpoint:
    """One endpoint and what its last test said."""
    return endpoint_of(request, key)


@router.post("/endpoints/", response={201: EndpointOut}, tags=["runbooks"])
def make_endpoint(request, endpoint: EndpointIn) -> Status:
    """A new endpoint, with its secret if it has one."""
    return Status(201, endpoints.make(**{**endpoint.dict(), "url": str(endpoint.url)}, by=request.user))


@router.post("/endpoints/{key}/", response=EndpointOut, tags=["runbooks"])
def change_endpoint(request, key: str, change: EndpointChange) -> Endpoint:
    """Another address or header; with another address the secret is forgotten."""
    endpoint = endpoint_of(request, key)
    endpoints.change(endpoint, **{**change.dict(), "url": str(change.url)}, by=request.user)
    return endpoint


@router.post("/endpoints/{key}/secret/", response=EndpointOut, tags=["runbooks"])
def rotate_secret(request, key: str, change: SecretIn) -> Endpoint:
    """Another secret from now on; an empty one takes it away."""
    endpoint = endpoint_of(request, key)
    endpoints.rotate(endpoint, secret=change.secret, by=request.user)
    return endpoint


@router.put("/endpoints/{key}/test/", response=EndpointOut, tags=["runbooks"])
def test_endpoint(request, key: str) -> Endpoint:
    """Ask for its address once and say what it answered."""
    endpoint = endpoint_of(request, key)
    endpoints.test(endpoint, by=request.user)
    return endpoint


@router.post("/endpoints/{key}/end/", response=EndpointOut, tags=["runbooks"])
def end_endpoint(request, key: str) -> Endpoint:
    """Out of use, its secret forgotten; refused while a plan calls it."""
    endpoint = endpoint_of(request, key)
    endpoints.end(endpoint, by=request.user)
    return endpoint


class MessageTemplateOut(Schema):
    key: str
    version: int
    language: str
    subject: str
    text: str
    correction: str
    is_drill: bool
    made_at: datetime


class TemplateWordsIn(Body):
    subject: Annotated[Line, Field(min_length=1, max_length=120)]
    text: Annotated[Paragraphs, Field(min_length=1, max_length=1600)]
    correction: Annotated[Paragraphs, Field(max_length=1600)] = ""
    language: Annotated[str, Field(pattern=r"^(tr|en)$")] = "tr"
    is_drill: bool = False


class MessageTemplateIn(TemplateWordsIn):
    key: Key


class MessageTemplateChange(TemplateWordsIn):
    version: Annotated[int, Field(ge=1, le=1_000_000, description="the version that was read")]


def template_of(request, key: str) -> MessageTemplate:
    return get_object_or_404(MessageTemplate.objects.visible_to(request.user).current(), key=key)


@router.get("/message-templates/", response=list[MessageTemplateOut], tags=["runbooks"])
@paginate(Keyset, order=("key", "pk"))
def all_templates(request) -> QuerySet[MessageTemplate]:
    """The texts that stand ready for broadcasts and drills."""
    return MessageTemplate.objects.visible_to(request.user).current()


@router.get("/message-templates/{key}/", response=MessageTemplateOut, tags=["runbooks"])
def one_template(request, key: str) -> MessageTemplate:
    """One text, its current version."""
    return template_of(request, key)


@router.post("/message-templates/", response={201: MessageTemplateOut}, tags=["runbooks"])
def make_template(request, template: MessageTemplateIn) -> Status:
    """A new text; what could not be sent is refused with its reasons."""
    words = template.dict()
    return Status(201, message_templates.make(words.pop("key"), TemplateWords(**words), by=request.user))


@router.post("/message-templates/{key}/", response=MessageTemplateOut, tags=["runbooks"])
def change_template(request, key: str, change: MessageTemplateChange) -> MessageTemplate:
    """The next version; refused when `version` is no longer the current one."""
    words = change.dict()
    was = words.pop("version")
    return message_templates.change(template_of(request, key), TemplateWords(**words), by=request.user, was=was)


@router.post("/message-templates/{key}/end/", response=MessageTemplateOut, tags=["runbooks"])
def end_template(request, key: str) -> MessageTemplate:
    """No composer begins with it any more."""
    template = template_of(request, key)
    message_templates.end(template, by=request.user)
    return template
