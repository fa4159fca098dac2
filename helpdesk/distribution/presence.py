"""Who has the desk open just now: said by open pages, remembered for minutes, recorded nowhere."""

from collections.abc import Iterable

from django.core.cache import cache

from foundation.directory.models import Person

REMEMBERED_FOR = 180  # seconds; an open desk asks for its rows at least once a minute


def seen(person: Person) -> None:
    """This person looks at the desk."""
    cache.set(_key(person.pk), True, REMEMBERED_FOR)


def here(keys: Iterable[int]) -> set[int]:
    """Who of these looked at it lately."""
    asked = {_key(key): key for key in keys}
    return {asked[name] for name in cache.get_many(asked)}


def _key(person: int) -> str:
    return f"helpdesk.here:{person}"
