"""Writing clocks with plain statements: what an ORM's bulk update spends in building CASEs, many times over."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field, Min, Model

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


class RecountedDeadline(NamedTuple):
    """A clock counted anew. `unbroken` takes a breach back; `moved` is worth an event."""

    id: int
    allowance: timedelta
    due_at: datetime | None
    look_at: datetime | None
    level: int
    unbroken: bool
    moved: bool
    due_before: datetime | None


# One row source, so that one statement writes the clocks and their events: planned once, whatever their number.
MOVE_DEADLINES = """
    WITH new AS (
        SELECT * FROM json_to_recordset(%(rows)s::json) AS new(
               id bigint, allowance bigint, due timestamptz, look timestamptz, level smallint,
               unbroken boolean, moved boolean, before timestamptz)),
    written AS (
        UPDATE django_sla_clock AS clock
           SET calendar_revision = %(revision)s, allowance = new.allowance * interval '1 microsecond',
               due_at = new.due, look_at = new.look, level = new.level,
               breached_at = CASE WHEN new.unbroken THEN NULL ELSE clock.breached_at END,
               decided_at = CASE WHEN new.unbroken THEN NULL ELSE clock.decided_at END,
               outcome = CASE WHEN new.unbroken THEN '' ELSE clock.outcome END
          FROM new
         WHERE clock.id = new.id)
    INSERT INTO django_sla_clockevent (
           clock_id, kind, at, recorded_at, reason_kind, reason, rule, by, due_before, due_after)
    SELECT id, 'recalculate', %(at)s, %(at)s, '', '', %(rule)s, %(by)s, before, due FROM new WHERE moved
"""


class RejudgedClock(NamedTuple):
    """An ended clock judged anew, in the order of the statement."""

    id: int
    allowance: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    outcome: str
    decided_at: datetime


JUDGED = RejudgedClock._fields[1:]
WRITE_VERDICT = """
    UPDATE django_sla_clock
       SET calendar_revision = %s, allowance = %s, due_at = %s, breached_at = %s, outcome = %s, decided_at = %s
     WHERE id = %s
"""
SOONEST = """
    SELECT subject_id, min(due_at) FROM django_sla_clock
     WHERE subject_type = %s AND subject_id = ANY(%s) AND state = 'running' AND NOT metric = ANY(%s)
     GROUP BY subject_id
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


BATCH_SIZE = 12  # rows of one compiled statement; more go through bulk_create


def insert(rows: Sequence[Model]) -> None:
    """Insert the few rows of one verb, all of one model, by a statement compiled once; keys are filled in."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > BATCH_SIZE:
        model._default_manager.bulk_create(rows)
        return
    fields = _insertable(model)
    values = [[field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        if _fills_in_here():
            # Row by row, because psycopg remembers how to fill in a short statement, but not a long one.
            places = _places(len(fields))
            cursor.execute(_insertion(model, [cursor.mogrify(places, row) for row in values]))
        else:
            cursor.execute(_insertion(model, [_places(len(fields))] * len(rows)), list(chain.from_iterable(values)))
        keys = sorted(key for (key,) in cursor.fetchall())
    for row, key in zip(rows, keys, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


@cache
def _insertable(model: type[Model]) -> list[Field]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _insertion(model: type[Model], rows: Sequence[str]) -> str:
    names = ", ".join(f'"{field.column}"' for field in _insertable(model))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join(rows)} RETURNING id'  # noqa: S608


@cache
def _places(columns: int) -> str:
    return f"({', '.join(['%s'] * columns)})"


def _fills_in_here() -> bool:
    """Whether parameters are filled in on our side: Django's way with PostgreSQL unless told otherwise."""
    return connection.vendor == "postgresql" and not connection.settings_dict["OPTIONS"].get("server_side_binding")


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


def move_deadlines(deadlines: Sequence[RecountedDeadline], *, revision: str, rule: str, at: datetime, by: str) -> None:
    """Write clocks that were counted anew under the calendar `rule`, and an event for each that moved."""
    if connection.vendor != "postgresql":
        _move_deadlines_one_by_one(deadlines, revision, rule, at, by)
        return
    rows = [
        {
            "id": new.id,
            "allowance": new.allowance // MICROSECOND,
            "due": new.due_at and new.due_at.isoformat(),
            "look": new.look_at and new.look_at.isoformat(),
            "level": new.level,
            "unbroken": new.unbroken,
            "moved": new.moved,
            "before": new.due_before and new.due_before.isoformat(),
        }
        for new in deadlines
    ]
    facts: dict[str, str | datetime] = {
        "rows": json.dumps(rows),
        "revision": revision,
        "at": at,
        "rule": rule,
        "by": by,
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVE_DEADLINES, facts | {"rows": json.dumps(rows)})


def _move_deadlines_one_by_one(
    deadlines: Sequence[RecountedDeadline], revision: str, rule: str, at: datetime, by: str
) -> None:
    for new in deadlines:
        changes: dict = {"allowance": new.allowance, "due_at": new.due_at, "look_at": new.look_at, "level": new.level}
        if new.unbroken:
            changes |= {"breached_at": None, "decided_at": None, "outcome": Clock.Outcome.OPEN}
        Clock.objects.filter(pk=new.id).update(calendar_revision=revision, **changes)
    add_events(
        [
            ClockEvent(
                clock_id=new.id,
                kind=ClockEvent.Kind.RECALCULATE,
                at=at,
                recorded_at=at,
                rule=rule,
                by=by,
                due_before=new.due_before,
                due_after=new.due_at,
            )
            for new in deadlines
            if new.moved
        ]
    )


def write_verdicts(verdicts: Iterable[RejudgedClock], *, revision: str) -> None:
    """Write what ended clocks were judged to be."""
    fields = {field.name: field for field in Clock._meta.concrete_fields if field.name in JUDGED}
    rows = [
        [revision, *(fields[name].get_db_prep_save(getattr(new, name), connection) for name in JUDGED), new.id]
        for new in verdicts
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(WRITE_VERDICT, rows)


def soonest_dues(subject_type: str, ids: Collection[int], *, without: Sequence[str]) -> dict[int, datetime | None]:
    """{subject id: its soonest running deadline or None}, metrics `without` left out."""
    dues: dict[int, datetime | None] = dict.fromkeys(ids)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(SOONEST, [subject_type, list(dues), list(without)])
            return dues | dict(cursor.fetchall())
    running = Clock.objects.filter(subject_type=subject_type, subject_id__in=dues, state=Clock.State.RUNNING)
    soonest = running.exclude(metric__in=without).values("subject_id").annotate(due=Min("due_at")).order_by()
    return dues | dict(soonest.values_list("subject_id", "due"))


def add_events(events: Sequence[ClockEvent]) -> None:
    """Write thousands of events, in one statement where the database can."""
    if connection.vendor != "postgresql":
        ClockEvent.objects.bulk_create(events, batch_size=500)
        return
    records = [{name: _plain(getattr(event, name)) for name in EVENT} for event in events]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENTS, [json.dumps(records)])


def _plain(value) -> Any:
    """A value as PostgreSQL reads it from JSON."""
    if isinstance(value, timedelta):
        return f"{value // MICROSECOND} microseconds"
    return value.isoformat() if isinstance(value, datetime) else value
