"""Counting the open tickets: one grouped read of a partial index, every few seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from foundation import now
from foundation.directory.models import Person
from helpdesk.models import Queue, Tally, Ticket
from helpdesk.models.snoozes import is_snoozed

FRESH_FOR = timedelta(seconds=15)
SOON = timedelta(hours=1)
NOTHING = (0, 0)


@dataclass(frozen=True)
class Numbers:
    """The counters above the queue. `late` and `soon` are among `mine`; `snoozed` are among none of the others."""

    mine: int
    late: int
    soon: int
    team: int
    unclaimed: int
    everything: int
    snoozed: int


def whole_view(numbers: Numbers, view: str, *, is_narrowed: bool) -> int | None:
    """How many tickets a view holds on all its pages; None where nobody has counted that."""
    counted = {"mine": numbers.mine, "team": numbers.team, "unclaimed": numbers.unclaimed, "all": numbers.everything,
               "snoozed": numbers.snoozed}  # fmt: skip
    return None if is_narrowed else counted.get(view)


@transaction.atomic
def recount() -> None:
    """Bring every tally up to date; rows that counted nothing say zero. Restricted ones are added for their readers."""
    open_ones = Ticket.objects.open().unrestricted()
    counted, aside = counts_of(open_ones), counts_of(open_ones.filter(is_snoozed()))
    at = now()
    rows = [
        tally(queue, severity, counted.get((queue, severity), NOTHING), aside.get((queue, severity), NOTHING), at)
        for queue in Queue.objects.values_list("pk", flat=True)
        for severity in Ticket.Severity
    ]
    Tally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["queue", "severity"],
        update_fields=["open", "unclaimed", "snoozed", "counted_at"],
    )


def counts_of(tickets: QuerySet[Ticket]) -> dict[tuple[int, str], tuple[int, int]]:
    """(queue, severity) → how many there are, and how many nobody has."""
    grouped = tickets.order_by().values_list("queue_id", "severity")
    counted = grouped.annotate(open=Count("pk"), unclaimed=Count("pk", filter=Q(assignee=None)))
    return {(queue, severity): (number, unclaimed) for queue, severity, number, unclaimed in counted}


def tally(queue: int, severity: str, counted: tuple[int, int], aside: tuple[int, int], at: datetime) -> Tally:
    """Those put aside are taken out of the others."""
    standing = {"open": counted[0] - aside[0], "unclaimed": counted[1] - aside[1]}
    return Tally(queue_id=queue, severity=severity, snoozed=aside[0], counted_at=at, **standing)


NUMBERS = """
SELECT mine, late, soon, counted.team + named.team AS team, counted.unclaimed + named.unclaimed AS unclaimed,
       counted.everything + named.everything AS everything, counted.snoozed + named.snoozed AS snoozed FROM
  (SELECT count(*) AS mine,
          count(*) FILTER (WHERE next_due_at < %(now)s) AS late,
          count(*) FILTER (WHERE next_due_at >= %(now)s AND next_due_at < %(soon)s) AS soon
   FROM helpdesk_ticket AS ticket WHERE ended_at IS NULL AND assignee_id = %(person)s
     AND NOT EXISTS (SELECT 1 FROM helpdesk_snooze WHERE ticket_id = ticket.id AND woken_at IS NULL)) AS own,
  (SELECT coalesce(sum(open) FILTER (WHERE queue_id IN (
              SELECT queue.id FROM helpdesk_queue AS queue
              JOIN helpdesk_team_members AS members ON members.team_id = queue.team_id
              WHERE members.person_id = %(person)s)), 0) AS team,
          coalesce(sum(unclaimed), 0) AS unclaimed,
          coalesce(sum(open), 0) AS everything,
          coalesce(sum(snoozed), 0) AS snoozed
   FROM helpdesk_tally) AS counted,
  (SELECT count(*) FILTER (WHERE aside.id IS NULL AND ticket.queue_id IN (
              SELECT queue.id FROM helpdesk_queue AS queue
              JOIN helpdesk_team_members AS members ON members.team_id = queue.team_id
              WHERE members.person_id = %(person)s)) AS team,
          count(*) FILTER (WHERE aside.id IS NULL AND ticket.assignee_id IS NULL) AS unclaimed,
          count(*) FILTER (WHERE aside.id IS NULL) AS everything,
          count(aside.id) AS snoozed
   FROM helpdesk_namedreader AS reader
   JOIN helpdesk_ticket AS ticket ON ticket.id = reader.ticket_id
   LEFT JOIN helpdesk_snooze AS aside ON aside.ticket_id = ticket.id AND aside.woken_at IS NULL
   WHERE reader.person_id = %(person)s AND ticket.restriction <> '' AND ticket.ended_at IS NULL) AS named
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
