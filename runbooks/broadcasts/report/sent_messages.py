"""What was said to a municipality, for those who are asked about it: words and whether they were heard, no numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from foundation import now
from foundation.directory.models import Municipality
from runbooks.models import Acknowledgement, Broadcast, Recipient

LATELY = timedelta(days=14)  # what a clerk on the telephone may mean
REMEMBERED_FOR = 15  # seconds
MOST_BESIDE_A_TICKET = 3


@dataclass(frozen=True)
class SentMessage:
    """One broadcast as one municipality was told it."""

    number: str
    subject: str
    text: str
    at: datetime
    is_drill: bool
    is_confirmed: bool


def to(municipality: Municipality) -> Sequence[SentMessage]:
    """The newest first, of the last fortnight. Asks nothing while nobody was told anything."""
    if not anybody_lately():
        return []
    confirmed = Acknowledgement.objects.filter(broadcast=OuterRef("pk"), municipality=municipality)
    broadcasts = sent(now() - LATELY, municipality).annotate(is_confirmed=Exists(confirmed))[:MOST_BESIDE_A_TICKET]
    return [
        SentMessage(each.number, each.subject, each.text, each.approved_at, each.is_drill, each.is_confirmed)
        for each in broadcasts
        if each.approved_at
    ]


def sent(since: datetime, municipality: Municipality | None = None) -> QuerySet[Broadcast]:
    """What left since then, to this municipality or to anybody, the newest first."""
    broadcasts = Broadcast.objects.filter(status__in=Broadcast.RELEASED, approved_at__gt=since).order_by(
        "-approved_at", "-pk"
    )
    if municipality is None:
        return broadcasts
    to_us = Recipient.objects.included().filter(broadcast=OuterRef("pk"), municipality=municipality)
    return broadcasts.filter(Exists(to_us))


def with_reach(broadcasts: QuerySet[Broadcast]) -> QuerySet[Broadcast]:
    """`reached`: to how many municipalities each went."""
    included = Q(recipients__left_out="")
    return broadcasts.annotate(reached=Count("recipients__municipality", filter=included, distinct=True))


def anybody_lately() -> bool:
    any_sent = cache.get("runbooks.told_lately")
    if any_sent is None:
        any_sent = sent(now() - LATELY).exists()
        cache.set("runbooks.told_lately", any_sent, REMEMBERED_FOR)
    return any_sent
