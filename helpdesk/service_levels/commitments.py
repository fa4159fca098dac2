"""What we promise and what became of it, in words for people: the desk's side of django-sla."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from django_sla import policies
from django_sla.models import Clock, PolicyVersion
from foundation import now
from helpdesk.models import Ticket
from helpdesk.service_levels.countdown import Countdown

METRICS = {
    "first_response": _("First response"),
    "next_update": _("Next update"),
    "workaround": _("Workaround"),
    "resolution": pgettext_lazy("promise", "Resolution"),
}
# Between our own teams; municipalities see none of these.
AGREEMENTS = {
    "ownership": _("Taking over"),
    "handling": _("Our share of the work"),
}


def name_of(metric: str) -> str:
    """A promise's name as a heading has it."""
    return str(METRICS.get(metric) or AGREEMENTS[metric])


@dataclass(frozen=True)
class PromisedTime:
    """One promised time, before anything was filed."""

    metric: str
    due_at: datetime
    target_text: str

    @property
    def metric_name(self) -> str:
        return name_of(self.metric)


@dataclass(frozen=True)
class ClassOfPromises:
    """What one of S1–S4 promises, from now."""

    severity: Ticket.Severity
    promises: Sequence[PromisedTime]


@dataclass(frozen=True)
class RunningDeadline:
    """A promise that is running: what a queue shows of a ticket's clocks."""

    metric: str
    started_at: datetime
    due_at: datetime

    @property
    def metric_name(self) -> str:
        return name_of(self.metric)

    @property
    def countdown(self) -> Countdown:
        return Countdown(started=self.started_at, due=self.due_at, at=now())


class ClockRow(NamedTuple):
    """What a page reads of a clock."""

    metric: str
    state: str
    started_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Commitment:
    """One promised time of a ticket and how it stands. `due_at` is empty while it rests."""

    metric: str
    state: str
    started_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    outcome: str

    @property
    def metric_name(self) -> str:
        return name_of(self.metric)

    @property
    def is_running(self) -> bool:
        return self.state == "running" and self.due_at is not None and self.started_at is not None

    @property
    def countdown(self) -> Countdown:
        """Only of a promise that is running."""
        assert self.started_at is not None and self.due_at is not None
        return Countdown(started=self.started_at, due=self.due_at, at=now())


def promised(
    severity: str, at: datetime, facts: Mapping[str, str] | None = None, among: Sequence[PolicyVersion] | None = None
) -> list[PromisedTime]:
    """What a ticket of this class, filed at `at`, would be promised; what repeats comes last.

    `facts` are what else is known of it (`ticket_clocks.FACTS`).
    """
    targets = policies.promises(severity, at, among=among, **(facts or {}))
    promises = [PromisedTime(each.metric, each.due_at, each.target_text) for each in targets if each.metric in METRICS]
    return sorted(promises, key=lambda promise: promise.metric == "next_update")


def of_every_class(at: datetime) -> list[ClassOfPromises]:
    """The promises of S1 to S4, for readers who have not answered yet."""
    terms = policies.in_force(at)
    return [ClassOfPromises(severity, promised(severity, at, among=terms)) for severity in Ticket.Severity]


def clocks_of(ticket: Ticket) -> Sequence[ClockRow]:
    """How every clock of this ticket stands, also those between teams, older rounds first."""
    named = Clock.objects.of(ticket).order_by("cycle").values_list(*ClockRow._fields)
    return [ClockRow(*values) for values in named]


def of_clocks(clocks: Sequence[Clock | ClockRow], metrics: Iterable[str] = METRICS) -> list[Commitment]:
    """The latest round of each of `metrics` among one ticket's clocks, older rounds first."""
    latest = {clock.metric: commitment_of(clock) for clock in clocks}
    return [latest[metric] for metric in metrics if metric in latest]


def next_deadlines(tickets: Sequence[int]) -> dict[int, RunningDeadline]:
    """The running promise that falls due next, of each of these ticket ids that has one: one query."""
    running = Clock.objects.filter(
        subject_type=Ticket._meta.label_lower,
        subject_id__in=tickets,
        state=Clock.State.RUNNING,
        metric__in=METRICS,
    )
    latest_first = running.order_by("-due_at").values_list("subject_id", "metric", "started_at", "due_at")
    return {
        ticket: RunningDeadline(metric, started, due)
        for ticket, metric, started, due in latest_first
        if started and due
    }


def soonest(commitments: Sequence[Commitment]) -> Commitment | None:
    """The running promise that falls due next."""
    running = [(each.due_at, each) for each in commitments if each.is_running and each.due_at]
    return min(running, key=lambda pair: pair[0])[1] if running else None


def commitment_of(clock: Clock | ClockRow) -> Commitment:
    return Commitment(
        metric=clock.metric,
        state=clock.state,
        started_at=clock.started_at,
        due_at=clock.due_at,
        ended_at=clock.ended_at,
        outcome=clock.outcome,
    )
