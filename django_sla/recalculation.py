"""After a change of calendar or terms: deadlines moved quietly, both results kept.

A clock remembers the digest of the hours it was computed with. What is stale is
therefore found by index, a batch that was committed is not found again, and a run
killed half-way simply goes on when it is started anew. Ended clocks are judged anew
in `rejudgement`.

Clocks are read as plain values here: making a model instance of each would cost
more than computing and writing it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db import models, transaction

from django_sla import bulk, calendars, clocks, transitions
from django_sla.arithmetic import Hours
from django_sla.models import Calendar, Clock, Policy, PolicyVersion, Target
from django_sla.models.clocks import intervals
from django_sla.transitions import Course, Ledger

BATCH = 2000
State = Clock.State
LIVE = (State.RUNNING, State.RESTING)


class Figures(NamedTuple):
    """What the arithmetic must know of a started clock, and nothing else; read by `values_list`."""

    id: int
    subject_type: str
    subject_id: int
    metric: str
    version_id: int
    state: str
    first_started_at: datetime | None
    started_at: datetime
    allowance: timedelta
    carried: timedelta
    rests: list
    due_at: datetime | None
    level: int
    breached_at: datetime | None

    def is_late(self, at: datetime) -> bool:
        return self.due_at is not None and at > self.due_at


@dataclass(frozen=True)
class Moved:
    """One clock whose deadline would change."""

    subject_type: str
    subject_id: int
    metric: str
    due_before: datetime | None
    due_after: datetime | None


@dataclass
class RecalculationPreview:
    """What a change would do: how many running clocks move, are saved from a breach, or newly breach."""

    looked_at: int = 0
    moved: int = 0
    saved: int = 0
    newly_breached: int = 0
    samples: list[Moved] = field(default_factory=list)


class Terms:
    """All terms ever published, by id: few rows, shared by thousands of clocks."""

    @cached_property
    def versions(self) -> dict[int, PolicyVersion]:
        versions = {version.pk: version for version in PolicyVersion.objects.select_related("policy")}
        for version in versions.values():
            version.__dict__["targets_in_order"] = []
        for target in Target.objects.select_related("calendar").order_by("pk"):
            versions[target.version_id].targets_in_order.append(target)
        return versions

    def levels(self, clock: Figures) -> list[dict]:
        return self.versions[clock.version_id].levels_of(clock.metric)

    def allowance(self, clock: Figures, hours: Hours) -> timedelta:
        """The open time promised under other hours: a promise in working days is counted anew."""
        target = self.versions[clock.version_id].target(clock.metric)
        if target is None or target.working_days is None:
            return clock.allowance
        return target.allowance(hours, (clock.carried and clock.first_started_at) or clock.started_at)

    def look_at(self, clock: Figures, hours: Hours, ahead: Course, told: int, breached: bool) -> datetime | None:
        """When the sweep must next act on this running or resting clock."""
        if clock.state == State.RUNNING:
            return ahead.next_look(told, breached)
        caps = transitions.rest_caps(clock.rests, self.versions[clock.version_id], hours)
        return min((end for _kind, end in caps), default=None)


def figures(started: models.QuerySet[Clock]) -> Iterator[Figures]:
    """Started clocks as values."""
    return map(Figures._make, started.values_list(*Figures._fields).iterator(BATCH))


def preview(hours_of: Mapping[Calendar, Hours], *, at: datetime, samples: int = 12) -> RecalculationPreview:
    """What would happen to the open clocks of each calendar under its drafted hours; writes nothing.

    `hours_of` comes from `calendars.drafted`, which knows the overlays that follow.
    """
    result, terms = RecalculationPreview(), Terms()
    for calendar, hours in hours_of.items():
        started = Clock.objects.filter(calendar=calendar, state__in=LIVE).order_by("due_at")
        for clock in figures(started):
            allowance = terms.allowance(clock, hours)
            run = hours.run(clock.started_at, intervals(clock.rests))
            _count(result, clock, run.reaches(allowance - clock.carried), at, samples)
    return result


def _count(result: RecalculationPreview, clock: Figures, due: datetime | None, at: datetime, samples: int) -> None:
    result.looked_at += 1
    if due == clock.due_at:
        return
    was, will = clock.is_late(at), due is not None and at > due
    result.moved += 1
    result.saved += was and not will
    result.newly_breached += will and not was
    if len(result.samples) < samples:
        result.samples.append(Moved(clock.subject_type, clock.subject_id, clock.metric, clock.due_at, due))


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
    own = Clock.objects.filter(calendar=calendar, state__in=LIVE)
    outdated = own.exclude(calendar_revision=calendar.revision).order_by()
    return list(outdated.values_list("calendar_revision", flat=True).distinct())


@transaction.atomic
def _recalculate_batch(calendar: Calendar, revision: str, hours: Hours, at: datetime, by: str, batch: int) -> int:
    stale = Clock.objects.filter(calendar=calendar, calendar_revision=revision, state__in=LIVE)
    rows, terms = list(figures(stale.select_for_update()[:batch])), Terms()
    deadlines = [counted_anew(clock, hours, terms, at) for clock in rows]
    bulk.move_deadlines(deadlines, revision=calendar.revision, rule=calendar.code, at=at, by=by)
    clocks.tell_dues(
        (clock.subject_type, clock.subject_id) for clock, new in zip(rows, deadlines, strict=True) if new.moved
    )
    return len(rows)


def counted_anew(clock: Figures, hours: Hours, terms: Terms, at: datetime) -> bulk.RecountedDeadline:
    """One clock under other hours; a breach that no longer is one is taken back, its record stays."""
    allowance = terms.allowance(clock, hours)
    run = hours.run(clock.started_at, intervals(clock.rests))
    ahead = transitions.course(run, allowance, clock.carried, terms.levels(clock))
    moved = ahead.due_at != clock.due_at
    told = ahead.told_by(at, clock.level) if moved else clock.level
    unbroken = moved and clock.breached_at is not None and (ahead.due_at is None or ahead.due_at >= at)
    look_at = terms.look_at(clock, hours, ahead, told, clock.breached_at is not None and not unbroken)
    return bulk.RecountedDeadline(clock.id, allowance, ahead.due_at, look_at, told, unbroken, moved, clock.due_at)


def adopt(overlay: Calendar, subject_type: str, subjects: models.QuerySet) -> int:
    """Let the started clocks of `subjects` (a query of ids) count in a new overlay of their calendar; how many.

    Promise it right after `calendars.lay_over`, while both say the same: no deadline moves.
    """
    theirs = Clock.objects.filter(calendar=overlay.base, subject_type=subject_type, subject_id__in=subjects)
    return theirs.open().update(calendar=overlay, calendar_revision=overlay.revision)


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
    bulk.add_events(ledger.events)
    clocks.tell_dues((clock.subject_type, clock.subject_id) for clock in rows)
    return len(rows)


def _apply_terms_to(ledger: Ledger, clock: Clock, version: PolicyVersion) -> None:
    target = version.target(clock.metric)
    if target is None:
        transitions.detach(ledger, clock)
        return
    own = clocks.overlays_of({target.calendar_id}, [clock.calendar.scope]) if clock.calendar.scope else {}
    calendar = own.get(target.calendar_id, target.calendar)
    mode = PolicyVersion.OnChange.RETROACTIVE
    if clock.state == State.WAITING:
        clock.version, clock.severity, clock.calendar = version, version.severity, calendar
        ledger.note(clock, transitions.Kind.CHANGE, reason_kind=mode)
    else:
        transitions.change(ledger, clock, version, target, calendar, mode)


@transaction.atomic
def withdraw_policy(policy: Policy, *, at: datetime, by: str = "") -> int:
    """Take a policy out of use and withdraw its open promises; how many."""
    Policy.objects.filter(pk=policy.pk).update(is_active=False)
    ledger = Ledger(at, by)
    for clock in Clock.objects.open().filter(version__policy=policy).select_for_update().select_related("version"):
        transitions.detach(ledger, clock)
    bulk.update_clocks(ledger.changed.values())
    bulk.add_events(ledger.events)
    clocks.tell_dues((clock.subject_type, clock.subject_id) for clock in ledger.changed.values())
    return len(ledger.changed)
