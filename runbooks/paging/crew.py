"""Who is on call for a rota at a moment. All paging asks the rotas through `crew`, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.directory.models import Person
from runbooks.models import Leave
from runbooks.rotas import on_call
from runbooks.rotas.rotation import ISTANBUL

BELONGS = timedelta(days=28)  # whoever carried the rota so lately, or will, is one of its people


@dataclass(frozen=True)
class Crew:
    """Those of one rota at one moment: who is called first, who then, and all who take part in it."""

    first: Person | None
    second: Person | None
    everyone: list[Person]


def away(people: Iterable[Person], at: datetime) -> list[Person]:
    """Those of them who are on leave on that day."""
    wanted, day = list(people), at.astimezone(ISTANBUL).date()
    leaves = Leave.objects.standing().filter(person__in=wanted, first_day__lte=day, last_day__gte=day)
    absent = set(leaves.values_list("person", flat=True))
    return [person for person in wanted if person.pk in absent]


def crew(rota: str, at: datetime) -> Crew:
    """The people of the rota with this key at `at`; nobody where it is empty or does not exist."""
    called = on_call.carriers(rota, at)
    taking_part = Person.objects.filter(is_active=True, shifts__rota__key=rota, shifts__ends_at__gt=at - BELONGS)
    others = [person for person in taking_part.distinct().order_by("sort_key") if person not in called]
    return Crew(called[0] if called else None, called[1] if len(called) > 1 else None, [*called, *others])
