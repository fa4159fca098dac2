"""Writing clocks with plain statements: what an ORM's bulk update spends in building CASEs, many times over."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import Field, Model

from django_sla.arithmetic import MICROSECOND
from django_sla.models import Clock, ClockEvent

# Whatever verbs and sweep may change, in the order of the statement; the rest of a clock is its identity.
CHANGING = (
    "version",
    "severity",
    "calendar",
    "calendar_revision",
    "state",
    "first_started_at",
    "started_at",
    "allowance",
    "carried",
    "rests",
    "due_at",
    "original_due_at",
    "look_at",
    "level",
    "ended_at",
    "breached_at",
    "outcome",
    "outcome_as_it_stood",
    "decided_at",
)
UPDATE = """
    UPDATE django_sla_clock
       SET version_id = %s, severity = %s, calendar_id = %s, calendar_revision = %s, state = %s,
           first_started_at = %s, started_at = %s, allowance = %s, carried = %s, rests = %s,
           due_at = %s, original_due_at = %s, look_at = %s, level = %s, ended_at = %s,
           breached_at = %s, outcome = %s, outcome_as_it_stood = %s, decided_at = %s
     WHERE id = %s
"""

# What moves when only the deadline does.
DEADLINE = ("calendar_revision", "allowance", "due_at", "look_at", "level", "breached_at", "outcome", "decided_at")
# One row source for one statement: planned once, whatever the number of rows.
UPDATE_DEADLINES = """
    UPDATE django_sla_clock AS clock
       SET calendar_revision = new.calendar_revision, allowance = new.allowance,
           due_at = new.due_at, look_at = new.look_at, level = new.level,
           breached_at = new.breached_at, outcome = new.outcome, decided_at = new.decided_at
      FROM json_to_recordset(%s::json) AS new(
           id bigint, calendar_revision varchar, allowance interval,
           due_at timestamptz, look_at timestamptz, level smallint,
           breached_at timestamptz, outcome varchar, decided_at timestamptz)
     WHERE clock.id = new.id
"""


EVENT = (
    "clock_id",
    "kind",
    "at",
    "recorded_at",
    "reason_kind",
    "reason",
    "rule",
    "by",
    "due_before",
    "due_after",
)
INSERT_EVENTS = """
    INSERT INTO django_sla_clockevent (
           clock_id, kind, at, recorded_at, reason_kind, reason, rule, by, due_before, due_after)
    SELECT clock_id, kind, at, recorded_at, reason_kind, reason, rule, by, due_before, due_after
      FROM json_to_recordset(%s::json) AS new(
           clock_id bigint, kind varchar, at timestamptz, recorded_at timestamptz, reason_kind varchar,
           reason varchar, rule varchar, by varchar, due_before timestamptz, due_after timestamptz)
"""


AT_ONCE = 12  # rows of one compiled statement; more go through bulk_create


def insert(rows: Sequence[Model]) -> None:
    """Insert the few rows of one verb, all of one model, by a statement compiled once; keys are filled in."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > AT_ONCE:
        model._default_manager.bulk_create(rows)
        return
    fields = _insertable(model)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, len(rows)), values)
        keys = sorted(key for (key,) in cursor.fetchall())
    for row, key in zip(rows, keys, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


@cache
def _insertable(model: type[Model]) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _insertion(model: type[Model], rows: int) -> str:
    columns = [field.column for field in _insertable(model)]
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * rows)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {places} RETURNING id'  # noqa: S608


def update_clocks(clocks: Iterable[Clock]) -> None:
    """Write the changing fields of clocks that are stored."""
    fields = [field for name in CHANGING for field in Clock._meta.concrete_fields if field.name == name]
    rows = [
        [*(field.get_db_prep_save(getattr(clock, field.attname), connection) for field in fields), clock.pk]
        for clock in clocks
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(UPDATE, rows)


def update_deadlines(clocks: Sequence[Clock]) -> None:
    """Write the deadlines of thousands of clocks, in one statement where the database can."""
    if connection.vendor != "postgresql":
        update_clocks(clocks)
        return
    records = [{"id": clock.pk} | {name: _plain(getattr(clock, name)) for name in DEADLINE} for clock in clocks]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_DEADLINES, [json.dumps(records)])


def add_events(events: Sequence[ClockEvent]) -> None:
    """Write thousands of events, in one statement where the database can."""
    if connection.vendor != "postgresql":
        ClockEvent.objects.bulk_create(events, batch_size=500)
        return
    records = [{name: _plain(getattr(event, name)) for name in EVENT} for event in events]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENTS, [json.dumps(records)])


def _plain(value):
    """A value as PostgreSQL reads it from JSON."""
    if isinstance(value, timedelta):
        return f"{value // MICROSECOND} microseconds"
    return value.isoformat() if isinstance(value, datetime) else value
