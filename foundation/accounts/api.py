"""Places and components for other programs: read only, the same for every token."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import paginate

from foundation.directory.models import Component, Municipality, Province
from foundation.wire.api.paging import Keyset

router = Router()


class ProvinceOut(Schema):
    plate_code: str
    name: str
    region: str
    nuts3: str
    population: int
    is_metropolitan: bool


class MunicipalityOut(Schema):
    code: str
    name: str
    full_name: str
    type: str
    province_id: str
    district: str
    population: int
    latitude: float
    longitude: float
    website: str


class ComponentOut(Schema):
    code: str
    name_tr: str
    name_en: str
    tier: str


@router.get("/provinces/", response=list[ProvinceOut], tags=["directory"])
@paginate(Keyset, order=("sort_key", "plate_code"))
def provinces(request) -> QuerySet[Province]:
    """The 81 provinces in Turkish alphabetical order."""
    return Province.objects.all()


@router.get("/municipalities/", response=list[MunicipalityOut], tags=["directory"])
@paginate(Keyset, order=("sort_key", "code"))
def municipalities(request, q: str = "", province: str = "") -> QuerySet[Municipality]:
    """All municipalities; `q` finds by name in any spelling, `province` by plate code."""
    places = Municipality.objects.matching(q) if q else Municipality.objects.all()
    return places.filter(province_id=province) if province else places


@router.get("/municipalities/{code}/", response=MunicipalityOut, tags=["directory"])
def municipality(request, code: str) -> Municipality:
    """One municipality by its five-digit code."""
    return get_object_or_404(Municipality, code=code)


@router.get("/components/", response=list[ComponentOut], tags=["directory"])
@paginate(Keyset, order=("position", "code"))
def components(request) -> QuerySet[Component]:
    """The modules of the platform, its central parts and outside providers."""
    return Component.objects.all()


@router.get("/components/{code}/", response=ComponentOut, tags=["directory"])
def component(request, code: str) -> Component:
    """One component by its code."""
    return get_object_or_404(Component, code=code)
