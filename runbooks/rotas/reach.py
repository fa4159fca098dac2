"""By how many ways somebody can be reached: asked before they are put on a rota."""

from collections.abc import Iterable

from foundation.directory.models import Person
from runbooks.models import ContactWay

ENOUGH = 2  # verified ways of duty


def lacking(people: Iterable[Person]) -> list[Person]:
    """Those who have not proved two ways to be reached, each once, in the order given. One query."""
    asked = list(dict.fromkeys(people))
    proved = ContactWay.objects.verified().filter(person__in=asked).values_list("person", flat=True)
    counted = list(proved)
    return [person for person in asked if counted.count(person.pk) < ENOUGH]
