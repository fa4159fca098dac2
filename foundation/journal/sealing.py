"""Sealing entries into one chain, after their commit, and checking it.

Entries are written without waiting for one another; a sealer takes those that are
committed and chains them, in batches. Sealers take turns at the head of the chain,
so that each position is given once; an entry committed late gets a later position.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop

from foundation.journal import chain
from foundation.journal.models import Entry, Head, PersonalText

logger = logging.getLogger(__name__)

BATCH_SIZE = 500


@dataclass(frozen=True)
class Break:
    """The first place where the record is not what was sealed."""

    position: int
    why: str


@dataclass(frozen=True)
class ChainCheck:
    """What a check found: how far it got, the head it computed, and the first break, if any."""

    checked: int
    digest: str
    first_break: Break | None


def seal() -> int:
    """Chain every committed entry; returns how many. The head goes to the log, as an outside anchor."""
    sealed = 0
    while number := _seal_some():
        sealed += number
    if sealed:
        head = Head.objects.get(pk=1)
        logger.info("journal sealed %s:%s", head.position, head.digest)
    return sealed


@transaction.atomic
def _seal_some() -> int:
    Head.objects.get_or_create(pk=1)
    head = Head.objects.select_for_update().get(pk=1)
    entries = list(Entry.objects.filter(position=None).order_by("id")[:BATCH_SIZE])
    for entry in entries:
        head.position += 1
        head.digest = chain.link(head.digest, head.position, said_by(entry))
        entry.position, entry.digest = head.position, head.digest
    Entry.objects.bulk_update(entries, ["position", "digest"], batch_size=100)
    head.save()
    return len(entries)


def said_by(entry: Entry) -> str:
    return chain.said(
        kind=entry.kind,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        person_id=entry.person_id,
        facts=entry.facts,
        text=entry.text_digest,
        at=entry.at,
    )


def verify(*, anchor: tuple[int, str] | None = None) -> ChainCheck:
    """Walk the chain from its start.

    `anchor` is a (position, digest) kept outside the database, from the log or a
    backup; it shows a tail that was cut off or sealed again.
    """
    position, digest = 0, ""
    for entry in _sealed():
        position += 1
        problem = _problem(entry, position, digest)
        if problem:
            return ChainCheck(position - 1, digest, Break(position, problem))
        digest = entry.digest
        if anchor and anchor[0] == position and anchor[1] != digest:
            return ChainCheck(position - 1, digest, Break(position, gettext_noop("not what the anchor says")))
    return ChainCheck(position, digest, _missing_tail(position, digest, anchor))


def _sealed() -> Iterator[Entry]:
    return Entry.objects.exclude(position=None).select_related("personal").order_by("position").iterator(2000)


def _problem(entry: Entry, position: int, before: str) -> str:
    if entry.position != position:
        return gettext_noop("missing")
    if chain.link(before, position, said_by(entry)) != entry.digest:
        return gettext_noop("changed")
    personal: PersonalText | None = getattr(entry, "personal", None)
    if personal is not None and chain.text_digest(personal.salt, personal.text) != entry.text_digest:
        return gettext_noop("its text was changed")
    return ""


def _missing_tail(position: int, digest: str, anchor: tuple[int, str] | None) -> Break | None:
    head = Head.objects.filter(pk=1).first()
    end = (head.position, head.digest) if head else (0, "")
    if end != (position, digest):
        return Break(min(position, end[0]) + 1, gettext_noop("the end of the chain is missing or was replaced"))
    if anchor and anchor[0] > position:
        return Break(position + 1, gettext_noop("cut off before the anchor"))
    return None
