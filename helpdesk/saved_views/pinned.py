"""The views that a person has pinned, with how many tickets each holds: counted up to a bound, remembered a while."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from foundation.directory.models import Person
from foundation.language.formatting import number
from helpdesk.bulk.selection import MOST
from helpdesk.models import SavedView
from helpdesk.saved_views.keeping import MOST_PINNED
from helpdesk.search import bounds
from helpdesk.search.bounds import SearchTooBroad
from helpdesk.tickets import counters, queue
from helpdesk.tickets.queue import QueueFilter

COUNTED_TO = 1_000
BROKEN_OFF_AFTER = 0.5  # seconds, for each view
UNKNOWN = -1


@dataclass(frozen=True)
class PinnedCount:
    """`count` is None where nobody could count it in time, or its question means nothing any more."""

    view: SavedView
    count: int | None

    @property
    def counter(self) -> str:
        """ "1.391", or "1.000+" beyond the bound."""
        if self.count is None:
            return ""
        return f"{number(COUNTED_TO)}+" if self.count > COUNTED_TO else number(self.count)


def of(person: Person) -> list[PinnedCount]:
    """Two reads, and one for each count that nobody has remembered."""
    pins = person.pinned_views.filter(view__in=SavedView.objects.visible_to(person)).select_related("view")
    views = [pin.view for pin in pins[:MOST_PINNED]]
    counts = counted(views, person, COUNTED_TO)
    return [PinnedCount(view, counts[view.pk]) for view in views]


def whole_view(wanted: QueueFilter, person: Person) -> int | None:
    """How many tickets an open saved view holds on all its pages, as far as one act could take them."""
    if wanted.saved is None or wanted.is_narrowed:
        return None
    count = counted([wanted.saved], person, MOST)[wanted.saved.pk]
    return None if count is None or count > MOST else count


def counted(views: Iterable[SavedView], person: Person, bound: int) -> dict[int, int | None]:
    """View → tickets as this person sees them, `bound` + 1 for more; as old as the counters of the fixed views."""
    keys = {view: f"helpdesk.saved_view:{view.pk}:{view.changed_at.timestamp()}:{person.pk}:{bound}" for view in views}
    known = cache.get_many(keys.values()) if keys else {}
    fresh = {key: count(view, person, bound) for view, key in keys.items() if key not in known}
    if fresh:
        cache.set_many(fresh, counters.FRESH_FOR.seconds)
    found = known | fresh
    return {view.pk: None if found[key] == UNKNOWN else found[key] for view, key in keys.items()}


def count(view: SavedView, person: Person, bound: int) -> int:
    """Up to `bound` + 1; `UNKNOWN` where it takes too long or asks for what is gone."""
    wanted = QueueFilter(view=str(view.pk), saved=view)
    try:
        with bounds.at_most(BROKEN_OFF_AFTER):
            asked = wanted.asked(person)
            if any(each.problems for each in asked):
                return UNKNOWN
            return queue.selected(wanted, person, asked).order_by()[: bound + 1].count()
    except SearchTooBroad:
        return UNKNOWN
