"""The verbs of clocks. Each takes the host's object and `at`, and returns the new `next_due_at`.

`next_due_at` is the soonest deadline of the subject's running promises, or None;
the host writes it into its own row in the same transaction. Every verb costs one
read of the subject's clocks and two or three bulk writes, however many clocks.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from django_sla import bulk, calendars, signals, transitions
from django_sla import policies as policy_book
from django_sla.arithmetic import Hours
from django_sla.models import BETWEEN_TEAMS, Calendar, Clock, ClockEvent, Metric, PolicyVersion, Target
from django_sla.transitions import Ledger

State = Clock.State


def attach(
    subject: models.Model,
    *terms: PolicyVersion,
    at: datetime,
    created_at: datetime | None = None,
    scopes: Iterable[str] = (),
    by: str = "",
) -> datetime | None:
    """Start the clocks of `terms`, see `begin`."""
    return next_due_at(begin(subject, *terms, at=at, created_at=created_at, scopes=scopes, by=by))


@transaction.atomic(savepoint=False)
def begin(
    subject: models.Model,
    *terms: PolicyVersion,
    at: datetime,
    created_at: datetime | None = None,
    scopes: Iterable[str] = (),
    by: str = "",
) -> list[Clock]:
    """Start the clocks of `terms` (from `policies.choose`, one of each kind) for a saved subject, and return them.

    `created_at` is when the subject came into being, if earlier. `scopes` are the
    overlays that hold for it, narrowest first: ["municipality:26010", "province:26"].
    Raises IntegrityError when the subject has these clocks already.
    """
    ledger = Ledger(at, by)
    promised = [(version, target) for version in terms for target in version.targets_in_order]
    own = overlays_of({target.calendar_id for _version, target in promised}, scopes)
    for version, target in promised:
        begins = created_at if created_at and target.starts == Target.Starts.CREATED else at
        _attach_one(ledger, subject, version, target, own, begins=begins)
    _write(ledger, ledger.made)
    return ledger.made


@transaction.atomic
def pause(
    subject: models.Model, *, at: datetime, kind: str, reason: str = "", incident_is_open: bool = False, by: str = ""
) -> datetime | None:
    """Rest the clocks that the terms let rest for `kind` (requester, supplier, major_incident).

    Clocks that may not rest go on and their history says so; S1 rests only for a
    major incident that the host knows to be open (`incident_is_open`).
    """
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    for clock in clocks:
        transitions.pause(ledger, clock, _hours(clock), kind, reason, incident_is_open=incident_is_open)
    return _write(ledger, clocks)


@transaction.atomic
def resume(
    subject: models.Model, *, at: datetime, reason: str = "", kind: str | None = None, by: str = ""
) -> datetime | None:
    """End the rests of `kind`, or all of them; a clock with another reason to rest goes on resting."""
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    for clock in clocks:
        transitions.resume(ledger, clock, _hours(clock), kind, reason, at)
    return _write(ledger, clocks)


@transaction.atomic
def fulfil(
    subject: models.Model, metric: str | Iterable[str], *, at: datetime, reason: str = "", by: str = ""
) -> datetime | None:
    """End the open clock of `metric` (one or several); nothing happens to those already ended.

    The first response starts the repeated promises, each reply starts the next round.
    A resolution ends everything that is open, also what was never answered.
    """
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    _fulfil(ledger, clocks, {metric} if isinstance(metric, str) else set(metric), reason=reason)
    return _write(ledger, clocks)


@transaction.atomic
def detach(subject: models.Model, *, at: datetime, reason: str = "", by: str = "") -> datetime | None:
    """Withdraw every open promise: the subject was taken back, merged or filed by mistake."""
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    for clock in clocks:
        transitions.detach(ledger, clock, reason=reason)
    return _write(ledger, clocks)


@transaction.atomic
def reattach(
    subject: models.Model, *, at: datetime, detached_at: datetime, reason: str = "", by: str = ""
) -> datetime | None:
    """Take a `detach` of that moment back: the promises run on as if they had never been withdrawn."""
    ledger = Ledger(at, by)
    clocks = _load(Clock.objects.of(subject).filter(state=State.DETACHED, ended_at=detached_at).order_by("pk"))
    for clock in clocks:
        transitions.reattach(ledger, clock, _hours(clock), detached_at, reason=reason)
    return _write(ledger, clocks)


@transaction.atomic
def reopen(subject: models.Model, *, at: datetime, reason: str = "", by: str = "") -> datetime | None:
    """Run again after a resolution, the way the terms say: with the time left, anew, or not at all.

    The workaround runs again only if the resolution had ended it. We owe word at once,
    so the repeated promise starts a new round.
    """
    ledger = Ledger(at, by)
    clocks = _load(Clock.objects.of(subject).exclude(metric=Metric.FIRST_RESPONSE))
    latest = {clock.metric: clock for clock in sorted(clocks, key=lambda clock: clock.cycle)}
    resolution = latest.get(Metric.RESOLUTION)
    if resolution is None or resolution.state != State.FULFILLED:
        return next_due_at(clocks)
    mode = resolution.version.on_reopen
    if mode != PolicyVersion.OnReopen.NONE:
        closed_at = resolution.ended_at
        for clock in latest.values():
            if clock.state == State.FULFILLED and clock.ended_at == closed_at:
                _run_again(ledger, clock, clocks, mode, reason)
    return _write(ledger, clocks)


@transaction.atomic
def change_policy(
    subject: models.Model,
    policy: PolicyVersion,
    *,
    at: datetime,
    mode: str = "",
    scopes: Iterable[str] = (),
    by: str = "",
) -> datetime | None:
    """Move the open clocks to other terms of the same kind after a change of severity.

    `mode` overrides what the new terms say: keep, restart or retroactive; rests so far
    are kept in each. A promise that the new terms do not know is withdrawn, one that
    they add starts now. `scopes` as in `attach`.
    """
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    ended = set(Clock.objects.of(subject).exclude(state__in=Clock.OPEN).values_list("metric", flat=True))
    own = overlays_of({target.calendar_id for target in policy.targets_in_order}, scopes)
    for clock in clocks:
        if clock.version.policy.kind == policy.policy.kind:
            _move(ledger, clock, policy, mode or policy.on_change, own)
    for target in policy.targets_in_order:
        if target.metric not in ended | {clock.metric for clock in clocks}:
            clocks.append(_attach_one(ledger, subject, policy, target, own, begins=at))
    return _write(ledger, clocks)


@transaction.atomic
def excuse(subject: models.Model, metric: str, *, at: datetime, reason: str, by: str = "") -> datetime | None:
    """Declare the last breach of `metric` not our fault; the record keeps that it was one."""
    ledger = Ledger(at, by)
    clock = _load(Clock.objects.of(subject).filter(metric=metric, breached_at__isnull=False).order_by("-cycle")[:1])
    for each in clock:
        transitions.decide(each, Clock.Outcome.EXCUSED, each.breached_at or at)
        ledger.note(each, ClockEvent.Kind.EXCUSE, reason=reason)
    _write(ledger, clock)
    return next_due_at(_load(Clock.objects.of(subject).open()))


@transaction.atomic
def assigned(subject: models.Model, *, at: datetime, by: str = "") -> datetime | None:
    """Somebody took the subject: fulfils the taking over, starts what counts from here."""
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    _fulfil(ledger, clocks, {Metric.OWNERSHIP}, reason="")
    for clock in clocks:
        target = clock.version.target(clock.metric)
        if clock.state == State.WAITING and target and target.starts == Target.Starts.ASSIGNED:
            transitions.start(ledger, clock, target, _hours(clock), at)
    return _write(ledger, clocks)


@transaction.atomic
def released(subject: models.Model, *, at: datetime, by: str = "") -> datetime | None:
    """Nobody has it any more: the taking over is promised anew, as one more round."""
    ledger = Ledger(at, by)
    clocks = _load(Clock.objects.of(subject).order_by("cycle"))
    taken = [clock for clock in clocks if clock.metric == Metric.OWNERSHIP]
    if taken and not taken[-1].is_open:
        _next_cycle(ledger, taken[-1], clocks, starts=True)
    return _write(ledger, clocks)


@transaction.atomic
def replied(
    subject: models.Model,
    *,
    at: datetime,
    public: bool = True,
    automatic: bool = False,
    bulk_notice: bool = False,
    by: str = "",
) -> datetime | None:
    """The desk wrote: fulfils the response and the update if the terms count it as an answer."""
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    if clocks and policy_book.counts_as_response(
        clocks[0].version, public=public, automatic=automatic, bulk=bulk_notice
    ):
        _fulfil(ledger, clocks, {Metric.FIRST_RESPONSE, Metric.NEXT_UPDATE}, reason="")
    return _write(ledger, clocks)


@transaction.atomic
def heard(subject: models.Model, *, at: datetime, automatic: bool = False, by: str = "") -> datetime | None:
    """The requester wrote: their rest ends and an answer is owed; an out-of-office reply changes nothing.

    An answer already owed keeps its first deadline, however often they write.
    """
    ledger, clocks = Ledger(at, by), _open_clocks(subject)
    if not automatic:
        for clock in clocks:
            transitions.resume(ledger, clock, _hours(clock), "requester", "", at)
        _start_waiting(ledger, clocks, Target.Rhythm.ON_REQUEST)
    return _write(ledger, clocks)


def next_due_at(clocks: Iterable[Clock]) -> datetime | None:
    """The soonest deadline of running promises to the requester (agreements between teams left out)."""
    dues = (clock.due_at for clock in clocks if clock.state == State.RUNNING and clock.metric not in BETWEEN_TEAMS)
    return min((due for due in dues if due), default=None)


def tell_dues(moved: Iterable[tuple[str, int]]) -> None:
    """Send hosts the next deadline of every subject (type, id) one of whose clocks moved."""
    subjects: dict[str, set[int]] = {}
    for subject_type, subject_id in moved:
        subjects.setdefault(subject_type, set()).add(subject_id)
    for subject_type, ids in subjects.items():
        dues = bulk.soonest_dues(subject_type, ids, without=BETWEEN_TEAMS)
        signals.dues_moved.send(sender=Clock, subject_type=subject_type, dues=dues)


def overlays_of(calendar_ids: set[int], scopes: Iterable[str]) -> dict[int, Calendar]:
    """For each calendar its overlay of the narrowest of `scopes`, where there is one.

    A municipality's calendar may rest on its province's, which rests on the common one.
    """
    order = list(scopes)
    if not order:
        return {}
    overlays = {overlay.pk: overlay for overlay in Calendar.objects.filter(scope__in=order)}
    own: dict[int, Calendar] = {}
    for overlay in sorted(overlays.values(), key=lambda each: order.index(each.scope), reverse=True):
        base = overlay.base_id
        while base in overlays:
            base = overlays[base].base_id
        if base in calendar_ids:
            own[base] = overlay
    return own


def _open_clocks(subject: models.Model) -> list[Clock]:
    return _load(Clock.objects.of(subject).open().order_by("pk"))


def _load(clocks: models.QuerySet) -> list[Clock]:
    """Read for change: locked where the database can, terms and calendar joined and shared."""
    loaded = list(clocks.select_for_update(of=("self",)).select_related("version__policy", "calendar"))
    versions = {clock.version_id: clock.version for clock in loaded}
    for clock in loaded:
        clock.version = versions[clock.version_id]
    return loaded


def _hours(clock: Clock) -> Hours:
    return calendars.hours(clock.calendar)


def _new_clock(subject_type: str, subject_id: int, version: PolicyVersion, target: Target, cycle: int = 1) -> Clock:
    return Clock(
        subject_type=subject_type,
        subject_id=subject_id,
        metric=target.metric,
        cycle=cycle,
        version=version,
        severity=version.severity,
        calendar=target.calendar,
        calendar_revision=target.calendar.revision,
        state=State.WAITING,
    )


def _attach_one(
    ledger: Ledger,
    subject: models.Model,
    version: PolicyVersion,
    target: Target,
    own: dict[int, Calendar],
    *,
    begins: datetime,
) -> Clock:
    """A new clock; it runs from `begins` unless it waits for a reply or for somebody to take the subject."""
    clock = _new_clock(subject._meta.label_lower, subject.pk, version, target)
    clock.calendar = own.get(target.calendar_id, target.calendar)
    ledger.made.append(clock)
    ledger.note(clock, ClockEvent.Kind.ATTACH)
    if target.rhythm == Target.Rhythm.ONCE and target.starts != Target.Starts.ASSIGNED:
        transitions.start(ledger, clock, target, _hours(clock), begins)
    return clock


def _next_cycle(ledger: Ledger, clock: Clock, clocks: list[Clock], *, starts: bool) -> None:
    """One more round of the same promise, after `clock`."""
    target = clock.version.target(clock.metric)
    if target is None:
        return
    fresh = _new_clock(clock.subject_type, clock.subject_id, clock.version, target, clock.cycle + 1)
    fresh.calendar = clock.calendar
    clocks.append(fresh)
    ledger.made.append(fresh)
    ledger.note(fresh, ClockEvent.Kind.ATTACH)
    if starts:
        transitions.start(ledger, fresh, target, _hours(fresh), ledger.at)


def _fulfil(ledger: Ledger, clocks: list[Clock], metrics: set[str], *, reason: str) -> None:
    resolved = Metric.RESOLUTION in metrics
    for clock in list(clocks):
        if resolved or clock.metric in metrics:
            _fulfil_one(ledger, clock, clocks, last=resolved, reason=reason)
    if Metric.FIRST_RESPONSE in metrics and not resolved:
        _start_waiting(ledger, clocks, Target.Rhythm.PERIODIC)


def _fulfil_one(ledger: Ledger, clock: Clock, clocks: list[Clock], *, last: bool, reason: str) -> None:
    """End one clock; a repeated promise goes on to its next round unless all is over."""
    if clock.state == State.WAITING and not last:
        return
    if clock.started_at == ledger.at and clock.cycle > 1 and not last:
        return
    target = clock.version.target(clock.metric)
    transitions.fulfil(ledger, clock, _hours(clock), reason=reason)
    if not last and target and target.rhythm != Target.Rhythm.ONCE:
        _next_cycle(ledger, clock, clocks, starts=target.rhythm == Target.Rhythm.PERIODIC)


def _start_waiting(ledger: Ledger, clocks: list[Clock], rhythm: str) -> None:
    for clock in clocks:
        target = clock.version.target(clock.metric)
        if clock.state == State.WAITING and target and target.rhythm == rhythm:
            transitions.start(ledger, clock, target, _hours(clock), ledger.at)


def _run_again(ledger: Ledger, clock: Clock, clocks: list[Clock], mode: str, reason: str) -> None:
    target = clock.version.target(clock.metric)
    repeated = target is not None and target.rhythm != Target.Rhythm.ONCE
    if mode == PolicyVersion.OnReopen.NEW_CYCLE or repeated:
        _next_cycle(ledger, clock, clocks, starts=True)
    else:
        transitions.reopen(ledger, clock, _hours(clock), reason=reason)


def _move(ledger: Ledger, clock: Clock, policy: PolicyVersion, mode: str, own: dict[int, Calendar]) -> None:
    target = policy.target(clock.metric)
    if target is None:
        transitions.detach(ledger, clock, reason="")
        return
    calendar = own.get(target.calendar_id, target.calendar)
    if clock.state == State.WAITING:
        clock.version, clock.severity, clock.calendar = policy, policy.severity, calendar
        ledger.note(clock, ClockEvent.Kind.CHANGE, reason_kind=mode)
    else:
        transitions.change(ledger, clock, policy, target, calendar, mode)


def _write(ledger: Ledger, clocks: list[Clock]) -> datetime | None:
    """Store what the verb did and say what is due next."""
    bulk.insert(ledger.made)
    bulk.update_clocks(ledger.changed.values())
    for event in ledger.events:
        event.clock_id = event.clock.pk
    bulk.insert(ledger.events)
    return next_due_at(clocks)
