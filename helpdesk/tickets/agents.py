"""Who works at the desk, and whom it may name."""

from collections.abc import Sequence
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import QuerySet

from foundation.directory.models import Membership, Municipality, Person
from foundation.directory.models.people import PersonQuerySet
from helpdesk.models import Skill

REMEMBERED_FOR = 60  # seconds; the verb asks again whether the person may have a ticket


class Colleague(NamedTuple):
    pk: int
    name: str
    knows_it_well: bool = False


def at_the_desk() -> QuerySet[Person]:
    """Everyone who may be given a ticket, in the order of a Turkish register."""
    return Person.objects.holding(Membership.DESK_ROLES).order_by("sort_key", "pk")


def clerks_of(municipality: Municipality) -> PersonQuerySet:
    """Everyone who may ask for this municipality, in the order of a Turkish register."""
    held = Membership.objects.current().filter(municipality=municipality, role__in=Membership.MUNICIPAL_ROLES)
    return Person.objects.filter(is_active=True, pk__in=held.values("person")).order_by("sort_key", "pk")


def names_at_the_desk() -> Sequence[Colleague]:
    """The same as names to choose from, read at most once a minute."""
    colleagues = cache.get("helpdesk.colleagues")
    if colleagues is None:
        colleagues = [Colleague(*row) for row in at_the_desk().values_list("pk", "name")]
        cache.set("helpdesk.colleagues", colleagues, REMEMBERED_FOR)
    return colleagues


def for_module(component: str) -> Sequence[Colleague]:
    """The same for a ticket about this module: those who know it well come first."""
    skills = cache.get("helpdesk.skills")
    if skills is None:
        skills = set(Skill.objects.values_list("person", "component"))
        cache.set("helpdesk.skills", skills, REMEMBERED_FOR)
    marked = [each._replace(knows_it_well=(each.pk, component) in skills) for each in names_at_the_desk()]
    return sorted(marked, key=lambda each: not each.knows_it_well)


def changed() -> None:
    """Somebody came to the desk, left it or learnt something: pages that ask next see it."""
    cache.delete_many(["helpdesk.colleagues", "helpdesk.skills"])
