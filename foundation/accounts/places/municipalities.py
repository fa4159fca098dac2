"""Municipalities: added, renamed, merged by law, closed. Decision 0182 says what becomes of what points at them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.accounts.places.rules import AlreadyClosed, AlreadyInTheRegister, StillOpen, require_keeper
from foundation.directory import events
from foundation.directory.models import Component, Invitation, Membership, Municipality, Person, Province
from foundation.journal import journal


class HasDistricts(Refusal):
    sentence = _("District municipalities belong to this one. Please give them another first, or close them.")


class NoSuccessor(Refusal):
    sentence = _("A municipality merges into another one that exists today.")
    status = 422


class NoMetropolitan(Refusal):
    sentence = _("Only a metropolitan municipality has districts.")
    status = 422


@dataclass(frozen=True)
class Facts:
    """What the register says of a municipality, but for its code."""

    name: str
    full_name: str
    type: str
    province: Province
    district: str
    parent: Municipality | None
    population: int
    latitude: float
    longitude: float
    website: str


@transaction.atomic
def add(code: str, facts: Facts, *, by: Person) -> Municipality:
    require_keeper(by)
    check_parent(facts, None)
    try:
        with transaction.atomic():
            made = Municipality(code=code, **vars(facts))
            made.save()
    except IntegrityError:
        raise AlreadyInTheRegister from None
    journal.record("municipality.added", made, by=by, code=code, name=facts.full_name)
    return made


@transaction.atomic
def describe(municipality: Municipality, facts: Facts, *, by: Person) -> None:
    """Other facts. A new full name keeps the old one, so that it is still found by it."""
    require_keeper(by)
    check_parent(facts, municipality)
    before = municipality.full_name
    if before != facts.full_name:
        municipality.remember_name(before, timezone.localdate(now()))
        journal.record("municipality.renamed", municipality, by=by, before=before, after=facts.full_name)
    for name, value in vars(facts).items():
        setattr(municipality, name, value)
    municipality.save()
    journal.record(
        "municipality.described",
        municipality,
        by=by,
        type=facts.type,
        province=facts.province.pk,
        parent=facts.parent.code if facts.parent else "",
        population=facts.population,
    )


def check_parent(facts: Facts, municipality: Municipality | None) -> None:
    parent = facts.parent
    if parent and (parent.type != Municipality.Type.METROPOLITAN or parent == municipality):
        raise NoMetropolitan


@transaction.atomic
def run_components(municipality: Municipality, components: Collection[Component], *, by: Person) -> None:
    """From now on it works with these; with none named, with all."""
    require_keeper(by)
    municipality.components.set(components)
    journal.record("municipality.components_changed", municipality, by=by, components=[c.pk for c in components])


@transaction.atomic
def close(municipality: Municipality, *, reason: str, by: Person, successor: Municipality | None = None) -> None:
    """It exists no longer; with a `successor` it merged into that one by law.

    1. Roles there end; with a successor everyone has the same role there.
    2. Invitations to it are withdrawn; its crisis contacts are removed (KVKK art. 7).
    3. Its nodes are no longer watched and its open tickets go to the successor: those
       above hear `municipality_closed`. What has ended stays under its name.
    """
    require_keeper(by)
    if successor and (successor.closed_at or successor == municipality):
        raise NoSuccessor
    if municipality.districts.current().exists():
        raise HasDistricts
    at = now()
    if not Municipality.objects.current().filter(pk=municipality.pk).update(closed_at=at, successor=successor):
        raise AlreadyClosed
    municipality.refresh_from_db()
    move_people(municipality, successor, at)
    Invitation.objects.unanswered().filter(municipality=municipality).update(withdrawn_at=at)
    removed = municipality.contacts.all().delete()[0]
    into = successor.code if successor else ""
    journal.record("municipality.closed", municipality, by=by, text=reason, into=into, contacts=removed)
    events.municipality_closed.send(Municipality, municipality=municipality, successor=successor, by=by)


def move_people(municipality: Municipality, successor: Municipality | None, at: datetime) -> None:
    held = Membership.objects.current().filter(municipality=municipality)
    if successor:
        there = set(Membership.objects.current().filter(municipality=successor).values_list("person", "role"))
        coming = set(held.values_list("person", "role")) - there
        Membership.objects.bulk_create(
            [Membership(person_id=pk, role=role, municipality=successor, since=at) for pk, role in sorted(coming)]
        )
    held.update(until=at)


@transaction.atomic
def reopen(municipality: Municipality, *, by: Person) -> None:
    """It was closed by mistake. People, contacts and nodes are set up anew."""
    require_keeper(by)
    closed = Municipality.objects.filter(pk=municipality.pk, closed_at__isnull=False)
    if not closed.update(closed_at=None, successor=None):
        raise StillOpen
    municipality.refresh_from_db()
    journal.record("municipality.reopened", municipality, by=by)
