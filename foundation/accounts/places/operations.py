"""The registers for other programs: everybody reads, platform administrators write."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.accounts.places import components, municipalities, provinces
from foundation.accounts.places.rules import require_keeper
from foundation.directory.models import Component, Municipality, Province
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset

router = Router(tags=["directory"])


class FormerNameOut(Schema):
    name: str
    until: date


class PlaceOut(Schema):
    population: int
    latitude: float
    longitude: float
    formerly: list[FormerNameOut]
    closed_at: datetime | None

    @staticmethod
    def resolve_formerly(place: Municipality | Province) -> list[dict]:
        return [{"name": name, "until": day} for day, name in place.formerly]


class ProvinceOut(PlaceOut):
    plate_code: str
    name: str
    region: str
    nuts3: str
    is_metropolitan: bool


class MunicipalityOut(PlaceOut):
    code: str
    name: str
    full_name: str
    type: str
    province_id: str
    district: str
    website: str
    successor: str | None = Field(description="code of the municipality it merged into")

    @staticmethod
    def resolve_successor(place: Municipality) -> str | None:
        return place.successor.code if place.successor else None


class ComponentOut(Schema):
    code: str
    name_tr: str
    name_en: str
    tier: str
    note: str
    position: int
    retired_at: datetime | None


class PlaceIn(Body):
    population: int = Field(ge=0, le=100_000_000)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ProvinceTermsIn(PlaceIn):
    name: Line = Field(min_length=1, max_length=60)
    region: Line = Field(min_length=1, max_length=40)
    nuts3: Line = Field(min_length=1, max_length=5)
    is_metropolitan: bool


class ProvinceIn(ProvinceTermsIn):
    plate_code: str = Field(pattern=r"^[0-9]{2}$")


class MunicipalityTermsIn(PlaceIn):
    name: Line = Field(min_length=1, max_length=80)
    full_name: Line = Field(min_length=1, max_length=160)
    type: Municipality.Type
    province: str = Field(max_length=2, description="plate code")
    district: Line = Field("", max_length=80)
    parent: str = Field("", max_length=5, description="code of its metropolitan municipality")
    website: str = Field("", max_length=200, pattern=r"^(https?://\S+)?$")


class MunicipalityIn(MunicipalityTermsIn):
    code: str = Field(pattern=r"^[0-9]{5}$")


class ComponentTermsIn(Body):
    name_tr: Line = Field(min_length=1, max_length=120)
    name_en: Line = Field(min_length=1, max_length=120)
    tier: Component.Tier
    note: Line = Field("", max_length=300)
    position: int | None = Field(None, ge=0, le=9999, description="place in the order; the last without one")


class ComponentIn(ComponentTermsIn):
    code: str = Field(max_length=20, pattern=r"^[A-Z][A-Z0-9]*$")


class ReasonIn(Body):
    reason: Line = Field(min_length=1, max_length=500)


class EndOfPlaceIn(ReasonIn):
    successor: str = Field("", max_length=5, description="code of the municipality it merges into")


class RunsIn(Body):
    components: list[str] = Field(max_length=500, description="codes; none: it works with all of them")


def municipality_facts(wanted: MunicipalityTermsIn) -> municipalities.Facts:
    fields: dict[str, Any] = wanted.dict()
    fields.pop("code", None)
    fields["province"] = get_object_or_404(Province.objects.current(), pk=wanted.province)
    parents = Municipality.objects.current()
    fields["parent"] = get_object_or_404(parents, code=wanted.parent) if wanted.parent else None
    return municipalities.Facts(**fields)


@router.get("/provinces/", response=list[ProvinceOut])
@paginate(Keyset, order=("sort_key", "plate_code"))
def list_provinces(request) -> QuerySet[Province]:
    """The provinces in Turkish alphabetical order; closed ones say since when."""
    return Province.objects.all()


@router.post("/provinces/", response={201: ProvinceOut})
def add_province(request, province: ProvinceIn) -> Status:
    """A new province."""
    fields = province.dict()
    code = fields.pop("plate_code")
    return Status(201, provinces.add(code, provinces.ProvinceFacts(**fields), by=request.user))


@router.put("/provinces/{code}/", response=ProvinceOut)
def describe_province(request, code: str, wanted: ProvinceTermsIn) -> Province:
    """Other facts; a name that ends is kept among the former ones."""
    province = get_object_or_404(Province, pk=code)
    provinces.describe(province, provinces.ProvinceFacts(**wanted.dict()), by=request.user)
    return province


@router.post("/provinces/{code}/closing/", response=ProvinceOut)
def close_province(request, code: str, wanted: ReasonIn) -> Province:
    """Close it once no municipality lies in it."""
    province = get_object_or_404(Province, pk=code)
    provinces.close(province, reason=wanted.reason, by=request.user)
    return province


@router.get("/municipalities/", response=list[MunicipalityOut])
@paginate(Keyset, order=("sort_key", "code"))
def list_municipalities(request, q: str = "", province: str = "") -> QuerySet[Municipality]:
    """All municipalities; `q` finds by name in any spelling, former ones too, `province` by plate code."""
    places = Municipality.objects.select_related("successor")
    places = places.matching(q) if q else places
    return places.filter(province_id=province) if province else places


@router.post("/municipalities/", response={201: MunicipalityOut})
def add_municipality(request, municipality: MunicipalityIn) -> Status:
    """A new municipality."""
    require_keeper(request.user)
    return Status(201, municipalities.add(municipality.code, municipality_facts(municipality), by=request.user))


@router.get("/municipalities/{code}/", response=MunicipalityOut)
def one_municipality(request, code: str) -> Municipality:
    """One municipality by its five-digit code."""
    return get_object_or_404(Municipality, code=code)


@router.put("/municipalities/{code}/", response=MunicipalityOut)
def describe_municipality(request, code: str, wanted: MunicipalityTermsIn) -> Municipality:
    """Other facts; a full name that ends is kept among the former ones and still found."""
    require_keeper(request.user)
    municipality = get_object_or_404(Municipality, code=code)
    municipalities.describe(municipality, municipality_facts(wanted), by=request.user)
    return municipality


@router.put("/municipalities/{code}/components/", response=MunicipalityOut)
def run_components(request, code: str, wanted: RunsIn) -> Municipality:
    """Which components it works with; with none named, all."""
    require_keeper(request.user)
    municipality = get_object_or_404(Municipality, code=code)
    chosen = [get_object_or_404(Component.objects.current(), pk=code) for code in dict.fromkeys(wanted.components)]
    municipalities.run_components(municipality, chosen, by=request.user)
    return municipality


@router.post("/municipalities/{code}/closing/", response=MunicipalityOut)
def close_municipality(request, code: str, wanted: EndOfPlaceIn) -> Municipality:
    """Close it, or merge it by law into a `successor`: roles, contacts, nodes and open tickets follow."""
    require_keeper(request.user)
    municipality = get_object_or_404(Municipality, code=code)
    successor = get_object_or_404(Municipality, code=wanted.successor) if wanted.successor else None
    municipalities.close(municipality, reason=wanted.reason, successor=successor, by=request.user)
    return municipality


@router.post("/municipalities/{code}/reopening/", response=MunicipalityOut)
def reopen_municipality(request, code: str) -> Municipality:
    """It was closed by mistake; people, contacts and nodes are set up anew."""
    municipality = get_object_or_404(Municipality, code=code)
    municipalities.reopen(municipality, by=request.user)
    return municipality


@router.get("/components/", response=list[ComponentOut])
@paginate(Keyset, order=("position", "code"))
def list_components(request) -> QuerySet[Component]:
    """The modules of the platform, its central parts and outside providers; retired ones say since when."""
    return Component.objects.all()


@router.post("/components/", response={201: ComponentOut})
def add_component(request, component: ComponentIn) -> Status:
    """A new component."""
    fields = component.dict()
    code = fields.pop("code")
    return Status(201, components.add(code, components.ComponentFacts(**fields), by=request.user))


@router.get("/components/{code}/", response=ComponentOut)
def one_component(request, code: str) -> Component:
    """One component by its code."""
    return get_object_or_404(Component, code=code)


@router.put("/components/{code}/", response=ComponentOut)
def describe_component(request, code: str, wanted: ComponentTermsIn) -> Component:
    """Other names, class, note or place in the order."""
    component = get_object_or_404(Component, pk=code)
    components.describe(component, components.ComponentFacts(**wanted.dict()), by=request.user)
    return component


@router.post("/components/{code}/retirement/", response=ComponentOut)
def retire_component(request, code: str, wanted: ReasonIn) -> Component:
    """Nobody chooses, files about or watches it any more; history keeps it."""
    component = get_object_or_404(Component, pk=code)
    components.retire(component, reason=wanted.reason, by=request.user)
    return component


@router.post("/components/{code}/return/", response=ComponentOut)
def bring_component_back(request, code: str) -> Component:
    """It is worked with again."""
    component = get_object_or_404(Component, pk=code)
    components.bring_back(component, by=request.user)
    return component
