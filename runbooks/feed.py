"""What programs are told of runs and broadcasts: for those who work nationally; no words, no numbers of people."""

from collections.abc import Iterable, Mapping

from foundation.outbox.hooks import feed
from foundation.outbox.hooks.feed import FeedSource, FeedSubject
from runbooks.models import Broadcast, Run

OF_RUNS: dict[str, tuple[str, ...]] = {
    "run.proposed": (),
    "run.started": (),
    "run.declined": (),
    "run.abandoned": (),
    "run.finished": ("seconds",),
    "step.reached": ("step", "step_kind", "visit"),
    "step.needs_person": ("step",),
    "step.ended": ("step", "step_kind", "outcome", "visit"),
    "step.overdue": ("step",),
}
OF_BROADCASTS: dict[str, tuple[str, ...]] = {
    "broadcast.drafted": (),
    "broadcast.submitted": (),
    "broadcast.approved": (),
    "broadcast.withdrawn": (),
    "broadcast.lapsed": (),
    "broadcast.released": ("intended",),
    "broadcast.paused": (),
    "broadcast.resumed": (),
    "broadcast.stopped": ("aborted", "gone", "on_the_line"),
    "broadcast.acknowledged": ("municipality", "via"),
    "broadcast.ended": (),
}


@feed.sources.register
def runs() -> FeedSource:
    return FeedSource(OF_RUNS, find_runs)


@feed.sources.register
def broadcasts() -> FeedSource:
    return FeedSource(OF_BROADCASTS, find_broadcasts)


def find_runs(keys: Iterable[str]) -> Mapping[str, FeedSubject]:
    found = Run.objects.filter(pk__in=keys)
    return {str(run.pk): FeedSubject(state_of_run(run)) for run in found}


def state_of_run(run: Run) -> feed.Data:
    return {
        "run": run.pk,
        "runbook": run.code,
        "status": run.status,
        "outage": run.outage_id,
        "drill": run.is_drill,
        "started_at": run.started_at and run.started_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
    }


def find_broadcasts(keys: Iterable[str]) -> Mapping[str, FeedSubject]:
    found = Broadcast.objects.filter(pk__in=keys)
    return {str(broadcast.pk): FeedSubject(state_of_broadcast(broadcast)) for broadcast in found}


def state_of_broadcast(broadcast: Broadcast) -> feed.Data:
    return {
        "broadcast": broadcast.pk,
        "status": broadcast.status,
        "lane": broadcast.lane,
        "drill": broadcast.is_drill,
        "outage": broadcast.outage_id,
        "ended_at": broadcast.ended_at and broadcast.ended_at.isoformat(),
    }
