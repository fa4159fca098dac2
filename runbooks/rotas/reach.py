"""By how many ways somebody can be reached: asked before they are put on a rota."""

from collections.abc import Iterable

from foundation.directory.models import Person

ENOUGH = 2


def ways(person: Person) -> list[str]:
    """The channels by which a person can be reached today: the address they sign in with, and their telephone."""
    return [channel for channel, address in (("email", person.email), ("sms", person.phone)) if address]


def lacking(people: Iterable[Person]) -> list[Person]:
    """Those who cannot be reached in two ways, each once, in the order given."""
    return [person for person in dict.fromkeys(people) if len(ways(person)) < ENOUGH]
