"""What a node was like over days and months: how long it took to answer, and how often it did.

Read from Prometheus where `PROMETHEUS_URL` names one, else from the hours that we keep
ourselves; also from those when Prometheus does not answer, and the reader is told.
The question goes over the network, so nobody asks inside a transaction.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from urllib.parse import urljoin

from django.conf import settings

from foundation.wire.addresses import TROUBLES, fetch
from monitoring.models import Hour, Node

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 3  # seconds; somebody is looking at the page
WIDTH, HEIGHT = 720, 120
# code → (length, width of a point); no point is narrower than the hours we keep ourselves.
SPANS = {
    "1d": (timedelta(days=1), timedelta(hours=1)),
    "7d": (timedelta(days=7), timedelta(hours=3)),
    "30d": (timedelta(days=30), timedelta(hours=12)),
    "90d": (timedelta(days=90), timedelta(days=1)),
}
# The median of the probes that succeeded, all checks and probers of the node together.
SECONDS = (
    "avg(quantile_over_time(0.5, (probe_duration_seconds{{node={node}}}"
    " and probe_success{{node={node}}} == 1)[{step}s:]))"
)
SHARE = "avg(avg_over_time(probe_success{{node={node}}}[{step}s]))"
Series = dict[int, float]  # number of the point → value


@dataclass(frozen=True)
class Point:
    """What stands for the stretch that ends at `until`; None where nothing is known."""

    until: datetime
    ms: float | None
    share: float | None


@dataclass(frozen=True)
class Past:
    """Points, the oldest first. `missed` says that a Prometheus was asked and did not answer."""

    points: tuple[Point, ...]
    from_prometheus: bool
    missed: bool = False

    @property
    def is_known(self) -> bool:
        return any(point.share is not None for point in self.points)

    @property
    def longest(self) -> float | None:
        return max((point.ms for point in self.points if point.ms is not None), default=None)

    @property
    def lines(self) -> list[str]:
        """SVG points of the response time in a box of WIDTH by HEIGHT, a string for each stretch without a gap."""
        top = self.longest or 1
        drawn: list[list[str]] = [[]]
        for number, point in enumerate(self.points):
            if point.ms is None:
                drawn.append([])
            else:
                drawn[-1].append(f"{self.x_of(number):.1f},{HEIGHT - 2 - (HEIGHT - 8) * point.ms / top:.1f}")
        return [" ".join(stretch) for stretch in drawn if len(stretch) > 1]

    @property
    def lone(self) -> list[tuple[str, str]]:
        """Coordinates of points that have no neighbour to draw a line to."""
        neighbours = [None, *(point.ms for point in self.points), None]
        top = self.longest or 1
        return [
            (f"{self.x_of(number):.1f}", f"{HEIGHT - 2 - (HEIGHT - 8) * here / top:.1f}")
            for number, (left, here, right) in enumerate(zip(neighbours, neighbours[1:], neighbours[2:], strict=False))
            if here is not None and left is None and right is None
        ]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """x and upper end of a mark for every point at which a part of the questions failed; taller, the more did."""
        return [
            (f"{self.x_of(number):.1f}", f"{HEIGHT - 2 - max(4.0, (HEIGHT - 8) * (1 - point.share)):.1f}")
            for number, point in enumerate(self.points)
            if point.share is not None and point.share < 1
        ]

    def x_of(self, number: int) -> float:
        return WIDTH * (number + 0.5) / len(self.points)


def of(node: Node, span: str, *, at: datetime) -> Past:
    """The past of `node` over one of SPANS, up to `at`."""
    length, step = SPANS[span]
    if not settings.PROMETHEUS_URL:
        return from_hours(node, length, step, at)
    seconds, share = (ask(question, node, length, step, at) for question in (SECONDS, SHARE))
    if seconds is None or share is None:
        own = from_hours(node, length, step, at)
        return Past(own.points, from_prometheus=False, missed=True)
    milliseconds = {number: value * 1000 for number, value in seconds.items()}
    return Past(points(milliseconds, share, length, step, at), from_prometheus=True)


def from_hours(node: Node, length: timedelta, step: timedelta, at: datetime) -> Past:
    """From our own sealed hours; an hour counts where it began."""
    start = at - length
    rows = Hour.objects.filter(check_of__node=node, at__gt=start, at__lte=at)
    asked: dict[int, int] = defaultdict(int)
    failed: dict[int, int] = defaultdict(int)
    medians: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for when, questions, failures, median, answers in rows.values_list(
        "at", "asked", "failed", "latency_p50", "answered"
    ):
        number = int((when - start) / step)
        asked[number] += questions
        failed[number] += failures
        if median is not None:
            medians[number].append((median, answers))
    share = {number: 1 - failed[number] / count for number, count in asked.items() if count}
    return Past(points({n: weighted(hourly) for n, hourly in medians.items()}, share, length, step, at), False)


def weighted(medians: Iterable[tuple[int, int]]) -> float:
    """The mean of hourly medians, each as heavy as its answers."""
    pairs = list(medians)
    return sum(median * answers for median, answers in pairs) / sum(answers for _median, answers in pairs)


def points(ms: Series, share: Series, length: timedelta, step: timedelta, at: datetime) -> tuple[Point, ...]:
    start = at - length
    return tuple(Point(start + step * (n + 1), ms.get(n), share.get(n)) for n in range(length // step))


def ask(question: str, node: Node, length: timedelta, step: timedelta, at: datetime) -> Series | None:
    """One series of Prometheus, a value for each point that has one; None when it did not answer.

    A value stands for the step before its time, so the first is asked one step after the start.
    """
    name = node.code.replace("\\", "\\\\").replace('"', '\\"')
    seconds = int(step.total_seconds())
    start = at - length + step
    query: dict[str, str | float] = {
        "query": question.format(node=f'"{name}"', step=seconds),
        "start": start.timestamp(),
        "end": at.timestamp(),
        "step": seconds,
        "timeout": f"{TIMEOUT_SECONDS}s",
    }
    url = urljoin(settings.PROMETHEUS_URL.rstrip("/") + "/", "api/v1/query_range")
    try:
        answer = fetch("GET", url, params=query, timeout=TIMEOUT_SECONDS, allow_private=True, allow_redirects=False)
        return series_of(answer.json(), start, step)
    except (*TROUBLES, KeyError, TypeError, AttributeError) as trouble:
        logger.warning("Prometheus did not answer: %s", type(trouble).__name__)
        return None


def series_of(answer: dict, start: datetime, step: timedelta) -> Series:
    """The first series of a range answer by number of its point; what is not a number is left out.

    Raises KeyError, TypeError or ValueError for anything that is no answer of query_range.
    """
    if answer["status"] != "success":
        raise ValueError(answer["status"])
    rows = [row for series in answer["data"]["result"][:1] for row in series["values"]]
    numbered = ((round((when - start.timestamp()) / step.total_seconds()), float(value)) for when, value in rows)
    return {number: value for number, value in numbered if isfinite(value)}
