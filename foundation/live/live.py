"""The front door of `live`: what verbs say to open pages."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from foundation import rows
from foundation.live import doorbell
from foundation.live.models import Event, ProbeCycle


def announce(audience: str, kind: str, id: object, data: dict) -> None:
    """Say `data` about `kind` `id` to an audience, in the caller's transaction.

    `data` holds absolute values, so that applying it twice is harmless; never HTML,
    never a language. Values said about one `kind` and `id` add up key by key: the
    later value of a key wins. Audiences: see `foundation.live.audiences`.
    """
    rows.add(Event(audience=audience, kind=kind, object_id=str(id), data=data))
    transaction.on_commit(doorbell.ring, robust=True)


def announce_each(audiences: Iterable[str], kind: str, id: object, data: dict) -> None:
    """The same word to many audiences at once (an outage to 1,400 municipalities)."""
    rows.insert_each(Event(kind=kind, object_id=str(id), data=data), "audience", audiences)
    transaction.on_commit(doorbell.ring, robust=True)


def announce_all(events: Iterable[tuple[str, str, object, dict]]) -> None:
    """Many words at once, in bulk, each as (audience, kind, id, data)."""
    told = [(audience, kind, str(id), data) for audience, kind, id, data in events]
    rows.insert_many(Event, ("audience", "kind", "object_id", "data"), told)
    transaction.on_commit(doorbell.ring, robust=True)


def last_word() -> int:
    """The key of the newest event, 0 while there is none: while it stands, nobody was told anything new.

    Keys are given out before the commit, so a word may still come in below it.
    """
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def note_probe_cycle(at: datetime) -> None:
    """Remember that the watch finished a round of probes at `at`; every head says so."""
    ProbeCycle.objects.update_or_create(pk=ProbeCycle.ONLY, defaults={"ended_at": at})


def kind_of(subject: models.Model) -> str:
    return subject._meta.label_lower
