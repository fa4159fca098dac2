"""The last twenty-four hours of a few nodes: a strip of half hours each, and the same in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from monitoring.history import gaps
from monitoring.history.availability import spans, without
from monitoring.history.rollups import turns_of
from monitoring.models import Node, State
from monitoring.status import bars

LENGTH = timedelta(hours=24)
SLOT = timedelta(minutes=30)
WELL = (State.OK, State.MAINTENANCE, State.NO_DATA)
MOST_TOLD = 3


class NodeStretch(NamedTuple):
    """How it was between two moments."""

    since: datetime
    until: datetime
    state: str

    @property
    def word(self) -> str:
        return str(State(self.state).label)


@dataclass(frozen=True)
class NodeDay:
    """`slots`: the worst state of each half hour, oldest first; `troubles`: the latest stretches that were not well."""

    node: Node
    slots: tuple[str, ...]
    troubles: tuple[NodeStretch, ...]
    trouble_count: int
    unseen: timedelta

    @property
    def paths(self) -> list[tuple[str, str]]:
        return bars.paths([(number, state) for number, state in enumerate(self.slots)])

    @property
    def more(self) -> int:
        """Troubles that are counted and not told one by one."""
        return self.trouble_count - len(self.troubles)

    @property
    def is_unseen(self) -> bool:
        """Nobody saw it for longer than a slot."""
        return self.unseen > SLOT

    @property
    def is_hardly_seen(self) -> bool:
        """Nobody saw it for most of the day: that there was no trouble would be saying too much."""
        return self.unseen * 2 > LENGTH


def of(nodes: Iterable[Node], at: datetime) -> list[NodeDay]:
    """Up to five reads, however many nodes; stretches in which nobody looked are no data."""
    chosen, start = list(nodes), at - LENGTH
    turns, before = turns_of(chosen, start, at)
    unseen = gaps.of_nodes(chosen, start, at)
    days = []
    for node in chosen:
        state = before.get(node.pk) or State.NO_DATA
        seen = without(turns[node.pk], state, unseen.get(node.pk, ()))
        days.append(day_of(node, [NodeStretch(*each) for each in spans(seen, state, start, at)], start))
    return days


def day_of(node: Node, stretches: Sequence[NodeStretch], start: datetime) -> NodeDay:
    """Pure: the stretches of a day into what a strip shows."""
    troubles = [each for each in stretches if each.state not in WELL]
    unseen = sum((until - since for since, until, state in stretches if state == State.NO_DATA), timedelta())
    begins = [start + SLOT * number for number in range(LENGTH // SLOT)]
    slots = tuple(worst(stretches, begin, begin + SLOT) for begin in begins)
    return NodeDay(node, slots, tuple(troubles[-MOST_TOLD:]), len(troubles), unseen)


def worst(stretches: Sequence[NodeStretch], begin: datetime, end: datetime) -> str:
    """A short gap in the looking does not hide the rest of the half hour."""
    states = [state for since, until, state in stretches if since < end and until > begin]
    seen = [state for state in states if state != State.NO_DATA]
    return max(seen, key=list(State.values).index, default=State.NO_DATA)
