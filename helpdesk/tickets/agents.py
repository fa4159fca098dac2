"""Who works at the desk."""

from collections.abc import Sequence
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import QuerySet

from foundation.directory.models import Membership, Person

REMEMBERED_FOR = 60  # seconds; the verb asks again whether the person may have a ticket


class Colleague(NamedTuple):
    pk: int
    name: str


def at_the_desk() -> QuerySet[Person]:
    """Everyone who may be given a ticket, in the order of a Turkish register."""
    return Person.objects.holding(Membership.DESK_ROLES).order_by("sort_key", "pk")


def names_at_the_desk() -> Sequence[Colleague]:
    """The same as names to choose from, read at most once a minute."""
    colleagues = cache.get("helpdesk.colleagues")
    if colleagues is None:
        colleagues = [Colleague(*row) for row in at_the_desk().values_list("pk", "name")]
        cache.set("helpdesk.colleagues", colleagues, REMEMBERED_FOR)
    return colleagues
