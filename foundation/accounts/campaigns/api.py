"""Invitations to many, for other programs; for platform administrators."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.accounts import invitations
from foundation.accounts.campaigns import progress, running, sheet
from foundation.accounts.campaigns.progress import CampaignProgress
from foundation.accounts.campaigns.running import CampaignTerms, ForPlatformAdministrators
from foundation.accounts.campaigns.sheet import InvitationSheet, WantedInvitation
from foundation.directory.models import Invitation, InvitationCampaign, InvitationRow, InvitationState, Membership
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset

router = Router(tags=["people"])


class PersonToInvite(Body):
    municipality: Line = Field(max_length=160, description="five-digit code or name", examples=["26010"])
    province: Line = Field("", max_length=60, description="plate code or name, where several bear the name")
    email: Line = Field(max_length=254)
    name: Line = Field("", max_length=120)
    role: Line = Field("", max_length=40, description="municipal_admin (if empty) or staff")
    phone: Line = Field("", max_length=40)


class PeopleToInvite(Body):
    people: list[PersonToInvite] = Field(min_length=1, max_length=sheet.MOST_LINES)


class CampaignIn(PeopleToInvite):
    name: Line = Field(min_length=1, max_length=120)
    remind_after_days: int = Field(3, ge=0, le=6, description="0: nobody is reminded")


class LineFaultOut(Schema):
    line: int = Field(description="place in the list, from 1")
    sentence: str


class CheckedListOut(Schema):
    ready: int
    faults: list[LineFaultOut]


class ProvinceOfCampaignOut(Schema):
    province: str = Field(alias="code")
    total: int
    accepted: int
    counts: dict[str, int]


class CampaignOut(Schema):
    id: int
    name: str
    by: str = Field(alias="by.name")
    remind_after_days: int
    total: int
    begins_at: datetime = Field(alias="due_at")
    created_at: datetime
    stopped_at: datetime | None
    ended_at: datetime | None


class CampaignProgressOut(Schema):
    campaign: CampaignOut
    counts: dict[str, int] = Field(alias="whole.counts", description="rows by state")
    provinces: list[ProvinceOfCampaignOut]


class CampaignRowOut(Schema):
    line: int
    municipality: str | None
    email: str
    name: str
    role: str
    state: str = Field(alias="standing")
    why: str
    letters: int
    accepted_at: datetime | None

    @staticmethod
    def resolve_municipality(row: InvitationRow) -> str | None:
        return row.municipality.code if row.municipality else None

    @staticmethod
    def resolve_letters(row: InvitationRow) -> int:
        return row.invitation.letters if row.invitation else 0

    @staticmethod
    def resolve_accepted_at(row: InvitationRow) -> datetime | None:
        return row.invitation.accepted_at if row.invitation else None


class SentAgainOut(Schema):
    people: int


def visible(request) -> QuerySet[InvitationCampaign]:
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise ForPlatformAdministrators
    return InvitationCampaign.objects.visible_to(request.user).select_related("by")


def judged_people(people: Sequence[PersonToInvite]) -> InvitationSheet:
    renamed = [{**person.dict(), "place": person.municipality} for person in people]
    return sheet.judge([cells | {"line": number} for number, cells in enumerate(renamed, start=1)])


def faults_of(rows: Sequence[WantedInvitation]) -> list[dict[str, object]]:
    return [{"line": row.line, "sentence": row.fault} for row in rows]


@router.get("/invitation-campaigns/", response=list[CampaignOut])
@paginate(Keyset, order=("-pk",))
def list_campaigns(request) -> QuerySet[InvitationCampaign]:
    """Lists that were invited, the latest first."""
    return visible(request)


@router.post("/invitation-campaigns/checks/", response=CheckedListOut)
def check_list(request, wanted: PeopleToInvite) -> dict[str, object]:
    """What is wrong with which line; nothing is kept and nobody written to."""
    visible(request)
    judged = judged_people(wanted.people)
    return {"ready": len(judged.ready), "faults": faults_of(judged.faulty)}


@router.post("/invitation-campaigns/", response={201: CampaignOut})
def order_campaign(request, wanted: CampaignIn) -> Status:
    """Invite everybody on the list whose line is right; the others are kept with what is wrong. Begins after 10 s."""
    visible(request)
    terms = CampaignTerms(wanted.name, wanted.remind_after_days)
    return Status(201, running.order(judged_people(wanted.people), terms, by=request.user))


@router.get("/invitation-campaigns/{pk}/", response=CampaignProgressOut)
def one_campaign(request, pk: int) -> CampaignProgress:
    """How far it has come: by state, and by province."""
    return progress.of(get_object_or_404(visible(request), pk=pk))


@router.get("/invitation-campaigns/{pk}/rows/", response=list[CampaignRowOut])
@paginate(Keyset, order=("pk",))
def campaign_rows(
    request, pk: int, state: InvitationState | None = None, province: str = ""
) -> QuerySet[InvitationRow]:
    """Every line, with how it stands today; `province` is a plate code."""
    campaign = get_object_or_404(visible(request), pk=pk)
    return progress.shown_rows(campaign, state=state or "", province=province[:2])


@router.post("/invitation-campaigns/{pk}/stop/", response=CampaignOut)
def stop_campaign(request, pk: int) -> InvitationCampaign:
    """No further letter leaves and nobody is reminded; links that left go on working."""
    campaign = get_object_or_404(visible(request), pk=pk)
    running.stop(campaign, by=request.user)
    return campaign


@router.post("/invitation-campaigns/{pk}/letters/", response=SentAgainOut)
def write_again(request, pk: int) -> dict[str, int]:
    """One more letter to everybody who is silent and was not written to within the hour."""
    return {"people": running.write_again(get_object_or_404(visible(request), pk=pk), by=request.user)}


@router.post("/invitations/{pk}/letters/", response={204: None})
def send_again(request, pk: int) -> Status:
    """One more letter for one invitation, with a fresh link; at most one an hour."""
    invitations.send_again(get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk), by=request.user)
    return Status(204, None)
