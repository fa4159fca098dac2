"""Ended promises judged anew: a leave declared afterwards excuses nobody by hand.

What was said at the time stays readable (`outcome_as_it_stood`, the events); reports
count by what is right now. Nobody is told: these promises are over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from django_sla import bulk, calendars
from django_sla.arithmetic import Hours
from django_sla.models import Calendar, Clock, ClockEvent, Rejudgement
from django_sla.models.clocks import intervals
from django_sla.recalculation import BATCH, Figures, Terms

Outcome = Clock.Outcome
FIELDS = (*Figures._fields, "ended_at", "outcome")


@dataclass
class Effect:
    """What judging anew does: deadlines moved, breaches that are none, promises found broken."""

    looked_at: int = 0
    moved: int = 0
    now_kept: int = 0
    now_broken: int = 0

    def count(self, before: str, verdict: bulk.RejudgedClock) -> None:
        self.moved += 1
        self.now_kept += before == Outcome.MISSED and verdict.outcome == Outcome.MET
        self.now_broken += before == Outcome.MET and verdict.outcome == Outcome.MISSED


def preview(hours_of: Mapping[Calendar, Hours], since: datetime) -> Effect:
    """What judging the clocks that ended from `since` on would change under drafted hours; writes nothing."""
    effect, terms = Effect(), Terms()
    for calendar, hours in hours_of.items():
        for row in ended(calendar).filter(ended_at__gte=since).values_list(*FIELDS).iterator(BATCH):
            effect.looked_at += 1
            verdict = judged(row, hours, terms)
            if verdict:
                effect.count(row[-1], verdict)
    return effect


def request(calendar: Calendar, since: datetime, *, at: datetime, by: str = "") -> list[Rejudgement]:
    """Promise to judge anew what ended in [since, at) under `calendar` and every overlay on it.

    `work` keeps the promise; call it until it says 0, or leave it to a recurring look.
    """
    return [
        Rejudgement.objects.create(calendar=each, since=since, until=at, reached_at=since, requested_by=by)
        for each in calendars.tree_of(calendar)
    ]


def work(*, at: datetime, batch: int = BATCH, limit: int | None = None) -> int:
    """Go on with the promised rejudgements, one transaction a batch; how many clocks were looked at."""
    total = 0
    while (done := _work_batch(at, batch)) is not None:
        total += done
        if limit is not None and total >= limit:
            break
    return total


@transaction.atomic
def _work_batch(at: datetime, batch: int) -> int | None:
    """The next batch of the oldest rejudgement that nobody else is at; None if there is none."""
    waiting = Rejudgement.objects.filter(finished_at=None).select_related("calendar").order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
    run = waiting.first()
    if run is None:
        return None
    rows = list(_next_clocks(run).values_list(*FIELDS)[:batch])
    _judge_all(run, rows, at)
    run.looked_at += len(rows)
    if rows:
        run.reached_at, run.reached_id = rows[-1][-2], rows[-1][0]
    if len(rows) < batch:
        run.finished_at = at
    run.save()
    return len(rows)


def _next_clocks(run: Rejudgement) -> QuerySet[Clock]:
    behind = Q(ended_at=run.reached_at, id__gt=run.reached_id) | Q(ended_at__gt=run.reached_at)
    inside = ended(run.calendar).filter(ended_at__gte=run.reached_at, ended_at__lt=run.until)
    return inside.filter(behind).order_by("ended_at", "id").select_for_update()


def _judge_all(run: Rejudgement, rows: list[tuple], at: datetime) -> None:
    hours, terms, effect = calendars.hours(run.calendar), Terms(), Effect()
    verdicts, events = [], []
    for row in rows:
        verdict = judged(row, hours, terms)
        if verdict:
            effect.count(row[-1], verdict)
            verdicts.append(verdict)
            events.append(_event(Figures(*row[:-2]), verdict, run, at))
    bulk.write_verdicts(verdicts, revision=run.calendar.revision)
    bulk.add_events(events)
    run.moved += effect.moved
    run.now_kept += effect.now_kept
    run.now_broken += effect.now_broken


def _event(clock: Figures, verdict: bulk.RejudgedClock, run: Rejudgement, at: datetime) -> ClockEvent:
    return ClockEvent(
        clock_id=clock.id,
        kind=ClockEvent.Kind.REJUDGE,
        at=at,
        recorded_at=at,
        reason_kind=verdict.outcome,
        rule=run.calendar.code,
        by=run.requested_by,
        due_before=clock.due_at,
        due_after=verdict.due_at,
    )


def ended(calendar: Calendar) -> QuerySet[Clock]:
    """The clocks of `calendar` that ended; an excuse stands and is not judged."""
    return Clock.objects.filter(calendar=calendar, state=Clock.State.FULFILLED).exclude(outcome=Outcome.EXCUSED)


def judged(row: tuple, hours: Hours, terms: Terms) -> bulk.RejudgedClock | None:
    """The outcome of an ended clock under other hours; None if its deadline stays where it was."""
    clock, ended_at = Figures(*row[:-2]), row[-2]
    allowance = terms.allowance(clock, hours)
    due = hours.run(clock.started_at, intervals(clock.rests)).reaches(allowance - clock.carried)
    if due == clock.due_at:
        return None
    if due is not None and ended_at > due:
        return bulk.RejudgedClock(clock.id, allowance, due, due, Outcome.MISSED, due)
    return bulk.RejudgedClock(clock.id, allowance, due, None, Outcome.MET, ended_at)
