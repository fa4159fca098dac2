"""How long answers took in the last day, hour by hour: the lines of the public charts.

A line holds what sealed hours keep (`monitoring.models.Hour`): the median, and the time
within which nineteen of twenty answers came. An hour in which nothing answered, or that
nobody measured, is a gap: it is neither fast nor slow.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median_low

from foundation.directory.models import Component
from monitoring.models import Check, Hour, Node

HOUR = timedelta(hours=1)
HOURS = 24
BLOCK = 4  # hours together in one cell of the table
WIDTH, HEIGHT = 23, 60  # an hour is one unit wide, so that paths are short
TIDY = (1, 2, 5)  # the scale ends at one of these, times a power of ten


@dataclass(frozen=True)
class Slot:
    """One hour: when it began, and milliseconds; None where nothing answered."""

    at: datetime
    usual: int | None = None
    slow: int | None = None


@dataclass(frozen=True)
class Chart:
    """One thing that answers (a component, or a node by its number), oldest hour first."""

    name: str
    slots: tuple[Slot, ...]

    @cached_property
    def known(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.usual is not None]

    @property
    def latest(self) -> int | None:
        return self.known[-1].usual if self.known else None

    @property
    def usual(self) -> int | None:
        return usual_of(self.known)

    @property
    def slowest(self) -> Slot | None:
        return max(self.known, key=lambda slot: slot.slow or 0, default=None)

    @property
    def top(self) -> int:
        """Where the scale ends, in milliseconds."""
        return tidy(max((slot.slow or slot.usual or 0 for slot in self.known), default=1))

    @property
    def line(self) -> str:
        """The medians as one SVG path in a box of WIDTH by HEIGHT; hours without an answer interrupt it."""
        return "".join(drawn(self.points("usual", stretch)) for stretch in stretches(self.slots))

    @property
    def ground(self) -> str:
        """From the bottom of the box up to the slow answers."""
        return "".join(f"{drawn(self.points('slow', one))}V{HEIGHT}H{one[0][0]}z" for one in stretches(self.slots))

    @property
    def blocks(self) -> list[tuple[datetime, int | None]]:
        """(its first hour, median of its medians) of every `BLOCK` hours."""
        cut = [self.slots[n : n + BLOCK] for n in range(0, len(self.slots), BLOCK)]
        return [(slots[0].at, usual_of(slots)) for slots in cut]

    def points(self, measure: str, stretch: list[tuple[int, Slot]]) -> list[tuple[int, int]]:
        return [(n, self.y(getattr(slot, measure) or slot.usual)) for n, slot in stretch]

    def y(self, milliseconds: int | None) -> int:
        return round(HEIGHT - HEIGHT * (milliseconds or 0) / self.top)


def drawn(points: list[tuple[int, int]]) -> str:
    """A path of relative lines, which are short to write; one point alone is a dot."""
    steps = " ".join(f"{x - x0} {y - y0}" for (x0, y0), (x, y) in pairwise(points)).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}{f'l{steps}' if steps else 'h.1'}"


def stretches(slots: Iterable[Slot]) -> list[list[tuple[int, Slot]]]:
    """Neighbouring hours with an answer, each with its place."""
    stretches_found: list[list[tuple[int, Slot]]] = [[]]
    for number, slot in enumerate(slots):
        if slot.usual is None:
            stretches_found.append([])
        else:
            stretches_found[-1].append((number, slot))
    return [stretch for stretch in stretches_found if stretch]


def usual_of(slots: Iterable[Slot]) -> int | None:
    usual = [slot.usual for slot in slots if slot.usual is not None]
    return median_low(usual) if usual else None


def tidy(milliseconds: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 … that is not less."""
    scale = 1
    while True:
        for step in TIDY:
            if step * scale >= milliseconds:
                return step * scale
        scale *= 10


def of_components(components: Iterable[Component], at: datetime) -> list[Chart]:
    """A chart for each of these that was measured in the last day, in their order. Two queries.

    Their names go without the explanation in brackets, which a small chart cannot hold.
    """
    asked = first_checks(Check.objects.filter(node__component__isnull=False), "node__component_id")
    return charts([(component.pk, component.name.split(" (")[0]) for component in components], asked, at)


def of_nodes(nodes: Iterable[Node], at: datetime) -> list[Chart]:
    """A chart for each of these that was measured, named by its place among them. Two queries."""
    nodes = list(nodes)
    asked = first_checks(Check.objects.filter(node__in=nodes), "node_id")
    return charts([(node.pk, str(number)) for number, node in enumerate(nodes, start=1)], asked, at)


def charts(named: list[tuple[object, str]], asked: dict[int, object], at: datetime) -> list[Chart]:
    hours = measured(asked, at)
    drawn = (Chart(name, slots_of(hours[key], at)) for key, name in named)
    return [chart for chart in drawn if chart.known]


def first_checks(checks, of: str) -> dict[int, object]:
    """Check → what it is of: one stands for each, an essential one over HTTP where there is one."""
    rows = sorted(
        checks.live().values_list("is_essential", "kind", "pk", of),
        key=lambda row: (not row[0], row[1] != Check.Kind.HTTP, row[2]),
    )
    first_of: dict[object, int] = {}
    for _essential, _kind, pk, key in rows:
        first_of.setdefault(key, pk)
    return {pk: key for key, pk in first_of.items()}


def measured(asked: dict[int, object], at: datetime) -> dict[object, dict[datetime, Slot]]:
    hours: dict[object, dict[datetime, Slot]] = defaultdict(dict)
    since = at - HOUR * (HOURS + 1)
    kept = Hour.objects.filter(check_of__in=list(asked), at__gte=since)
    for check, hour, usual, slow in kept.values_list("check_of_id", "at", "latency_p50", "latency_p95"):
        hours[asked[check]][hour] = Slot(hour, usual, slow)
    return hours


def slots_of(hours: dict[datetime, Slot], at: datetime) -> tuple[Slot, ...]:
    this_hour = at.replace(minute=0, second=0, microsecond=0)
    wanted = [this_hour - HOUR * back for back in range(HOURS, 0, -1)]
    return tuple(hours.get(hour, Slot(hour)) for hour in wanted)
