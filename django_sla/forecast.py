"""Which promises will be broken: from the place in the queue and how fast the desk works.

The model is the simplest that can be checked: those due first are served first, at
the speed of the last working days. How often that was right is measured on history.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from django_sla.arithmetic import Hours, OutsideCalendar
from django_sla.models import Clock

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Expected:
    """One clock with its place in the queue (from 1) and when it would be served."""

    clock: Clock
    position: int
    served_at: datetime | None

    def is_due_by(self, until: datetime) -> bool:
        return self.clock.due_at is not None and self.clock.due_at <= until

    @property
    def breaches(self) -> bool:
        return self.served_at is None or (self.clock.due_at is not None and self.served_at > self.clock.due_at)


@dataclass(frozen=True)
class Forecast:
    """Promises of one metric due by `until`: those that will be broken, and the speed assumed (per open hour)."""

    metric: str
    until: datetime
    per_hour: float
    queue: int
    at_risk: list[Expected]


@dataclass(frozen=True)
class Accuracy:
    """How forecasts of past days turned out, counted in clocks."""

    foretold: int
    broken: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the foretold breaches that came; None when none was foretold."""
        return self.right / self.foretold if self.foretold else None

    @property
    def recall(self) -> float | None:
        """Share of the breaches that had been foretold; None when there was none."""
        return self.right / self.broken if self.broken else None


def forecast(metric: str, hours: Hours, *, at: datetime, until: datetime, queue: QuerySet | None = None) -> Forecast:
    """What will be broken before `until` if the desk, open in `hours`, goes on at its recent speed."""
    waiting = queue if queue is not None else Clock.objects.due_list().filter(metric=metric)
    return _foretell(metric, hours, at, until, [clock for clock in waiting if clock.due_at and clock.due_at >= at])


def accuracy(metric: str, hours: Hours, moments: Iterable[tuple[datetime, datetime]]) -> Accuracy:
    """Repeat the forecast at past moments [(at, until), …] with what was known then, and compare."""
    foretold = broken = right = 0
    for at, until in moments:
        then = _queue_at(metric, at)
        expected = {each.clock.pk for each in _foretell(metric, hours, at, until, then).at_risk}
        came = {clock.pk for clock in then if clock.breached_at and at < clock.breached_at <= until}
        foretold += len(expected)
        broken += len(came)
        right += len(expected & came)
    return Accuracy(foretold, broken, right)


def speed(metric: str, hours: Hours, at: datetime) -> float:
    """Promises of `metric` fulfilled per open hour in the week before `at`."""
    since = at - LOOK_BACK
    served = Clock.objects.filter(
        metric=metric, state=Clock.State.FULFILLED, ended_at__gte=since, ended_at__lt=at
    ).count()
    open_hours = hours.elapsed(since, at) / timedelta(hours=1)
    return served / open_hours if open_hours else 0.0


def _foretell(metric: str, hours: Hours, at: datetime, until: datetime, waiting: list[Clock]) -> Forecast:
    per_hour = speed(metric, hours, at)
    expected = [
        Expected(clock, position, _served(hours, at, position, per_hour)) for position, clock in enumerate(waiting, 1)
    ]
    at_risk = [each for each in expected if each.is_due_by(until) and each.breaches]
    return Forecast(metric, until, per_hour, len(waiting), at_risk)


def _served(hours: Hours, at: datetime, position: int, per_hour: float) -> datetime | None:
    if not per_hour:
        return None
    try:
        return hours.add(at, timedelta(hours=position / per_hour))
    except (OutsideCalendar, OverflowError):
        return None


def _queue_at(metric: str, at: datetime) -> list[Clock]:
    """The clocks of `metric` that ran at a past moment, due after it, soonest first."""
    ran = Clock.objects.filter(metric=metric, started_at__lte=at, due_at__gt=at)
    return list(ran.filter(Q(ended_at=None) | Q(ended_at__gt=at)).order_by("due_at"))
