"""How much of the time a thing worked: spans of states in, seconds out. Pure.

Maintenance and no data leave the denominator: they are neither up nor down
(reference/monitoring.md §4). Degraded time is up, and counted by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from monitoring.models import State

Length = Callable[[datetime, datetime], float]  # seconds of service between two moments

DOWN = (State.OUTAGE, State.PARTIAL)
OUTSIDE = (State.MAINTENANCE, State.NO_DATA)


class Turn(NamedTuple):
    """From `at` on, the thing is in `state`."""

    at: datetime
    state: str


@dataclass
class Account:
    """Seconds in each state within a stretch of time, and the worst of them."""

    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def expected(self) -> float:
        return sum(self.seconds.values())

    @property
    def down(self) -> float:
        return sum(self.seconds.get(state, 0.0) for state in DOWN)

    @property
    def outside(self) -> float:
        return sum(self.seconds.get(state, 0.0) for state in OUTSIDE)

    @property
    def share_up(self) -> float | None:
        """0 to 1, or None where nothing counts."""
        counted = self.expected - self.outside
        return (counted - self.down) / counted if counted > 0 else None

    @property
    def worst(self) -> str:
        """A gap in the measuring does not hide the rest of the stretch, unless it is most of it."""
        states = {state for state, length in self.seconds.items() if length > 0}
        if self.seconds.get(State.NO_DATA, 0.0) * 2 < self.expected:
            states.discard(State.NO_DATA)
        return max(states, key=list(State.values).index, default=State.NO_DATA)


def spans(
    turns: Iterable[Turn], before: str, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, str]]:
    """The stretch cut where the state turned. `before` is the state at its start."""
    at, state = start, before
    for turn in sorted(turns):
        moment = min(max(turn.at, start), end)
        if moment > at:
            yield at, moment, state
            at = moment
        state = turn.state
    if end > at:
        yield at, end, state


def without(turns: Iterable[Turn], before: str, gaps: Iterable[tuple[datetime, datetime]]) -> list[Turn]:
    """The same turns with no data in the gaps; after a gap the thing is in what it had turned to by then."""
    left = sorted(turns)
    for since, until in gaps:
        state = next((turn.state for turn in reversed(left) if turn.at <= until), before)
        outside = [turn for turn in left if not since <= turn.at <= until]
        left = sorted([*outside, Turn(since, State.NO_DATA), Turn(until, state)])
    return left


def wall(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def account(turns: Iterable[Turn], *, before: str, start: datetime, end: datetime, length: Length = wall) -> Account:
    """Add up a stretch; `length` measures it (all the time, or only service hours)."""
    total = Account()
    for since, until, state in spans(turns, before, start, end):
        total.seconds[state] = total.seconds.get(state, 0.0) + length(since, until)
    return total
