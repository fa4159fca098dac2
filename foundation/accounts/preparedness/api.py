"""How ready municipalities are, for other programs."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from foundation import now
from foundation.accounts.preparedness import counting, overview, scoring
from foundation.accounts.preparedness.overview import ProvincePreparedness
from foundation.directory.models import Municipality, Preparedness
from foundation.wire.api.paging import Keyset

router = Router(tags=["people"])


class PreparednessOut(Schema):
    municipality: str = Field(alias="municipality.code")
    province: str = Field(alias="municipality.province_id")
    score: int = Field(description="0 to 100")
    verified_ways: int
    has_deputy: bool
    has_administrator: bool
    last_drill_at: datetime | None
    last_sign_in_at: datetime | None
    counted_at: datetime


class PreparednessPartOut(Schema):
    part: str = Field(alias="code")
    points: int
    most: int
    reason: str


class MunicipalityPreparednessOut(Schema):
    municipality: str
    score: int
    parts: list[PreparednessPartOut]


class ProvincePreparednessOut(Schema):
    province: str = Field(alias="code")
    average: float
    municipalities: int
    weak: int = Field(description=f"municipalities with a score below {overview.WEAK}")


@router.get("/preparedness/", response=list[PreparednessOut])
@paginate(Keyset, order=("score", "pk"))
def list_preparedness(request, province: str = "") -> QuerySet[Preparedness]:
    """The municipalities one may see, the weakest first, as counted within the last minutes."""
    return overview.weakest(request.user, province=province[:2])


@router.get("/preparedness/provinces/", response=list[ProvincePreparednessOut])
def list_provinces(request) -> list[ProvincePreparedness]:
    """Averages of the provinces one sees municipalities of, the weakest first."""
    return overview.provinces(request.user)


@router.get("/preparedness/{code}/", response=MunicipalityPreparednessOut)
def one_municipality(request, code: str) -> dict[str, object]:
    """The parts of one municipality's score with their reasons, counted now."""
    municipality = get_object_or_404(Municipality.objects.visible_to(request.user).current(), code=code)
    parts = scoring.parts(counting.facts_of([municipality.pk])[municipality.pk], now())
    return {"municipality": municipality.code, "score": sum(part.points for part in parts), "parts": parts}
