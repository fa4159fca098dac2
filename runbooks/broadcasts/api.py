"""Broadcasts for other programs, as far as a draft: a token can never submit, approve or send."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Contact, Municipality
from foundation.language.schema_types import Line, Paragraphs
from foundation.wire.api.bodies import Body, judged
from foundation.wire.api.paging import Keyset
from monitoring.api import for_the_watch
from runbooks.broadcasts.compose import audience, drafts
from runbooks.broadcasts.compose.audience import AudienceRule
from runbooks.broadcasts.delivery import sending
from runbooks.forms import ComposeForm
from runbooks.models import Broadcast

router = Router(tags=["runbooks"])
Code = Annotated[str, Field(max_length=40)]
Codes = Annotated[list[Code], Field(max_length=200)]


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


class AudienceIn(Body):
    """Whom it is for; conditions narrow, and with none of them it is for everybody."""

    duties: Annotated[list[Contact.Duty], Field(max_length=10)] = []
    types: Annotated[list[Municipality.Type], Field(max_length=10)] = []
    regions: Codes = []
    provinces: Annotated[Codes, Field(examples=[["26"]])] = []
    components: Codes = []
    tiers: Codes = []
    red_now: bool = False
    municipalities: Annotated[list[Annotated[str, Field(pattern=r"^\d{5}$")]], Field(max_length=600)] = []
    silent_in: Annotated[int | None, Field(ge=1, le=2**62, description="only who did not acknowledge this one")] = None


class DraftIn(Body):
    subject: Annotated[Line, Field(min_length=1, max_length=120, examples=["Tahsilat kesintisi"])]
    text: Annotated[Paragraphs, Field(min_length=1, max_length=1600, examples=["{belediye}: tahsilat çalışmıyor."])]
    correction: Annotated[Paragraphs, Field(max_length=1600, description="empty: the standard one")] = ""
    spelling: Broadcast.Spelling = Broadcast.Spelling.PLAIN
    lane: Annotated[str, Field(pattern=r"^(life_safety|operational|information)$")] = "operational"
    chases: bool = False
    is_public: bool = False
    audience: AudienceIn = AudienceIn()


class NewDraftIn(DraftIn):
    is_drill: bool = False


class DraftOut(Schema):
    """As it stands; `recipients` and `price` (TL) are those of this moment, `problems` what may not leave."""

    id: int
    number: str
    status: str
    subject: str
    text: str
    correction: str
    is_drill: bool
    recipients: int
    segments: int
    price: float
    problems: list[str]


@router.get("/broadcasts/", response=list[BroadcastOut])
@paginate(Keyset, order=("-pk",))
def broadcasts(request) -> QuerySet[Broadcast]:
    """Broadcasts and drills, newest first; for those who work nationally."""
    return Broadcast.objects.visible_to(request.user)


@router.get("/broadcasts/{pk}/", response=BroadcastOut)
def broadcast(request, pk: int) -> Broadcast:
    """One broadcast; never its recipients' numbers."""
    return get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk)


@router.get("/broadcasts/{pk}/tally/", response=TallyOut)
def tally(request, pk: int) -> dict:
    """The closing equation, every class counted by itself; 404 before anything was handed over."""
    shown = get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk)
    counted = sending.tally_of(shown)
    if counted is None:
        raise Http404
    return asdict(counted) | {"adds_up": counted.adds_up}


def shown(broadcast: Broadcast) -> dict[str, Any]:
    found = audience.find(AudienceRule.from_json(broadcast.rule), is_drill=broadcast.is_drill)
    look = drafts.preview(
        broadcast.text,
        found,
        spelling=broadcast.spelling,
        correction=broadcast.correction,
        is_drill=broadcast.is_drill,
        sender=broadcast.sender,
    )
    cost = next(one for one in look.spellings if one.spelling == broadcast.spelling)
    figures = {"recipients": look.recipients, "segments": cost.total, "price": float(cost.price)}
    words = {name: getattr(broadcast, name) for name in ("subject", "text", "correction", "is_drill", "status")}
    return {"id": broadcast.pk, "number": broadcast.number, "problems": look.problems} | figures | words


def composed(draft: DraftIn, *, is_drill: bool, kept: Broadcast | None = None) -> dict[str, Any]:
    """What the composer's form makes of it: keywords of `drafts.draft` and `drafts.revise`."""
    facts = draft.dict()
    conditions = facts.pop("audience")
    conditions["municipalities"] = ", ".join(conditions["municipalities"])
    lines = AudienceRule.from_json(kept.rule).file if kept else ()
    corrects = kept.corrects_id if kept else None
    form = judged(ComposeForm(facts | conditions, is_drill=is_drill, lines=lines, corrects=corrects))
    return {name: value for name, value in form.cleaned_data.items() if name != "list_name"}


def draft_of(request, pk: int) -> Broadcast:
    broadcast = get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk)
    for_the_watch(request)
    return broadcast


@router.post("/broadcasts/", response={201: DraftOut})
def draft(request, wanted: NewDraftIn) -> Status:
    """A draft on the desk of the watch, or of a drill. People submit it, approve it and let it go."""
    for_the_watch(request)
    facts = composed(wanted, is_drill=wanted.is_drill)
    return Status(201, shown(drafts.draft(by=request.user, is_drill=wanted.is_drill, **facts)))


@router.get("/broadcasts/{pk}/draft/", response=DraftOut)
def read_draft(request, pk: int) -> dict[str, Any]:
    """The draft with what it would cost now, whom it would reach, and why it may not leave."""
    return shown(draft_of(request, pk))


@router.put("/broadcasts/{pk}/draft/", response=DraftOut)
def revise(request, pk: int, wanted: DraftIn) -> dict[str, Any]:
    """Other words or another audience; refused once it was submitted."""
    broadcast = draft_of(request, pk)
    drafts.revise(broadcast, by=request.user, **composed(wanted, is_drill=broadcast.is_drill, kept=broadcast))
    return shown(broadcast)
