"""Who can take tickets: what each has, what each can look after, and who is away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from foundation.directory.models import Person
from helpdesk import providers
from helpdesk.models import Ticket, WorkLimit
from helpdesk.tickets import agents


@dataclass(frozen=True)
class Receiver:
    """One colleague as a list to choose from shows them."""

    pk: int
    name: str
    open: int
    most: int | None  # no limit is set
    away_until: date | None  # the last day

    @property
    def is_full(self) -> bool:
        return self.most is not None and self.open >= self.most

    def __str__(self) -> str:
        load = f"{self.open}/{self.most}" if self.most is not None else f"{self.open}"
        words = [self.name, _("%(load)s open") % {"load": load}]
        if self.away_until:
            words.append(_("away until %(day)s") % {"day": f"{self.away_until:%d.%m.%Y}"})
        elif self.is_full:
            words.append(_("has as many as they can"))
        return " · ".join(words)


def colleagues_of(person: Person) -> list[Receiver]:
    """Everyone else at the desk: who is there first, and of those who has least. A constant number of queries."""
    return sorted(
        receivers(agents.at_the_desk().exclude(pk=person.pk)),
        key=lambda each: (each.away_until is not None, each.is_full, each.open),
    )


def receivers(people: Iterable[Person]) -> list[Receiver]:
    people = list(people)
    keys = [person.pk for person in people]
    having, limits, away = open_of(keys), dict(WorkLimit.objects.values_list("person", "most_open")), away_until(keys)
    return [
        Receiver(person.pk, person.name, having.get(person.pk, 0), limits.get(person.pk), away.get(person.pk))
        for person in people
    ]


def open_of(keys: Sequence[int]) -> dict[int, int]:
    """How many open tickets each of these people has."""
    counted = Ticket.objects.open().filter(assignee__in=keys).order_by().values_list("assignee")
    return dict(counted.annotate(number=Count("pk")))


def away_until(keys: Sequence[int]) -> dict[int, date]:
    """Who of these is on leave today, and their last day away; whoever keeps the rotas knows."""
    away: dict[int, date] = {}
    for ask in providers.away_until:
        away |= ask(keys)
    return away
