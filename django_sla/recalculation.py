"""After a change of calendar or terms: deadlines moved quietly, both results kept.

A clock remembers the digest of the hours it was computed with. What is stale is
therefore found by index, a batch that was committed is not found again, and a run
killed half-way simply goes on when it is started anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from django_sla import bulk, calendars, clocks, transitions
from django_sla.arithmetic import Hours
from django_sla.models import Calendar, Clock, ClockEvent, Policy, PolicyVersion, Target
from django_sla.transitions import Ledger

BATCH = 2000
State = Clock.State


@dataclass(frozen=True)
class Moved:
    """One clock whose deadline would change."""

    clock: Clock
    due_before: datetime | None
    due_after: datetime | None
    breach_before: bool
    breach_after: bool


@dataclass
class Preview:
    """What a change would do: how many running clocks move, are saved from a breach, or newly breach."""

    looked_at: int = 0
    moved: int = 0
    saved: int = 0
    newly_breached: int = 0
    samples: list[Moved] = field(default_factory=list)


def preview(calendar: Calendar, hours: Hours, *, at: datetime, samples: int = 20) -> Preview:
    """What would happen to the open clocks of `calendar` under `hours`; writes nothing."""
    result = Preview()
    open_clocks = Clock.objects.filter(calendar=calendar, state__in=(State.RUNNING, State.RESTING))
    terms = versions_by_id()
    for clock in open_clocks.order_by("due_at").iterator(BATCH):
        clock.version = terms[clock.version_id]
        due = due_under(clock, hours)
        result.looked_at += 1
        if due == clock.due_at:
            continue
        was, will = clock.is_late(at), due is not None and at > due
        result.moved += 1
        result.saved += was and not will
        result.newly_breached += will and not was
        if len(result.samples) < samples:
            result.samples.append(Moved(clock, clock.due_at, due, was, will))
    return result


def recalculate(
    *,
    at: datetime,
    by: str = "",
    batch: int = BATCH,
    limit: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Bring every stale clock up to its calendar, silently; how many were looked at.

    No level or breach of the past is told again. Each batch is one transaction; hosts
    hear `dues_moved` in it, so that their own copy of the deadline stays true. With a
    `limit` the run stops after about so many; the next one goes on.
    """
    total = 0
    for calendar in Calendar.objects.all():
        hours = calendars.hours(calendar)
        for revision in _stale_revisions(calendar):
            while done := _recalculate_batch(calendar, revision, hours, at, by, batch):
                total += done
                if progress:
                    progress(total)
                if limit is not None and total >= limit:
                    return total
    return total


def _stale_revisions(calendar: Calendar) -> list[str]:
    """The digests that open clocks of this calendar still have; asked once, so that batches are equalities."""
    own = Clock.objects.filter(calendar=calendar, state__in=(State.RUNNING, State.RESTING))
    found = own.exclude(calendar_revision=calendar.revision).order_by()
    return list(found.values_list("calendar_revision", flat=True).distinct())


@transaction.atomic
def _recalculate_batch(calendar: Calendar, revision: str, hours: Hours, at: datetime, by: str, batch: int) -> int:
    picked = Clock.objects.filter(
        calendar=calendar, calendar_revision=revision, state__in=(State.RUNNING, State.RESTING)
    )
    rows = list(picked.select_for_update()[:batch])
    ledger, terms = Ledger(at, by), versions_by_id()
    for clock in rows:
        clock.calendar, clock.version = calendar, terms[clock.version_id]
        move(ledger, clock, hours)
    bulk.update_deadlines(rows)
    bulk.add_events(ledger.events)
    clocks.tell_dues(ledger.changed.values())
    return len(rows)


def move(ledger: Ledger, clock: Clock, hours: Hours) -> None:
    """Compute one clock anew; a breach that no longer is one is taken back, its record stays."""
    before = clock.due_at
    clock.allowance = allowance_under(clock, hours)
    due = due_under(clock, hours)
    if due == before:
        clock.calendar_revision = clock.calendar.revision
        return
    if clock.breached_at and (due is None or due >= ledger.at):
        clock.breached_at = clock.decided_at = None
        clock.outcome = Clock.Outcome.OPEN
    transitions.settle(clock, hours, silent_until=ledger.at)
    ledger.note(clock, ClockEvent.Kind.RECALCULATE, due_before=before, rule=clock.calendar.code)


def versions_by_id() -> dict[int, PolicyVersion]:
    """All terms ever published, with their targets: few rows, shared by thousands of clocks."""
    versions = {version.pk: version for version in PolicyVersion.objects.select_related("policy")}
    for version in versions.values():
        version.__dict__["targets_in_order"] = []
    for target in Target.objects.select_related("calendar").order_by("pk"):
        versions[target.version_id].targets_in_order.append(target)
    return versions


def allowance_under(clock: Clock, hours: Hours) -> timedelta:
    """The open time promised under other hours: a promise in working days is counted anew."""
    target = clock.version.target(clock.metric)
    if target is None or target.working_days is None:
        return clock.promised
    return target.allowance(hours, (clock.carried and clock.first_started_at) or clock.counted_from)


def due_under(clock: Clock, hours: Hours) -> datetime | None:
    """The deadline that this clock would have under other hours."""
    left = max(allowance_under(clock, hours) - clock.carried, transitions.NOTHING)
    return hours.due(clock.counted_from, left, clock.rest_intervals)


@transaction.atomic
def recalculate_ended(calendar: Calendar, since: datetime, *, at: datetime, by: str = "") -> int:
    """Judge anew the clocks of `calendar` that ended after `since`; how many changed their outcome.

    For a leave declared afterwards: a breach that fell into it is corrected, and
    `outcome_as_it_stood` keeps what was said at the time.
    """
    hours, ledger, terms = calendars.hours(calendar), Ledger(at, by), versions_by_id()
    ended = Clock.objects.filter(calendar=calendar, state=State.FULFILLED, ended_at__gte=since)
    for clock in ended.select_for_update().iterator(BATCH):
        clock.calendar, clock.version = calendar, terms[clock.version_id]
        judge(ledger, clock, hours)
    bulk.update_clocks(ledger.changed.values())
    ClockEvent.objects.bulk_create(ledger.events, batch_size=BATCH)
    return len(ledger.changed)


def judge(ledger: Ledger, clock: Clock, hours: Hours) -> None:
    """The outcome of an ended clock under other hours; an excuse stands."""
    due = due_under(clock, hours)
    ended_at = clock.ended_at or ledger.at
    missed = due is not None and ended_at > due
    outcome = Clock.Outcome.MISSED if missed else Clock.Outcome.MET
    if due == clock.due_at or clock.outcome == Clock.Outcome.EXCUSED:
        return
    before, clock.due_at, clock.allowance = clock.due_at, due, allowance_under(clock, hours)
    clock.calendar_revision = clock.calendar.revision
    clock.breached_at = due if missed else None
    clock.outcome, clock.decided_at = outcome, clock.breached_at or ended_at
    ledger.note(clock, ClockEvent.Kind.RECALCULATE, due_before=before, rule=clock.calendar.code)


@transaction.atomic
def apply_terms(version: PolicyVersion, *, at: datetime, by: str = "", batch: int = BATCH) -> int:
    """Move up to `batch` running clocks of older versions of this policy to `version`; how many.

    Retroactive, rests included, and silent. Call again until it says 0.
    """
    older = Clock.objects.open().filter(version__policy=version.policy).exclude(version=version)
    rows = list(older.select_for_update(of=("self",)).select_related("version__policy", "calendar")[:batch])
    ledger = Ledger(at, by)
    for clock in rows:
        _apply_terms_to(ledger, clock, version)
    bulk.update_clocks(ledger.changed.values())
    ClockEvent.objects.bulk_create(ledger.events, batch_size=BATCH)
    clocks.tell_dues(rows)
    return len(rows)


def _apply_terms_to(ledger: Ledger, clock: Clock, version: PolicyVersion) -> None:
    target = version.target(clock.metric)
    if target is None:
        transitions.detach(ledger, clock)
    elif clock.state == State.WAITING:
        clock.version, clock.calendar = version, target.calendar
        ledger.note(clock, ClockEvent.Kind.CHANGE, reason_kind=PolicyVersion.OnChange.RETROACTIVE)
    else:
        old_hours, hours = calendars.hours(clock.calendar), calendars.hours(target.calendar)
        mode = PolicyVersion.OnChange.RETROACTIVE
        transitions.change(ledger, clock, version, target, old_hours, hours, mode)


@transaction.atomic
def withdraw_policy(policy: Policy, *, at: datetime, by: str = "") -> int:
    """Take a policy out of use and withdraw its open promises; how many."""
    Policy.objects.filter(pk=policy.pk).update(is_active=False)
    ledger = Ledger(at, by)
    for clock in Clock.objects.open().filter(version__policy=policy).select_for_update().select_related("version"):
        transitions.detach(ledger, clock)
    bulk.update_clocks(ledger.changed.values())
    ClockEvent.objects.bulk_create(ledger.events)
    clocks.tell_dues(ledger.changed.values())
    return len(ledger.changed)
