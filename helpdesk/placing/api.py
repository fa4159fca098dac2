"""Routing rules for other programs."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Municipality
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import Queue, RoutingRule
from helpdesk.models.ticket import TicketChannel
from helpdesk.placing import rules

router = Router(tags=["desk"])


class RuleTermsIn(Body):
    """Each list is empty (anything) or names values of which one has to fit."""

    name: Line = Field(min_length=1, max_length=80)
    queue: str = Field(max_length=50, description="code of a queue")
    components: list[str] = Field([], max_length=500)
    municipality_types: list[Municipality.Type] = Field([], max_length=4)
    languages: list[str] = Field([], max_length=2, description="tr, en")
    channels: list[TicketChannel] = Field([], max_length=4)
    senders: list[str] = Field([], max_length=100, description="addresses, or domains with @ before them")
    words: list[str] = Field([], max_length=100)
    is_active: bool = True


class RuleIn(RuleTermsIn):
    code: str = Field(max_length=50, pattern=r"^[a-z][a-z0-9-]+$", description="stays for good")


class RuleOut(Schema):
    code: str
    name: str
    position: int
    queue: str = Field(alias="queue.code")
    components: list[str]
    municipality_types: list[str]
    languages: list[str]
    channels: list[str]
    senders: list[str]
    words: list[str]
    is_active: bool


class RulePlaceIn(Body):
    place: int = Field(ge=1, le=1000, description="counted from one")


def find(request, code: str) -> RoutingRule:
    return get_object_or_404(RoutingRule.objects.visible_to(request.user).select_related("queue"), code=code)


@router.get("/routing-rules/", response=list[RuleOut])
@paginate(Keyset, order=("position", "pk"))
def list_rules(request) -> QuerySet[RoutingRule]:
    """In the order in which they are asked; for the desk."""
    return RoutingRule.objects.visible_to(request.user).select_related("queue")


@router.post("/routing-rules/", response={201: RuleOut})
def write_rule(request, rule: RuleIn) -> Status:
    """A new rule, at the end of the list."""
    rules.require_keeper(request.user)
    return Status(201, kept(request, RoutingRule(code=rule.code), rule))


@router.put("/routing-rules/{code}/", response=RuleOut)
def rewrite_rule(request, code: str, wanted: RuleTermsIn) -> RoutingRule:
    """Other terms, whole."""
    rules.require_keeper(request.user)
    return kept(request, find(request, code), wanted)


@router.post("/routing-rules/{code}/place/", response=RuleOut)
def order_rule(request, code: str, wanted: RulePlaceIn) -> RoutingRule:
    """Ask it at this place of the list."""
    rule = find(request, code)
    rules.put_before(rule, wanted.place, by=request.user)
    rule.refresh_from_db()
    return rule


@router.delete("/routing-rules/{code}/", response={204: None})
def remove_rule(request, code: str) -> Status:
    """It chooses no more."""
    rules.remove(find(request, code), by=request.user)
    return Status(204, None)


def kept(request, rule: RoutingRule, wanted: RuleTermsIn) -> RoutingRule:
    rule.queue = get_object_or_404(Queue.objects.standing(), code=wanted.queue)
    for name in ("name", "is_active", *RoutingRule.CONDITIONS):
        setattr(rule, name, getattr(wanted, name))
    return rules.write(rule, by=request.user)
