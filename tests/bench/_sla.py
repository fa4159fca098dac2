"""The measuring half of `tests.bench.sla`: `python -m tests.bench._sla ROUNDS RECALCULATED SIZE…`.

Runs against the database of DATABASE_URL, which it fills; prints rows as one line of JSON.
"""

import json
import random
import sys
import time
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from django_sla import calendars, recalculation  # noqa: E402
from django_sla.models import Calendar, Clock, PolicyVersion, SpecialDay  # noqa: E402
from django_sla.sweep import BATCH  # noqa: E402
from tests.bench import Row  # noqa: E402

QUESTIONS = 20_000
AT = datetime(2026, 6, 8, 9, tzinfo=UTC)
DUE_NOW = 100  # clocks that a sweep finds, at every size
LEAVE = date(2026, 6, 15)

# Three decided clocks for each old ticket; of every 48 tickets one is open, with two running clocks.
FILL = """
    INSERT INTO django_sla_clock (
        subject_type, subject_id, metric, cycle, version_id, severity, calendar_id, calendar_revision, state,
        started_at, first_started_at, allowance, carried, rests, due_at, original_due_at, look_at, level,
        ended_at, breached_at, outcome, outcome_as_it_stood, decided_at)
    SELECT 'helpdesk.ticket', n, metric, 1, %(version)s, 'S3', %(calendar)s, %(revision)s,
           CASE WHEN is_open THEN 'running' ELSE 'fulfilled' END,
           began, began, interval '80 hours', interval '0', '[]',
           began + interval '15 days', began + interval '15 days',
           CASE WHEN is_open THEN CASE WHEN n > %(top)s - %(due)s AND metric = 'resolution'
                THEN %(at)s::timestamptz - interval '1 minute' ELSE %(at)s::timestamptz + n * interval '1 second' END
           END, 0,
           CASE WHEN is_open THEN NULL ELSE began + interval '5 days' END, NULL,
           CASE WHEN is_open THEN '' ELSE 'met' END, CASE WHEN is_open THEN '' ELSE 'met' END,
           CASE WHEN is_open THEN NULL ELSE began + interval '5 days' END
      FROM (SELECT n, n > %(top)s - %(top)s / 48 AS is_open,
                   %(at)s::timestamptz - (%(top)s - n) * interval '36 seconds' AS began
              FROM generate_series(%(bottom)s::bigint + 1, %(top)s::bigint) AS n) AS tickets
      CROSS JOIN (VALUES ('first_response'), ('workaround'), ('resolution')) AS metrics(metric)
     WHERE NOT (is_open AND metric = 'first_response')
"""
BARE_UPDATE = """
    UPDATE django_sla_clock AS clock SET due_at = new.due_at
      FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::timestamptz[]) AS due_at) AS new
     WHERE clock.id = new.id
"""


def main(rounds: int, recalculated: int, sizes: list[int]) -> list[Row]:
    call_command("migrate", verbosity=0)
    return [*arithmetic(rounds), *by_size(rounds, sizes), recalculation_rate(rounds, recalculated)]


def arithmetic(rounds: int) -> list[Row]:
    """Questions a second of processor time in one process, of the 100,000 aimed at."""
    hours = calendars.by_code("tr-mesai")
    dice = random.Random(1)
    first = datetime(2020, 1, 1, tzinfo=UTC)
    starts = [first + timedelta(seconds=dice.randrange(10 * 365 * 86400)) for _ in range(QUESTIONS)]
    spans = [timedelta(seconds=dice.randrange(1, 200 * 3600)) for _ in range(QUESTIONS)]
    ends = list(map(hours.add, starts, spans))
    add = Row("add, ten years of Turkish calendar, of 100,000/s", "1/s", 1.0, at_least=True)
    elapsed = Row("elapsed, ten years of Turkish calendar, of 100,000/s", "1/s", 1.0, at_least=True)
    for _ in range(rounds):
        add.rounds.append((rate(QUESTIONS, lambda: list(map(hours.add, starts, spans)), time.process_time), 100_000))
        elapsed.rounds.append(
            (rate(QUESTIONS, lambda: list(map(hours.elapsed, starts, ends)), time.process_time), 100_000)
        )
    return [add, elapsed]


def by_size(rounds: int, sizes: list[int]) -> list[Row]:
    """Buffers touched by the due list and by the sweep's claim, beside those of the smallest desk."""
    seen: dict[int, list[tuple[int, int]]] = {}
    for size in sizes:
        fill(size)
        seen[size] = [buffers_touched() for _ in range(rounds)]
    rows = []
    for size in sizes[1:]:
        for index, name in enumerate(("due list of 50", f"sweep of {DUE_NOW} due")):
            pairs = zip(seen[size], seen[sizes[0]], strict=True)
            row = Row(f"{name}: {size:,} tickets beside {sizes[0]:,}", "buffers", 1.3)
            row.rounds = [(large[index], small[index]) for large, small in pairs]
            rows.append(row)
    return rows


def fill(size: int) -> None:
    """A desk of `size` tickets, the newest open."""
    calendar = Calendar.objects.get(code="tr-mesai")
    version = PolicyVersion.objects.get(policy__code="s3")
    facts = {"version": version.pk, "calendar": calendar.pk, "revision": calendar.revision, "at": AT, "due": DUE_NOW}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE django_sla_clock, django_sla_clockevent")
        cursor.execute(FILL, facts | {"bottom": 0, "top": size})
        cursor.execute("VACUUM (ANALYZE) django_sla_clock")


def buffers_touched() -> tuple[int, int]:
    due_list = Clock.objects.due_list()[:50]
    claim = Clock.objects.filter(look_at__lt=AT).order_by("look_at").select_related("version__policy", "calendar")
    with transaction.atomic():
        locked = claim.select_for_update(skip_locked=True, of=("self",))[:BATCH]
        return buffers_of(due_list), buffers_of(locked)


def buffers_of(rows) -> int:
    plan = json.loads(rows.explain(format="json", analyze=True, buffers=True))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def recalculation_rate(rounds: int, tickets: int) -> Row:
    """Clocks a second after a leave was declared or withdrawn, beside the same rows updated bare."""
    fill(tickets * 48)  # leaves exactly `tickets` open
    row = Row(f"recalculating {tickets:,} open tickets, of the bare update", "clocks/s", 0.25, at_least=True)
    open_clocks = Clock.objects.due_list().order_by("pk")
    ids = list(open_clocks.values_list("pk", flat=True))
    for _ in range(rounds):
        change_the_calendar()
        ours = rate(len(ids), lambda: recalculation.recalculate(at=AT))
        dues = dict(open_clocks.values_list("pk", "due_at"))
        row.rounds.append((ours, rate(len(ids), lambda dues=dues: update_bare(dues))))
    return row


def change_the_calendar() -> None:
    office = Calendar.objects.get(code="tr-mesai")
    leave = SpecialDay.objects.in_force().filter(calendar=office, kind=SpecialDay.Kind.LEAVE).first()
    if leave:
        calendars.withdraw_day(leave, at=AT)
    else:
        calendars.declare_days(office, calendars.leave(LEAVE, LEAVE, at=AT, name_tr="İdari izin", name_en="Leave"))
    calendars.hours(Calendar.objects.get(code="tr-mesai"))


def update_bare(dues: dict[int, datetime]) -> None:
    """The limit: only the deadline, already known, in the same batches."""
    ids = list(dues)
    for start in range(0, len(ids), recalculation.BATCH):
        batch = ids[start : start + recalculation.BATCH]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE_UPDATE, [batch, [dues[each] + timedelta(seconds=1) for each in batch]])


def rate(count: int, work, clock=time.perf_counter) -> float:
    """How many a second; by `time.process_time` where nothing but this process works."""
    started = clock()
    work()
    return count / (clock() - started)


if __name__ == "__main__":
    rounds, recalculated, *sizes = map(int, sys.argv[1:])
    print(json.dumps([asdict(row) for row in main(rounds, recalculated, sizes)]))
