"""What each verb does to one clock in memory: change its fields, name the event.

Nothing here reads or writes clocks (hours come compiled from memory), so that verbs can move many clocks with a
handful of queries and the rules can be tested by the thousand.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django_sla import calendars
from django_sla.arithmetic import Hours, RunningSpan
from django_sla.models import Calendar, Clock, ClockEvent, PolicyVersion, Target

Kind = ClockEvent.Kind
State = Clock.State
Outcome = Clock.Outcome

NOTHING = timedelta()


@dataclass
class Ledger:
    """What one verb did: clocks made, clocks changed, events in order."""

    at: datetime
    by: str = ""
    made: list[Clock] = field(default_factory=list)
    changed: dict[int, Clock] = field(default_factory=dict)
    events: list[ClockEvent] = field(default_factory=list)

    def note(
        self,
        clock: Clock,
        kind: str,
        *,
        at: datetime | None = None,
        reason: str = "",
        reason_kind: str = "",
        due_before: datetime | None = None,
    ) -> ClockEvent:
        """Remember an event and that its clock has to be written. It took effect `at` (now where left out)."""
        event = ClockEvent(
            clock=clock,
            kind=kind,
            at=at or self.at,
            recorded_at=self.at,
            rule=str(clock.version),
            by=self.by,
            reason=reason,
            reason_kind=reason_kind,
            due_before=due_before,
            due_after=clock.due_at,
        )
        self.events.append(event)
        if clock.pk:
            self.changed[clock.pk] = clock
        return event


@dataclass(frozen=True, slots=True)
class Course:
    """When a promise reaches its deadline and its levels, the smallest share first; asked one by one.

    `shares` are what of the open time must be used for each level, that used earlier taken off.
    """

    run: RunningSpan
    due_at: datetime | None
    shares: list[tuple[timedelta, dict]]

    def level(self, number: int) -> tuple[datetime, dict] | None:
        """When the level at this place is reached; None behind the last one, or if a rest comes before."""
        if number >= len(self.shares):
            return None
        share, level = self.shares[number]
        moment = self.run.reaches(share)
        return None if moment is None else (moment, level)

    def told_by(self, at: datetime, told: int) -> int:
        """How many levels are behind us at `at`, of which `told` are known to be."""
        while (reached := self.level(told)) and reached[0] <= at:
            told += 1
        return told

    def next_look(self, told: int, breached: bool) -> datetime | None:
        """When a running clock needs the sweep, `told` levels and perhaps its breach being behind it."""
        reached = self.level(told)
        if self.due_at is None or breached:
            return reached[0] if reached else None
        return min(reached[0], self.due_at) if reached else self.due_at


def course(run: RunningSpan, allowance: timedelta, carried: timedelta, levels: list[dict]) -> Course:
    """The course of a promise of `allowance`, of which `carried` was used under earlier terms.

    A share already used then is reached at the start of these terms.
    """
    shares = [(share_of(level, allowance) - carried, level) for level in levels]
    shares.sort(key=lambda pair: pair[0])
    return Course(run, run.reaches(allowance - carried), shares)


def share_of(level: dict, allowance: timedelta) -> timedelta:
    """How much open time has been used when this level is reached."""
    return timedelta(seconds=level["seconds"]) if "seconds" in level else allowance * level["percent"] / 100


def course_of(clock: Clock, hours: Hours) -> Course:
    """The course of a clock that has started; one that ended has no levels any more."""
    run = hours.run(clock.counted_from, clock.rest_intervals)
    return course(run, clock.promised, clock.carried, clock.version.levels_of(clock.metric) if clock.is_open else [])


def settle(clock: Clock, hours: Hours, *, silent_until: datetime | None = None) -> None:
    """Derive the deadline and the next look from start, allowance and rests.

    `silent_until` counts the levels reached by then as told: a move of the deadline
    raises no old alarm.
    """
    clock.calendar_revision = clock.calendar.revision
    if clock.started_at is None or clock.allowance is None:
        clock.due_at = clock.look_at = None
        return
    ahead = course_of(clock, hours)
    clock.due_at = ahead.due_at
    if clock.original_due_at is None:
        clock.original_due_at = clock.due_at
    if silent_until:
        clock.level = ahead.told_by(silent_until, clock.level)
    clock.look_at = next_look(clock, hours, ahead)


def next_look(clock: Clock, hours: Hours, ahead: Course) -> datetime | None:
    """When the sweep must next act on this clock; None if never."""
    if clock.state == State.RESTING:
        return min((end for _kind, end in rest_caps(clock.rests, clock.version, hours)), default=None)
    if clock.state != State.RUNNING:
        return None
    return ahead.next_look(clock.level, clock.breached_at is not None)


def rest_caps(rests: list, version: PolicyVersion, hours: Hours) -> list[tuple[str, datetime]]:
    """The kinds of the open ones among a clock's `rests` that have a cap, and when they reach it."""
    caps = []
    for start, end, kind in rests:
        cap = (version.rests.get(kind) or {}).get("cap")
        if end is None and cap is not None:
            caps.append((kind, hours.add(datetime.fromisoformat(start), timedelta(seconds=cap))))
    return caps


def start(ledger: Ledger, clock: Clock, target: Target, hours: Hours, at: datetime) -> None:
    """Let a waiting or new clock run from `at`."""
    clock.state = State.RUNNING
    clock.started_at = clock.first_started_at = at
    clock.allowance = target.allowance(hours, at)
    settle(clock, hours)
    ledger.note(clock, Kind.START, at=at)


def pause(ledger: Ledger, clock: Clock, hours: Hours, kind: str, reason: str, *, incident_is_open: bool) -> None:
    """Let the clock rest for `kind`, or note why it goes on.

    The terms say which kinds stop which metrics. A rest for a major incident holds
    only while that incident is open, which the host vouches for.
    """
    if clock.state == State.WAITING or kind in clock.resting_for:
        return
    rule = clock.version.rests.get(kind)
    stops = rule is not None and clock.metric in rule.get("metrics", [clock.metric])
    if not stops or (kind == "major_incident" and not incident_is_open):
        ledger.note(clock, Kind.KEPT_RUNNING, reason_kind=kind, reason=reason)
        return
    before = clock.due_at
    clock.rests = [*clock.rests, [ledger.at.isoformat(), None, kind]]
    clock.state = State.RESTING
    settle(clock, hours)
    ledger.note(clock, Kind.PAUSE, reason_kind=kind, reason=reason, due_before=before)


def resume(ledger: Ledger, clock: Clock, hours: Hours, kind: str | None, reason: str, at: datetime) -> None:
    """End the rests of `kind` (all, if None); the clock runs once none is left."""
    ending = [each for each in clock.resting_for if kind in (None, each)]
    if not ending:
        return
    end_rests(clock, at, ending)
    clock.state = State.RESTING if clock.resting_for else State.RUNNING
    settle(clock, hours)
    ledger.note(clock, Kind.RESUME, at=at, reason_kind=",".join(ending), reason=reason)


def end_rests(clock: Clock, at: datetime, kinds: list[str]) -> None:
    ended = at.isoformat()
    clock.rests = [[start, ended if end is None and kind in kinds else end, kind] for start, end, kind in clock.rests]


def fulfil(ledger: Ledger, clock: Clock, hours: Hours, *, reason: str = "") -> None:
    """End the clock: kept at or before the deadline, breached strictly after.

    A resting clock ends with its rest left out, so pausing and resolving in one step
    costs nothing; what counts is the last instant at which it ran.
    """
    if clock.state == State.WAITING:
        return detach(ledger, clock, reason=reason)
    last_ran = min(
        (datetime.fromisoformat(start) for start, end, _kind in clock.rests if end is None), default=ledger.at
    )
    end_rests(clock, ledger.at, clock.resting_for)
    clock.state = State.RUNNING
    settle(clock, hours)
    if clock.is_late(last_ran):
        breach(ledger, clock)
    clock.state, clock.ended_at, clock.look_at = State.FULFILLED, ledger.at, None
    if not clock.breached_at:
        decide(clock, Outcome.MET, ledger.at)
    ledger.note(clock, Kind.FULFIL, reason=reason)
    return None


def breach(ledger: Ledger, clock: Clock) -> bool:
    """Record the breach at the deadline; False if it already is, or nothing is due."""
    if clock.breached_at is not None or clock.due_at is None:
        return False
    clock.breached_at = clock.due_at
    decide(clock, Outcome.MISSED, clock.due_at)
    ledger.note(clock, Kind.BREACH, at=clock.due_at)
    return True


def decide(clock: Clock, outcome: str, at: datetime) -> None:
    """Settle how it ended; what was said first stays readable."""
    clock.outcome, clock.decided_at = outcome, at
    if not clock.outcome_as_it_stood:
        clock.outcome_as_it_stood = outcome


def detach(ledger: Ledger, clock: Clock, *, reason: str = "") -> None:
    """Withdraw the promise: no deadline, no sweep, no outcome unless it was already breached."""
    before = clock.due_at
    end_rests(clock, ledger.at, clock.resting_for)
    clock.state, clock.ended_at, clock.look_at = State.DETACHED, ledger.at, None
    ledger.note(clock, Kind.DETACH, reason=reason, due_before=before)


def reattach(ledger: Ledger, clock: Clock, hours: Hours, detached_at: datetime, *, reason: str = "") -> None:
    """The withdrawal was a mistake: it goes on as it stood, and nothing of the time between is left out."""
    clock.rests = [
        [start, None if end and datetime.fromisoformat(end) == detached_at else end, kind]
        for start, end, kind in clock.rests
    ]
    before, clock.ended_at = clock.due_at, None
    clock.state = State.RESTING if clock.resting_for else State.RUNNING if clock.started_at else State.WAITING
    settle(clock, hours)
    ledger.note(clock, Kind.ATTACH, reason=reason, due_before=before)


def reopen(ledger: Ledger, clock: Clock, hours: Hours, *, reason: str = "") -> None:
    """Let an ended clock go on with the time it had left; solved and closed time is a rest."""
    closed_at = clock.ended_at or ledger.at
    clock.rests = [*clock.rests, [closed_at.isoformat(), ledger.at.isoformat(), "closed"]]
    clock.state, clock.ended_at = State.RUNNING, None
    if not clock.breached_at:
        clock.outcome, clock.outcome_as_it_stood, clock.decided_at = Outcome.OPEN, Outcome.OPEN, None
    before = clock.due_at
    settle(clock, hours)
    ledger.note(clock, Kind.REOPEN, reason=reason, due_before=before)


def change(ledger: Ledger, clock: Clock, version: PolicyVersion, target: Target, calendar: Calendar, mode: str) -> None:
    """Move a running or resting clock to other terms, counted in `calendar`, rests so far included.

    keep: the open time used so far stays used; restart: nothing is used yet;
    retroactive: as if the new terms had held from the start. Time already used up
    makes the promise due at once, never in the past, except retroactively.
    """
    old_hours, hours = calendars.hours(clock.calendar), calendars.hours(calendar)
    before, first_start = clock.due_at, clock.first_started_at or clock.counted_from
    used = clock.carried + old_hours.consumed(clock.counted_from, ledger.at, clock.rest_intervals)
    clock.version, clock.severity, clock.calendar = version, version.severity, calendar
    if mode == PolicyVersion.OnChange.RETROACTIVE:
        count_from(clock, first_start, target.allowance(hours, first_start), NOTHING)
    elif mode == PolicyVersion.OnChange.RESTART:
        count_from(clock, ledger.at, target.allowance(hours, ledger.at), NOTHING)
    else:
        count_from(clock, ledger.at, target.allowance(hours, first_start), used)
    clock.level = 0
    settle(clock, hours, silent_until=ledger.at)
    ledger.note(clock, Kind.CHANGE, reason_kind=mode, due_before=before)


def count_from(clock: Clock, at: datetime, allowance: timedelta, carried: timedelta) -> None:
    """Count from `at` with some time already used; earlier rests stay on record."""
    clock.started_at, clock.allowance, clock.carried = at, allowance, carried
