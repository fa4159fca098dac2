"""Who else has a ticket open just now: said by open pages, remembered for a minute, recorded nowhere."""

import time
from collections.abc import Sequence

from django.core.cache import cache

from foundation.directory.models import Person
from helpdesk.models import Ticket

REMEMBERED_FOR = 45  # seconds; open pages say it again every fifteen


def look(ticket: Ticket, person: Person) -> None:
    """This person has the ticket open."""
    cache.set(_key(ticket), _present(ticket) | {person.pk: (person.name, time.time())}, REMEMBERED_FOR)


def others(ticket: Ticket, person: Person) -> Sequence[str]:
    """The names of colleagues who have it open, too."""
    return sorted(name for key, (name, _at) in _present(ticket).items() if key != person.pk)


def _present(ticket: Ticket) -> dict[int, tuple[str, float]]:
    oldest = time.time() - REMEMBERED_FOR
    return {key: seen for key, seen in (cache.get(_key(ticket)) or {}).items() if seen[1] > oldest}


def _key(ticket: Ticket) -> str:
    return f"helpdesk.looking:{ticket.pk}"
