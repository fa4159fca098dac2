"""The feed: of the sealed record, what programs are told.

Every verb writes its journal entry in the transaction of its change, and the sealer
gives it a place after the commit. Here the entries are read once, in that order; each
that a context declares becomes an event and is owed to the addresses that want it.
So nothing told was rolled back, nothing that happened is left out, and a cursor is a number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Municipality
from foundation.journal import sealing
from foundation.journal.models import Entry
from foundation.outbox.hooks import signing
from foundation.outbox.models import EventHook, FeedEvent, FeedMark, HookDelivery
from foundation.providers import Providers

BATCH = 300
Reach = FeedEvent.Reach
Data = dict[str, Any]


class CursorIsForgotten(Refusal):
    sentence = _("The feed no longer reaches back to this number. Read what you need anew, then go on after `last`.")
    status = 410


class CursorIsAhead(Refusal):
    sentence = _("This number was not given out yet: the house was restored from a backup. Read what you need anew.")
    status = 410


@dataclass(frozen=True)
class FeedSubject:
    """What an event is about: its present state, without words that people wrote; who may hear of it."""

    data: Data
    municipality: Municipality | None = None
    is_public: bool = False


@dataclass(frozen=True)
class FeedSource:
    """What a context tells of one kind of subject, by its key.

    `kinds` maps each kind that is told to the facts of the entry that go along; those of
    `inside` are for people who work nationally alone. `tellable` leaves out entries whose facts would name what
    became secret since they were written.
    """

    kinds: Mapping[str, tuple[str, ...]]
    find: Callable[[Iterable[str]], Mapping[str, FeedSubject]]
    inside: frozenset[str] = frozenset()
    tellable: Callable[[list[Entry]], list[Entry]] = list


sources: Providers[Callable[[], FeedSource]] = Providers()


def known_kinds() -> list[str]:
    return sorted(kind for provide in sources for kind in provide().kinds)


def follow() -> int:
    """Read on in the record; returns how many entries were read."""
    sealing.seal()
    read = 0
    while number := _follow_some():
        read += number
    return read


@transaction.atomic
def _follow_some() -> int:
    mark = FeedMark.objects.select_for_update().get(pk=FeedMark.ONLY)
    entries = list(Entry.objects.filter(position__gt=mark.read_to).order_by("position")[:BATCH])
    if not entries:
        return 0
    events = sorted(_told(entries), key=lambda event: event.number)
    FeedEvent.objects.bulk_create(events)
    _owe(events)
    FeedMark.objects.filter(pk=FeedMark.ONLY).update(read_to=entries[-1].position)
    return len(entries)


def _told(entries: list[Entry]) -> Iterator[FeedEvent]:
    for provide in sources:
        source = provide()
        mine = source.tellable([entry for entry in entries if entry.kind in source.kinds])
        found = source.find({entry.subject_id for entry in mine}) if mine else {}
        yield from (_event(entry, source, found[entry.subject_id]) for entry in mine if entry.subject_id in found)


def _event(entry: Entry, source: FeedSource, subject: FeedSubject) -> FeedEvent:
    facts = {name: entry.facts[name] for name in source.kinds[entry.kind] if name in entry.facts}
    return FeedEvent(
        number=entry.position or 0,
        kind=entry.kind,
        at=entry.at,
        municipality=subject.municipality,
        reach=_reach(entry.kind in source.inside, subject),
        data=subject.data | facts,
    )


def _reach(is_inside: bool, subject: FeedSubject) -> str:
    if is_inside:
        return Reach.HOUSE
    if subject.municipality:
        return Reach.MUNICIPALITY
    return Reach.EVERYONE if subject.is_public else Reach.HOUSE


def _owe(events: list[FeedEvent]) -> None:
    """In the same transaction: what is owed to whom."""
    hooks = list(EventHook.objects.current().filter(disabled_at=None)) if events else []
    HookDelivery.objects.bulk_create(
        HookDelivery(webhook=hook, event=event, key=signing.key_of(event), kind=event.kind, body=signing.body_of(event))
        for event in events
        for hook in hooks
        if hook.wants(event)
    )


@transaction.atomic
def take_back(about: Q) -> int:
    """What was told of a subject that has become secret, sent or not; returns how many events."""
    keys = list(FeedEvent.objects.filter(about).values_list("number", flat=True))
    HookDelivery.objects.filter(event__in=keys).delete()
    FeedEvent.objects.filter(number__in=keys).delete()
    return len(keys)


def require_known(after: int) -> None:
    """Refuses a number behind which something was forgotten, and one that this house never gave out."""
    mark = FeedMark.objects.get(pk=FeedMark.ONLY)
    if 0 < after < mark.forgotten_to:
        raise CursorIsForgotten
    if after > mark.read_to:
        raise CursorIsAhead


def last() -> int:
    """The number to go on after: everything up to it was told."""
    return FeedMark.objects.values_list("read_to", flat=True).get(pk=FeedMark.ONLY)


@transaction.atomic
def forget(older_than: datetime) -> int:
    """Events and sendings whose time is over; the feed remembers up to where."""
    old = FeedEvent.objects.filter(at__lt=older_than).order_by("-number")
    newest = old.values_list("number", flat=True).first()
    gone = HookDelivery.objects.filter(created_at__lt=older_than, state__in=HookDelivery.ENDED).delete()[0]
    if newest is not None:
        FeedMark.objects.filter(pk=FeedMark.ONLY).update(forgotten_to=newest)
        gone += FeedEvent.objects.filter(number__lte=newest).delete()[1].get(FeedEvent._meta.label, 0)
    return gone
