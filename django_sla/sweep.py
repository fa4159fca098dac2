"""The sweep: finds by index what is due, records each breach and each level once.

A claimed row is locked, and what was done is counted in the row itself (`level`,
`breached_at`), so two sweepers, a restart or a clock set back do nothing twice.
"""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from django_sla import bulk, calendars, clocks, signals, transitions
from django_sla.models import Clock, ClockEvent
from django_sla.transitions import Ledger

log = logging.getLogger(__name__)

BATCH = 50  # one transaction each: short enough for an embedded database, whose writers wait for each other
# Whoever just closed the office still hears of a deadline at closing time.
AFTER_CLOSING = timedelta(minutes=15)
TRY_AGAIN_AFTER = timedelta(seconds=60)


def sweep(at: datetime, *, batch: int = BATCH) -> int:
    """Do all that is due at `at`, in batches of one transaction each; how many clocks were moved."""
    moved = 0
    while done := _sweep_batch(at, batch):
        moved += done
    return moved


@transaction.atomic
def _sweep_batch(at: datetime, batch: int) -> int:
    due = Clock.objects.filter(look_at__lt=at).order_by("look_at").select_related("version__policy", "calendar")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    due_clocks = list(due[:batch])
    for clock in due_clocks:
        _look(clock, at)
    return len(due_clocks)


def _look(clock: Clock, at: datetime) -> None:
    """Act on one clock in a savepoint: a failing listener costs this clock one minute, not the sweep."""
    try:
        with transaction.atomic():
            ledger = Ledger(at)
            told = _act(ledger, clock)
            bulk.update_clocks([clock])
            ClockEvent.objects.bulk_create(ledger.events)
            for signal, facts in told:
                signal.send(sender=Clock, clock=clock, at=at, **facts)
            if any(signal is signals.rest_capped for signal, _facts in told):
                clocks.tell_dues([(clock.subject_type, clock.subject_id)])
    except Exception:
        log.exception("clock %s could not be told about", clock.pk)
        Clock.objects.filter(pk=clock.pk).update(look_at=at + TRY_AGAIN_AFTER)


def _act(ledger: Ledger, clock: Clock) -> list:
    """Change the clock and return the signals to send, as (signal, facts)."""
    hours = calendars.hours(clock.calendar)
    if clock.state == Clock.State.RESTING:
        return _end_capped_rests(ledger, clock, hours)
    told = []
    if clock.is_late(ledger.at) and transitions.breach(ledger, clock):
        told.append((signals.clock_breached, {}))
    told += _tell_levels(ledger, clock, hours)
    return told


def _end_capped_rests(ledger: Ledger, clock: Clock, hours) -> list:
    ended = [(kind, end) for kind, end in transitions.rest_caps(clock.rests, clock.version, hours) if end < ledger.at]
    for kind, end in ended:
        transitions.resume(ledger, clock, hours, kind, "", end)
    return [(signals.rest_capped, {"kind": kind}) for kind, _end in ended]


def _tell_levels(ledger: Ledger, clock: Clock, hours) -> list:
    """Every level behind us that may be told now; the rest waits until the calendar opens."""
    told = []
    ahead = transitions.course_of(clock, hours)
    while (reached := ahead.level(clock.level)) and reached[0] < ledger.at:
        moment, level = reached
        if not hours.is_open(ledger.at) and ledger.at - moment > AFTER_CLOSING:
            clock.look_at = hours.next_opening(ledger.at)
            return told
        clock.level += 1
        ledger.note(clock, ClockEvent.Kind.ESCALATE, at=moment, reason_kind=level_name(level))
        told.append((signals.clock_escalated, {"level": level}))
    clock.look_at = transitions.next_look(clock, hours, ahead)
    return told


def level_name(level: dict) -> str:
    """A level as one word for the history: "percent:75:notify:assignee"."""
    unit = "seconds" if "seconds" in level else "percent"
    return f"{unit}:{level[unit]}:{level['action']}:{level['to']}"
