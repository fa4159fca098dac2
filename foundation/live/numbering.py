"""Giving events their place in one sequence, after the commit.

A verb inserts its event without a number, so verbs never queue for one, and a
transaction that commits late is numbered late instead of being skipped.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from foundation import locks, now
from foundation.live.models import Era, Event, new_epoch

BATCH = 1000
NUMBERING = 0x6E6F6265  # "nobe": the turn that processes take
MEMORY = timedelta(hours=1)  # how long an event can be resumed from

# The rows are already committed and nobody else may number them: the caller holds the turn.
NUMBER_WAITING = """
    UPDATE live_event SET number = %s + waiting.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place
        FROM live_event WHERE number IS NULL ORDER BY id LIMIT %s
    ) AS waiting
    WHERE live_event.id = waiting.id
"""


def number_waiting() -> bool:
    """Number everything committed so far. False when another process has the turn."""
    while Event.objects.unnumbered().exists():
        if not number_batch():
            return False
    return True


@transaction.atomic
def number_batch() -> bool:
    """Number up to `BATCH` waiting events. False when another process has the turn."""
    if not locks.take(NUMBERING):
        return False
    era = Era.objects.current()
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_WAITING, [era.head, BATCH])
        numbered = cursor.rowcount
    Era.objects.filter(pk=Era.ONLY).update(head=F("head") + numbered)
    return True


@transaction.atomic
def prune() -> int:
    """Forget events older than `MEMORY`, a batch at a time; how many were forgotten.

    The epoch stays: a page that knows less than `pruned_to` is given a snapshot.
    """
    oldest = Event.objects.filter(number__isnull=False).order_by("number").values_list("number", "created_at")
    forgettable = [number for number, created_at in oldest[:BATCH] if created_at < now() - MEMORY]
    if not forgettable:
        return 0
    Era.objects.filter(pk=Era.ONLY).update(pruned_to=forgettable[-1])
    return Event.objects.filter(number__lte=forgettable[-1]).delete()[0]


def maintain() -> int:
    """What the timetable does: number what no open page asked for, and forget what is old."""
    number_waiting()
    forgotten = 0
    while batch := prune():
        forgotten += batch
    return forgotten


def begin_era() -> None:
    """After a restore: the numbers start to mean another history; every page reads anew."""
    Era.objects.current()
    Era.objects.filter(pk=Era.ONLY).update(epoch=new_epoch())
