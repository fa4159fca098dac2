"""What programs are told of tickets: their state, never their words."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from foundation.journal.models import Entry
from foundation.outbox.hooks import feed
from foundation.outbox.hooks.feed import FeedSource, FeedSubject
from helpdesk.models import Ticket

TOLD: dict[str, tuple[str, ...]] = {
    "ticket.submitted": (),
    "ticket.replied": ("side",),
    "ticket.waiting": ("third_party",),
    "ticket.graded": ("before", "after"),
    "ticket.resolved": (),
    "ticket.reopened": (),
    "ticket.withdrawn": (),
    "ticket.merged": ("other",),
    "ticket.separated": ("other",),
    "ticket.rated": ("score",),
}
AMONG_US: dict[str, tuple[str, ...]] = {
    "ticket.noted": (),
    "ticket.claimed": (),
    "ticket.assigned": (),
    "ticket.released": (),
    "ticket.linked": (),
    "ticket.unlinked": (),
    "ticket.taken_in": ("other",),
    "ticket.let_go": ("other",),
    "ticket.link_made": ("relation", "other"),
    "ticket.link_removed": ("relation", "other"),
    "ticket.snoozed": ("until", "event"),
    "ticket.woken": ("why",),
    "ticket.split_off": ("other",),
    "ticket.split_from": ("other",),
    "ticket.escalated": (),
    "ticket.promise_broken": (),
}


@feed.sources.register
def tickets() -> FeedSource:
    return FeedSource(TOLD | AMONG_US, find, inside=frozenset(AMONG_US), tellable=tellable)


def tellable(entries: list[Entry]) -> list[Entry]:
    """Without those that name another ticket which is restricted by now."""
    others = {entry.facts["other"] for entry in entries if "other" in entry.facts}
    secret = set(Ticket.objects.filter(number__in=others).exclude(restriction="").values_list("number", flat=True))
    return [entry for entry in entries if entry.facts.get("other") not in secret] if others else entries


def take_back(ticket: Ticket) -> None:
    """It became secret: what was told of it, and what named it in another ticket, of whichever municipality."""
    named = Q(data__other=ticket.number)
    feed.take_back(named | Q(municipality=ticket.municipality_id, data__ticket=ticket.number))


def find(keys: Iterable[str]) -> Mapping[str, FeedSubject]:
    found = Ticket.objects.unrestricted().filter(pk__in=keys).select_related("municipality").defer("search_text")
    return {str(ticket.pk): FeedSubject(state_of(ticket), ticket.municipality) for ticket in found}


def state_of(ticket: Ticket) -> feed.Data:
    return {
        "ticket": ticket.number,
        "municipality": ticket.municipality.code,
        "component": ticket.component_id,
        "severity": ticket.severity,
        "status": ticket.status,
        "channel": ticket.channel,
        "created_at": ticket.created_at.isoformat(),
        "ended_at": ticket.ended_at and ticket.ended_at.isoformat(),
    }
