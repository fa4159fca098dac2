"""A quarter of the watch on PostgreSQL: what 90 days of 8,400 checks every 30 seconds take on disk.

Four hours are answered, gathered in blocks as a prober hands them over, and sealed by
the product itself; the rest of the quarter are copies of their rows at other times.
Every row is packed alone, so that a copy takes what an hour of its own would take.
`main`, in a shell of Django, prints {"GB": …} as JSON.
"""

import json
import random
from datetime import UTC, datetime, timedelta

from django.db import connection

from foundation.directory.models import Component
from monitoring.checks.samples import Block
from monitoring.checks.verdicts import Result
from monitoring.history import partitions, rollups
from monitoring.models import Check, Hour, Node, RawHour, SampleBlock

DAYS, CHECKS, INTERVAL, BLOCK = 90, 8_400, 30, 10
AGAIN = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE at < %(end)s"
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, ANSWERED = timedelta(hours=1), 4  # hours that are answered anew


def furnish() -> list[int]:
    """Four checks a node; their keys."""
    component = Component.objects.create(code="BENCH", name_tr="b", name_en="b", tier="C")
    nodes = [Node(code=str(number), name="b", component=component) for number in range(CHECKS // 4)]
    Node.objects.bulk_create(nodes)
    checks = [
        Check(node=node, kind=kind, target="b", interval=INTERVAL)
        for node in nodes
        for kind in (Check.Kind.HTTP, Check.Kind.TCP, Check.Kind.TLS, Check.Kind.DNS)
    ]
    Check.objects.bulk_create(checks)
    return [check.pk for check in checks]


def answer_hour(checks: list[int], start: datetime, chance: random.Random) -> None:
    """Blocks of ten seconds: each check once in thirty, its usual latency with noise, one failure in 200."""
    usual = {check: 20 + check * 7919 % 180 for check in checks}
    spare = INTERVAL // BLOCK
    for number in range(3600 // BLOCK):
        began = start.timestamp() + number * BLOCK
        block = Block(began)
        for check in checks[number % spare :: spare]:
            raw = Result.FAIL if chance.random() < 0.005 else Result.OK
            block.add(check, began + chance.random() * BLOCK, raw, usual[check] * chance.lognormvariate(0, 0.2) / 1000)
        SampleBlock.objects.create(at=datetime.fromtimestamp(began, UTC), samples=block.seal())


def repeat(later: timedelta) -> None:
    """The rows of the answered hours once more, so much later."""
    for model in (RawHour, Hour):
        table = model._meta.db_table
        partitions.ensure(table, FIRST + later)
        columns = [field.column for field in model._meta.concrete_fields]
        values = ", ".join("at + %(later)s" if column == "at" else column for column in columns)
        statement = AGAIN.format(table=table, columns=", ".join(columns), values=values)
        with connection.cursor() as cursor:
            cursor.execute(statement, {"later": later, "end": FIRST + ANSWERED * HOUR})


def gigabytes() -> float:
    """All tables of monitoring with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname ~ '^monitoring_' AND relkind = 'r'"
        )
        return float(cursor.fetchone()[0]) / 1e9


def main() -> None:
    checks, chance = furnish(), random.Random(11)
    for hour in range(ANSWERED):
        answer_hour(checks, FIRST + hour * HOUR, chance)
        rollups.seal(FIRST + hour * HOUR)
    for hours in range(ANSWERED, DAYS * 24, ANSWERED):
        repeat(hours * HOUR)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE monitoring_sampleblock")
    print(json.dumps({"GB": gigabytes()}))
