"""How a node is, from what its checks say, maintenance and a person's word."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitoring.models import Check, State

DOWN = (Check.Verdict.DOWN, Check.Verdict.UNREACHABLE)


class Reading(NamedTuple):
    """One check of a node, as far as the node's state depends on it: thousands are read in one breath."""

    node_id: int
    verdict: str
    is_essential: bool
    since: datetime
    suspected_at: datetime | None
    is_flapping: bool
    interval: int


def readings(node_ids: Iterable[int]) -> dict[int, list[Reading]]:
    """Node → its live checks, in one read."""
    readings: dict[int, list[Reading]] = defaultdict(list)
    for row in Check.objects.live().filter(node__in=node_ids).values_list(*Reading._fields):
        readings[row[0]].append(Reading(*row))
    return readings


def roll_up(checks: Iterable[Reading]) -> State:
    """An essential failure takes the node down, another degrades it; nothing known is no data."""
    parts = [check for check in checks if check.verdict != Check.Verdict.UNKNOWN]
    failing = [part for part in parts if part.verdict in DOWN]
    if any(part.is_essential for part in failing):
        return State.OUTAGE
    if failing:
        return State.DEGRADED
    return State.OK if parts else State.NO_DATA


def shown(measured: State, *, override: str, in_maintenance: bool) -> State:
    """A person's word outranks everything; maintenance hides what we measured."""
    if override:
        return State(override)
    return State.MAINTENANCE if in_maintenance else measured
