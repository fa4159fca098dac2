"""History in stretches: where PostgreSQL has partitions, the old ones are dropped whole, never deleted from.

A partition holds so many days, counted from a Monday long ago, and is called by its
first day. It is made before the first row of it is written. Elsewhere nothing is to be
made, and old rows are deleted.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, models

MONDAY = date(1970, 1, 5)
DAYS = {"monitoring_rawhour": 7, "monitoring_hour": 28}
# The owner of the tables does it for a role that owns none (migration 0016); both check what they are asked.
FUNCTIONS = (
    "monitoring_make_partition(text, text, timestamptz, timestamptz)",
    "monitoring_drop_partition(text, text)",
)


def first_day(table: str, at: datetime) -> date:
    """Of the stretch that holds `at`."""
    days = (at.astimezone(UTC).date() - MONDAY).days
    return MONDAY + timedelta(days=days - days % DAYS[table])


def ensure(table: str, at: datetime) -> None:
    """Make the partition that holds `at`, unless it is there."""
    if connection.vendor != "postgresql":
        return
    start = first_day(table, at)
    end = start + timedelta(days=DAYS[table])
    asked: list[str | datetime] = [table, name_of(table, start), midnight(start), midnight(end)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT monitoring_make_partition(%s, %s, %s, %s)", asked)


def forget_before(model: type[models.Model], at: datetime) -> int:
    """Drop what lies wholly before `at`; how many partitions, or rows where there are none."""
    table = model._meta.db_table
    if connection.vendor != "postgresql":
        return model._default_manager.filter(at__lt=at).delete()[0]
    length = timedelta(days=DAYS[table])
    old = [start for start in starts_of(table) if midnight(start + length) <= at]
    with connection.cursor() as cursor:
        for start in old:
            cursor.execute("SELECT monitoring_drop_partition(%s, %s)", [table, name_of(table, start)])
    return len(old)


def starts_of(table: str) -> list[date]:
    """First days of the partitions there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        names = [name for (name,) in cursor.fetchall()]
    return sorted(datetime.strptime(name.rsplit("_", 1)[1], "%Y%m%d").date() for name in names)


def name_of(table: str, start: date) -> str:
    return f"{table}_{start:%Y%m%d}"


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
