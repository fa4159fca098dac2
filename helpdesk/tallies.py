"""Counting the open tickets: one grouped read of a partial index, every few seconds."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum

from foundation import now
from foundation.directory.models import Person
from helpdesk.models import Queue, Tally, Ticket

FRESH_FOR = timedelta(seconds=15)
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Numbers:
    """The counters above the queue. `late` and `soon` are among `mine`."""

    mine: int
    late: int
    soon: int
    team: int
    unclaimed: int
    everything: int


@transaction.atomic
def recount() -> None:
    """Bring every tally up to date; rows that counted nothing say zero."""
    counted = {
        (row["queue_id"], row["severity"]): row
        for row in Ticket.objects.open()
        .values("queue_id", "severity")
        .annotate(open=Count("pk"), unclaimed=Count("pk", filter=Q(assignee=None)))
        .order_by()
    }
    at = now()
    nothing = {"open": 0, "unclaimed": 0}
    rows = [
        Tally(
            queue_id=queue,
            severity=severity,
            open=counted.get((queue, severity), nothing)["open"],
            unclaimed=counted.get((queue, severity), nothing)["unclaimed"],
            counted_at=at,
        )
        for queue in Queue.objects.values_list("pk", flat=True)
        for severity in Ticket.Severity
    ]
    Tally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["queue", "severity"],
        update_fields=["open", "unclaimed", "counted_at"],
    )


def numbers_for(person: Person) -> Numbers:
    """What stands above this agent's queue: own tickets by index, the rest as counted last."""
    at = now()
    mine = (
        Ticket.objects.open()
        .filter(assignee=person)
        .aggregate(
            mine=Count("pk"),
            late=Count("pk", filter=Q(next_due_at__lt=at)),
            soon=Count("pk", filter=Q(next_due_at__gte=at, next_due_at__lt=at + SOON)),
        )
    )
    own_queues = Q(queue__in=Queue.objects.of(person))
    counted = Tally.objects.aggregate(
        team=Sum("open", filter=own_queues, default=0),
        unclaimed=Sum("unclaimed", default=0),
        everything=Sum("open", default=0),
    )
    return Numbers(**mine, **counted)
