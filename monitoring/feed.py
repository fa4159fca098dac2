"""What programs are told of outages: what the status page says, to everyone; the rest to those who keep the watch."""

from collections.abc import Iterable, Mapping

from foundation.outbox.hooks import feed
from foundation.outbox.hooks.feed import FeedSource, FeedSubject
from monitoring.models import Outage

TOLD: dict[str, tuple[str, ...]] = {
    "outage.opened": (),
    "outage.joined": ("count",),
    "outage.split": ("into", "count"),
    "outage.merged": ("into",),
    "outage.updated": (),
    "outage.recovered": ("count", "left"),
    "outage.ended": (),
    "outage.retimed": (),
    "outage.shown": (),
}
AMONG_US: dict[str, tuple[str, ...]] = {"outage.acknowledged": (), "outage.withdrawn": ()}


@feed.sources.register
def outages() -> FeedSource:
    return FeedSource(TOLD | AMONG_US, find, inside=frozenset(AMONG_US))


def find(keys: Iterable[str]) -> Mapping[str, FeedSubject]:
    found = Outage.objects.filter(pk__in=keys).prefetch_related("components")
    return {
        str(outage.pk): FeedSubject(state_of(outage), is_public=outage.is_public and not outage.is_drill)
        for outage in found
    }


def state_of(outage: Outage) -> feed.Data:
    """As open pages are told it, without who has it."""
    state = outage.live_state()
    return {"outage": state.pop("id")} | state
