"""Roles: given and ended, and what must never happen to the last platform administrator."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory import events
from foundation.directory.models import Membership, Municipality, Person, Province
from foundation.journal import journal

Role = Membership.Role
# Held at one place: the others see every municipality, and are given with a fresh second factor only.
LOCAL_ROLES = (*Membership.MUNICIPAL_ROLES, *Membership.PROVINCIAL_ROLES)


class NotYoursToGive(Refusal):
    sentence = _("Roles are given by platform administrators.")
    status = 403


class NotToYourself(Refusal):
    sentence = _("Nobody gives a role to themselves. Please ask another platform administrator.")


class HoldsItAlready(Refusal):
    sentence = _("This person already has that role here.")


class PlaceDoesNotFit(Refusal):
    sentence = _(
        "Staff and administrators belong to a municipality, observers and experts to a province or the whole country, "
        "everybody else to the whole country."
    )
    status = 422


class EndsBeforeItStarts(Refusal):
    sentence = _("A role ends after it starts, and in the future.")
    status = 422


class AccountIsClosed(Refusal):
    sentence = _("This account is closed. Please open it again first.")


class LastAdministrator(Refusal):
    sentence = _(
        "This is the last platform administrator without an end date. Please give somebody else that role first, "
        "without an end."
    )


class RoleOfATeam(Refusal):
    sentence = _("This role comes from a team and ends when the person leaves the team.")


@dataclass(frozen=True)
class RoleScope:
    """Where a role is held; nothing for the whole country. `unit` is the code of a union or vendor."""

    municipality: Municipality | None = None
    province: Province | None = None
    unit: str = ""

    def fits(self, role: str) -> bool:
        if role in Membership.MUNICIPAL_ROLES:
            return self.municipality is not None and self.municipality.closed_at is None and self.province is None
        return self.municipality is None and (self.province is None or role in Membership.PROVINCIAL_ROLES)


@transaction.atomic
def give(
    person: Person,
    role: str,
    scope: RoleScope,
    *,
    by: Person,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Membership:
    """From `since` (now) to `until` (until it is ended). Open pages of the person are asked again within seconds."""
    if not by.has_role(Role.PLATFORM_ADMIN):
        raise NotYoursToGive
    if person.pk == by.pk:
        raise NotToYourself
    if not Person.objects.filter(pk=person.pk, is_active=True).exists():
        raise AccountIsClosed
    if not scope.fits(role):
        raise PlaceDoesNotFit
    since = since or now()
    if until and until <= max(since, now()):
        raise EndsBeforeItStarts
    held = Membership.objects.select_for_update().filter(
        person=person, role=role, municipality=scope.municipality, province=scope.province, scope=scope.unit
    )
    if held.current().exists():
        raise HoldsItAlready
    membership = Membership.objects.create(
        person=person,
        role=role,
        municipality=scope.municipality,
        province=scope.province,
        scope=scope.unit,
        since=since,
        until=until,
    )
    where = scope.municipality.code if scope.municipality else scope.province.pk if scope.province else scope.unit
    journal.record(
        "membership.given", person, by=by, role=role, scope=where, until=until.isoformat() if until else None
    )
    return membership


@transaction.atomic
def end(membership: Membership, *, by: Person) -> None:
    """Take one role from a person; their other roles, sessions and tokens stay.

    What is open is asked again within seconds whether it may stay so. Of two who
    press at once one ends it, and nothing is recorded twice. Whether `by` looks after
    the person is asked by `people.end_membership`.
    """
    if membership.comes_from_a_team:
        raise RoleOfATeam
    if membership.role == Role.PLATFORM_ADMIN:
        keep_an_administrator(membership.person)
    standing = Membership.objects.filter(pk=membership.pk).not_ended()
    at = now()
    # One that was to start later ends before it does.
    if standing.update(until=max(at, membership.since)):
        journal.record("membership.ended", membership.person, by=by, role=membership.role)
        events.role_ended.send(Membership, person=membership.person)


def keep_an_administrator(person: Person) -> None:
    """Raises `LastAdministrator` if nobody but `person` could look after the platform for good.

    The rows are locked, so that of two who end each other at once the second is refused.
    """
    lasting = Membership.objects.select_for_update().current().filter(role=Role.PLATFORM_ADMIN, until=None)
    holders = {held.person_id for held in lasting.order_by("pk")}
    if person.pk not in holders:
        return
    if not Person.objects.filter(pk__in=holders - {person.pk}, is_active=True).exists():
        raise LastAdministrator
