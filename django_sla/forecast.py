"""Which promises will be broken: from the place in the queue, the open hours left and how fast the desk works.

Those due first are served first, at the speed of the last week. How many will be served
in a given number of open hours is not one number: arrivals of answers are counted as a
Poisson process, so each promise gets a chance. How good these chances were is measured
on history, by the same reading of the queue.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

from django.db.models import Q, QuerySet

from django_sla import calendars
from django_sla.models import Calendar, Clock

LOOK_BACK = timedelta(days=7)
# Who answered nothing for a week may still answer one in two weeks.
LEAST_SERVED = 0.5
LIKELY = 0.5
# Above this mean the bell curve is right to the third digit.
MANY = 50


@dataclass(frozen=True)
class Expected:
    """One promise with its place in the queue (from 1) and the chance that it breaks, 0 to 1."""

    clock: Clock
    position: int
    risk: float

    @property
    def is_likely(self) -> bool:
        return self.risk >= LIKELY


@dataclass(frozen=True)
class CalendarLoad:
    """The promises of one calendar, soonest first, and what was assumed: those hours have hands of their own."""

    calendar: Calendar
    per_hour: float
    hours_left: float
    overdue: int
    expected: list[Expected]


@dataclass(frozen=True)
class Forecast:
    """The promises of one metric due by `until`, lane by lane."""

    metric: str
    until: datetime
    lanes: list[CalendarLoad]

    @property
    def expected(self) -> list[Expected]:
        return [each for lane in self.lanes for each in lane.expected]

    @property
    def likely(self) -> list[Expected]:
        """Those that more probably break than not."""
        return [each for each in self.expected if each.is_likely]

    @property
    def breaches(self) -> float:
        """How many are expected to break: the sum of their chances."""
        return sum(each.risk for each in self.expected)


@dataclass(frozen=True)
class Accuracy:
    """How forecasts of past days turned out, counted in promises that fell due.

    `error` is the mean squared difference of chance and outcome (Brier), `error_of_a_guess`
    that of one who says the usual share for each.
    """

    judged: int
    expected: float
    foretold: int
    broken: int
    right: int
    error: float | None

    @property
    def precision(self) -> float | None:
        """Share of the foretold breaches that came; None when none was foretold."""
        return self.right / self.foretold if self.foretold else None

    @property
    def recall(self) -> float | None:
        """Share of the breaches that had been foretold; None when there was none."""
        return self.right / self.broken if self.broken else None

    @property
    def error_of_a_guess(self) -> float | None:
        if not self.judged:
            return None
        share = self.broken / self.judged
        return share * (1 - share)


def forecast(metric: str, *, at: datetime, until: datetime) -> Forecast:
    """What will be broken before `until` if the desk goes on at its recent speed."""
    running = Clock.objects.due_list().filter(metric=metric, due_at__gt=at - LOOK_BACK, due_at__lte=until)
    return _foretell(metric, at, until, running)


def accuracy(metric: str, moments: Iterable[tuple[datetime, datetime]]) -> Accuracy:
    """Repeat the forecast at past moments [(at, until), …] with what was known then, and compare."""
    pairs: list[tuple[Expected, bool]] = []
    for at, until in moments:
        for each in _foretell(metric, at, until, _queue_at(metric, at, until)).expected:
            broken_at = each.clock.breached_at
            pairs.append((each, broken_at is not None and at < broken_at <= until))
    return _compared(pairs)


def _compared(pairs: Sequence[tuple[Expected, bool]]) -> Accuracy:
    return Accuracy(
        judged=len(pairs),
        expected=sum(each.risk for each, _came in pairs),
        foretold=sum(each.is_likely for each, _came in pairs),
        broken=sum(came for _each, came in pairs),
        right=sum(each.is_likely and came for each, came in pairs),
        error=sum((each.risk - came) ** 2 for each, came in pairs) / len(pairs) if pairs else None,
    )


def speed(metric: str, calendar: Calendar, at: datetime) -> float:
    """Promises of `metric` in `calendar` fulfilled per open hour of it in the week before `at`."""
    since = at - LOOK_BACK
    # A late answer is decided at its deadline, so that the index by decision is read a week further back.
    served = Clock.objects.filter(
        metric=metric,
        calendar=calendar,
        decided_at__gte=since - LOOK_BACK,
        decided_at__lt=at,
        ended_at__gte=since,
        ended_at__lt=at,
    ).count()
    open_hours = calendars.hours(calendar).elapsed(since, at) / timedelta(hours=1)
    return max(served, LEAST_SERVED) / open_hours if open_hours else 0.0


def _foretell(metric: str, at: datetime, until: datetime, queue: QuerySet[Clock]) -> Forecast:
    lanes: dict[Calendar, list[Clock]] = {}
    for clock in queue.select_related("calendar"):
        lanes.setdefault(clock.calendar, []).append(clock)
    return Forecast(metric, until, [_lane(metric, calendar, lanes[calendar], at, until) for calendar in lanes])


def _lane(metric: str, calendar: Calendar, queue: list[Clock], at: datetime, until: datetime) -> CalendarLoad:
    """Chances for a queue in order of deadlines; the overdue ones in it stand before the others."""
    hours, per_hour = calendars.hours(calendar), speed(metric, calendar, at)
    expected, overdue = [], 0
    for position, clock in enumerate(queue, 1):
        if clock.due_at is None or clock.due_at <= at:
            overdue += 1
            continue
        left = hours.elapsed(at, clock.due_at) / timedelta(hours=1)
        expected.append(Expected(clock, position, 1 - chance_of(position, per_hour * left)))
    return CalendarLoad(calendar, per_hour, hours.elapsed(at, until) / timedelta(hours=1), overdue, expected)


def chance_of(count: int, mean: float) -> float:
    """The chance that a Poisson number of this mean is at least `count`."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if mean > MANY:
        return 1 - NormalDist(mean, math.sqrt(mean)).cdf(count - 0.5)
    below = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(min(count, MANY * 4)))
    return max(0.0, 1 - below)


def _queue_at(metric: str, at: datetime, until: datetime) -> QuerySet[Clock]:
    """The promises that stood open at a past moment and fell due by `until` or in the week before.

    Each of them was decided in that time, at its answer or at its deadline: one range of an index.
    """
    stood = Clock.objects.filter(
        metric=metric, decided_at__gt=at - LOOK_BACK, decided_at__lte=until, started_at__lte=at
    )
    return stood.filter(Q(ended_at=None) | Q(ended_at__gt=at), due_at__lte=until).order_by("due_at")
