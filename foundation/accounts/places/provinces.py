"""Provinces: added, renamed, closed when no municipality is left."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.accounts.places.rules import AlreadyClosed, AlreadyInTheRegister, require_keeper
from foundation.directory.models import Person, Province
from foundation.journal import journal


class HasMunicipalities(Refusal):
    sentence = _("Municipalities lie in this province. Please give them another province first, or close them.")


@dataclass(frozen=True)
class ProvinceFacts:
    """What the register says of a province, but for its plate code."""

    name: str
    region: str
    nuts3: str
    latitude: float
    longitude: float
    population: int
    is_metropolitan: bool


@transaction.atomic
def add(plate_code: str, facts: ProvinceFacts, *, by: Person) -> Province:
    require_keeper(by)
    if Province.objects.filter(pk=plate_code).exists():
        raise AlreadyInTheRegister
    made = Province(plate_code=plate_code, **vars(facts))
    made.save(force_insert=True)
    journal.record("province.added", made, by=by, name=facts.name)
    return made


@transaction.atomic
def describe(province: Province, facts: ProvinceFacts, *, by: Person) -> None:
    """Other facts; a name that ends is kept."""
    require_keeper(by)
    before = province.name
    if before != facts.name:
        province.remember_name(before, timezone.localdate(now()))
        journal.record("province.renamed", province, by=by, before=before, after=facts.name)
    for name, value in vars(facts).items():
        setattr(province, name, value)
    province.save()
    journal.record("province.described", province, by=by, region=facts.region, population=facts.population)


@transaction.atomic
def close(province: Province, *, reason: str, by: Person) -> None:
    require_keeper(by)
    if province.municipalities.filter(closed_at=None).exists():
        raise HasMunicipalities
    if not Province.objects.current().filter(pk=province.pk).update(closed_at=now()):
        raise AlreadyClosed
    province.refresh_from_db()
    journal.record("province.closed", province, by=by, text=reason)
