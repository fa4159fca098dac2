"""Who else has a ticket open just now, and who types: said by open pages, remembered for a minute, recorded nowhere."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from django.core.cache import cache

from foundation.directory.models import Person
from foundation.live import live
from helpdesk.models import Ticket
from helpdesk.tickets import live_updates

REMEMBERED_FOR = 45  # seconds; open pages say it again every fifteen
TYPES_FOR = 20  # seconds after the last letter


class Viewer(NamedTuple):
    """A colleague beside us. `looked_at`, `typed_at`: seconds since the epoch, 0 for never."""

    name: str
    looked_at: float
    typed_at: float = 0.0

    @property
    def types(self) -> bool:
        return time.time() - self.typed_at < TYPES_FOR


def look(ticket: Ticket, person: Person) -> None:
    """This person has the ticket open."""
    known = _present(ticket)
    typed_at = known[person.pk].typed_at if person.pk in known else 0.0
    _keep(ticket, known | {person.pk: Viewer(person.name, time.time(), typed_at)})


def type_in(ticket: Ticket, person: Person) -> None:
    """This person writes; the open pages of colleagues are told when it begins, not with every word."""
    known = _present(ticket)
    at = time.time()
    typed_already = person.pk in known and known[person.pk].types
    _keep(ticket, known | {person.pk: Viewer(person.name, at, at)})
    if not typed_already:
        live.announce_each(live_updates.rooms_for(ticket, notes=True), "typing", person.pk, {"at": int(at)})


def stop_typing(ticket: Ticket, person: Person) -> None:
    """They have sent it, or thrown it away."""
    known = _present(ticket)
    if person.pk in known:
        _keep(ticket, known | {person.pk: known[person.pk]._replace(typed_at=0.0)})


def others(ticket: Ticket, person: Person) -> Sequence[Viewer]:
    """Colleagues who have it open, too, by name."""
    return sorted(viewer for key, viewer in _present(ticket).items() if key != person.pk)


def _keep(ticket: Ticket, viewers: dict[int, Viewer]) -> None:
    cache.set(_key(ticket), {key: tuple(viewer) for key, viewer in viewers.items()}, REMEMBERED_FOR)


def _present(ticket: Ticket) -> dict[int, Viewer]:
    oldest = time.time() - REMEMBERED_FOR
    known = {key: Viewer(*values) for key, values in (cache.get(_key(ticket)) or {}).items()}
    return {key: viewer for key, viewer in known.items() if viewer.looked_at > oldest}


def _key(ticket: Ticket) -> str:
    return f"helpdesk.viewers:{ticket.pk}"
