"""When we saw nothing ourselves: a prober that was silent or without a line, heartbeats that nobody heard.

What was then is no data, neither up nor down, whatever state a node had been left in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitoring import locations
from monitoring.models import Blindness, Check, Node, Prober

Span = tuple[datetime, datetime]
HEARTBEATS, ALERTMANAGER = "heartbeats", "alertmanager"


def note(ear: str, since: datetime, until: datetime) -> None:
    """`ear` heard nothing between the two; a stretch that goes on grows."""
    if not Blindness.objects.filter(ear=ear, until=since).update(until=until):
        Blindness.objects.create(ear=ear, since=since, until=until)


def note_silence(ear: str, at: datetime, *, canary_ok: bool = True) -> None:
    """A prober says that it is alive: was it silent before, or is its line dead?"""
    before = Prober.objects.filter(name=ear).exclude(cycle_ended_at=None).first()
    if before and before.cycle_ended_at and (before.is_silent(at) or not canary_ok):
        note(ear, before.cycle_ended_at, at)


def of_nodes(nodes: Iterable[Node], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """Node → the stretches in which nobody could see any check of it."""
    probers = list(Prober.objects.order_by("name"))
    by_ear = spans_by_ear(probers, start, end)
    if not by_ear:
        return {}
    unseen: dict[int, list[list[Span]]] = defaultdict(list)
    told: dict[int, list[list[Span]]] = defaultdict(list)
    for node, check, kind in Check.objects.live().filter(node__in=nodes).values_list("node_id", "pk", "kind"):
        if kind == Check.Kind.ALERT:
            told[node].append(by_ear.get(ALERTMANAGER, []))
        elif kind == Check.Kind.HEARTBEAT:
            unseen[node].append(by_ear.get(HEARTBEATS, []))
        else:
            unseen[node].append(everywhere(check, probers, by_ear))
    # an alert says that something is wrong, never that all is well: it counts where nothing else looks
    return {node: gap for node, spans in (told | unseen).items() if (gap := common(spans))}


def spans_by_ear(probers: Sequence[Prober], start: datetime, end: datetime) -> dict[str, list[Span]]:
    """What is written down, and what goes on: a prober that is silent now has not written it yet."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for ear, since, until in (
        Blindness.objects.filter(since__lt=end, until__gt=start).order_by("since").values_list("ear", "since", "until")
    ):
        spans[ear].append((since, until))
    for prober in probers:
        if prober.cycle_ended_at and prober.cycle_ended_at < end and prober.is_silent(end):
            spans[prober.name].append((max(prober.cycle_ended_at, start), end))
    return spans


def everywhere(check: int, probers: Sequence[Prober], by_ear: Mapping[str, list[Span]]) -> list[Span]:
    """When no location could see a check: each has one prober that asks it."""
    return common(
        [by_ear.get(prober.name, []) for prober in probers if prober.location and locations.asks(prober, check)]
    )


def common(lists: Sequence[Sequence[Span]]) -> list[Span]:
    """The stretches that all lists have; each list is in order and without overlaps."""
    if not lists:
        return []
    shared = list(lists[0])
    for spans in lists[1:]:
        pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in shared for b in spans)
        shared = [(since, until) for since, until in pairs if since < until]
    return shared
