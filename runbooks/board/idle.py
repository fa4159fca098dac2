"""What the watch wants to know when nothing is broken: who carries it, what is over, what is planned.

It stands beside the map on every day, below what is open, and in the same place.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.models import Maintenance, Outage
from monitoring.status import report
from runbooks.models import Shift
from runbooks.rotas import on_call

LATELY = timedelta(days=7)
MOST_OVER, MOST_PLANNED = 5, 3


@dataclass(frozen=True)
class Calm:
    """`carrying`: shifts of the watch's rota now, in the order they are called; `over`: and how long it lasted."""

    carrying: list[Shift]
    following: Shift | None
    over: list[tuple[Outage, timedelta]]
    planned: list[Maintenance]


def read(at: datetime) -> Calm:
    """In a number of queries that does not grow."""
    watch = next((one for one in on_call.overview(at) if one.rota.key == on_call.WATCH), None)
    ended = Outage.objects.filter(ended_at__gte=at - LATELY, merged_into=None).order_by("-ended_at")
    return Calm(
        carrying=watch.now if watch else [],
        following=watch.following if watch else None,
        over=[(outage, outage.age(at)) for outage in ended[:MOST_OVER]],
        planned=report.upcoming_maintenance(at)[:MOST_PLANNED],
    )
