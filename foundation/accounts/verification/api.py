"""Rounds in which contacts are asked whether their addresses are right, for other programs."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.accounts.verification import asking, progress
from foundation.accounts.verification.asking import RoundScope
from foundation.accounts.verification.progress import RoundProgress
from foundation.directory.models import (
    Contact,
    Municipality,
    Province,
    VerificationRequest,
    VerificationRound,
    VerificationState,
)
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset

router = Router(tags=["people"])


class VerificationRoundIn(Body):
    """Without a place, the whole country: for platform administrators."""

    municipality: str = Field("", max_length=5, description="five-digit code")
    province: str = Field("", max_length=2, description="plate code")
    duty: Contact.Duty | None = None


class VerificationRoundOut(Schema):
    id: int
    municipality: str | None
    province: str | None = Field(alias="province_id")
    duty: str
    total: int
    begins_at: datetime = Field(alias="due_at")
    created_at: datetime
    stopped_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def resolve_municipality(round_: VerificationRound) -> str | None:
        return round_.municipality.code if round_.municipality else None


class ProvinceAnswersOut(Schema):
    province: str = Field(alias="code")
    total: int
    counts: dict[str, int]


class VerificationProgressOut(Schema):
    round: VerificationRoundOut
    counts: dict[str, int] = Field(alias="whole.counts", description="addresses by state")
    provinces: list[ProvinceAnswersOut]


class VerificationRequestOut(Schema):
    municipality: str = Field(alias="municipality.code")
    channel: str
    address: str
    state: str = Field(alias="standing")
    why: str
    sent_at: datetime | None
    answered_at: datetime | None


def visible(request) -> QuerySet[VerificationRound]:
    return VerificationRound.objects.visible_to(request.user).select_related("municipality")


@router.get("/contact-verifications/", response=list[VerificationRoundOut])
@paginate(Keyset, order=("-pk",))
def list_rounds(request) -> QuerySet[VerificationRound]:
    """Rounds of the places one administers, the latest first."""
    return visible(request)


@router.post("/contact-verifications/", response={201: VerificationRoundOut})
def order_round(request, wanted: VerificationRoundIn) -> Status:
    """Ask every address there that nobody has proved whether it is right; each once a day at most."""
    place = None
    if wanted.municipality:
        place = get_object_or_404(Municipality.objects.administered_by(request.user), code=wanted.municipality)
    province = get_object_or_404(Province.objects.current(), pk=wanted.province) if wanted.province else None
    scope = RoundScope(municipality=place, province=None if place else province, duty=wanted.duty or "")
    return Status(201, asking.order(scope, by=request.user))


@router.get("/contact-verifications/{pk}/", response=VerificationProgressOut)
def one_round(request, pk: int) -> RoundProgress:
    """Who answered what: by state, and by province."""
    return progress.of(get_object_or_404(visible(request), pk=pk))


@router.get("/contact-verifications/{pk}/requests/", response=list[VerificationRequestOut])
@paginate(Keyset, order=("pk",))
def requests(
    request, pk: int, state: VerificationState | None = None, province: str = ""
) -> QuerySet[VerificationRequest]:
    """Every address of the round; `province` is a plate code."""
    round_ = get_object_or_404(visible(request), pk=pk)
    return progress.shown_requests(round_, state=state or "", province=province[:2])


@router.post("/contact-verifications/{pk}/stop/", response=VerificationRoundOut)
def stop_round(request, pk: int) -> VerificationRound:
    """What has not left stays here; links that left go on working."""
    round_ = get_object_or_404(visible(request), pk=pk)
    asking.stop(round_, by=request.user)
    return round_
