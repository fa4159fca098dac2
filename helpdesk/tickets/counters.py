"""Counting the open tickets: one grouped read of a partial index, every few seconds."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, Q

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


def whole_view(numbers: Numbers, view: str, *, is_narrowed: bool) -> int | None:
    """How many tickets a view holds on all its pages; None where nobody has counted that."""
    counted = {"mine": numbers.mine, "team": numbers.team, "unclaimed": numbers.unclaimed, "all": numbers.everything}
    return None if is_narrowed else counted.get(view)


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


NUMBERS = """
SELECT mine, late, soon, team, unclaimed, everything FROM
  (SELECT count(*) AS mine,
          count(*) FILTER (WHERE next_due_at < %(now)s) AS late,
          count(*) FILTER (WHERE next_due_at >= %(now)s AND next_due_at < %(soon)s) AS soon
   FROM helpdesk_ticket WHERE ended_at IS NULL AND assignee_id = %(person)s) AS own,
  (SELECT coalesce(sum(open) FILTER (WHERE queue_id IN (
              SELECT queue.id FROM helpdesk_queue AS queue
              JOIN helpdesk_team_members AS members ON members.team_id = queue.team_id
              WHERE members.person_id = %(person)s)), 0) AS team,
          coalesce(sum(unclaimed), 0) AS unclaimed,
          coalesce(sum(open), 0) AS everything
   FROM helpdesk_tally) AS counted
"""


def numbers_for(person: Person) -> Numbers:
    """What stands above this agent's queue: own tickets by index, the rest as counted last.

    Written out, because every page of the desk shows it and the ORM would take longer
    to compile the two questions than the database to answer them.
    """
    at = now()
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, {"person": person.pk, "now": moment(at), "soon": moment(at + SOON)})
        return Numbers(*cursor.fetchone())
