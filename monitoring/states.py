"""How a node is, from what its checks say, maintenance and a person's word."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.models import Check, State

DOWN = (Check.Verdict.DOWN, Check.Verdict.UNREACHABLE)


@dataclass(frozen=True)
class Part:
    """One check of a node."""

    verdict: str
    is_essential: bool


def roll_up(parts: Iterable[Part]) -> State:
    """An essential failure takes the node down, another degrades it; nothing known is no data."""
    parts = [part for part in parts if part.verdict != Check.Verdict.UNKNOWN]
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
