"""How well promises were kept: counted from decided clocks, never from estimates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from django_sla.models import Clock

Outcome = Clock.Outcome


@dataclass(frozen=True)
class Attained:
    """One group of decided clocks. `key` holds the values of the grouping, in its order.

    Excused breaches count neither as kept nor as broken. `missed_as_it_stood` is what
    was said before any correction.
    """

    key: tuple
    met: int
    missed: int
    excused: int
    missed_as_it_stood: int

    @property
    def decided(self) -> int:
        return self.met + self.missed

    @property
    def ratio(self) -> float | None:
        """The share kept, 0 to 1; None when nothing was decided."""
        return self.met / self.decided if self.decided else None


def attained(
    since: datetime,
    until: datetime,
    *,
    by: Sequence[str] = ("severity", "metric"),
    clocks: models.QuerySet | None = None,
) -> list[Attained]:
    """Clocks decided in [since, until), grouped by fields of Clock, by "month", or by what `clocks` annotates."""
    decided = (Clock.objects.all() if clocks is None else clocks).filter(decided_at__gte=since, decided_at__lt=until)
    if "month" in by:
        decided = decided.annotate(month=TruncMonth("decided_at"))
    rows = (
        decided.values(*by)
        .annotate(
            met=Count("pk", filter=Q(outcome=Outcome.MET)),
            missed=Count("pk", filter=Q(outcome=Outcome.MISSED)),
            excused=Count("pk", filter=Q(outcome=Outcome.EXCUSED)),
            stood=Count("pk", filter=Q(outcome_as_it_stood=Outcome.MISSED)),
        )
        .order_by(*by)
    )
    return [
        Attained(tuple(row[name] for name in by), row["met"], row["missed"], row["excused"], row["stood"])
        for row in rows
    ]


def breaches() -> dict[tuple[str, str], int]:
    """Breaches ever recorded: {(metric, severity): number}, corrected and excused ones included."""
    rows = Clock.objects.filter(outcome_as_it_stood=Outcome.MISSED).values_list("metric", "severity")
    return {(metric, severity): count for metric, severity, count in rows.annotate(count=Count("pk")).order_by()}


def total(groups: Iterable[Attained], key: tuple = ()) -> Attained:
    """Several groups as one."""
    rows = list(groups)
    return Attained(
        key,
        sum(row.met for row in rows),
        sum(row.missed for row in rows),
        sum(row.excused for row in rows),
        sum(row.missed_as_it_stood for row in rows),
    )
