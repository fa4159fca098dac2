"""Promises that run: one clock per subject, metric and cycle, and what happened to it."""

from datetime import datetime, timedelta
from typing import NoReturn, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_sla.arithmetic import Rest
from django_sla.models.calendars import Calendar
from django_sla.models.policies import Metric, PolicyVersion


def intervals(rests: list) -> list[Rest]:
    """The stored rests of a clock as stretches of time."""
    return [
        Rest(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None) for start, end, _kind in rests
    ]


class ClockQuerySet(models.QuerySet):
    def of(self, subject: models.Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def open(self) -> Self:
        """Not ended: waiting, running or resting."""
        return self.filter(state__in=Clock.OPEN)

    def due_list(self) -> Self:
        """The running clocks, soonest deadline first; walks one partial index."""
        return self.filter(state=Clock.State.RUNNING).order_by("due_at")


class ClockOutcome(models.TextChoices):
    OPEN = "", _("open")
    MET = "met", _("kept")
    MISSED = "missed", _("breached")
    EXCUSED = "excused", _("excused")


class Clock(models.Model):
    """How long one promise about one subject has been running, and until when it may.

    Everything can be derived from the events; what the sweep and the lists read is
    stored. `due_at` is empty while the clock waits or rests. `look_at` is when the
    sweep must next act (a level, the breach, the cap of a rest).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not started")
        RUNNING = "running", _("running")
        RESTING = "resting", _("paused")
        FULFILLED = "fulfilled", _("ended")
        DETACHED = "detached", _("withdrawn")

    Outcome = ClockOutcome

    OPEN = (State.WAITING, State.RUNNING, State.RESTING)

    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    metric = models.CharField(max_length=20, choices=Metric.choices)
    cycle = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="clocks")
    severity = models.CharField(max_length=2, blank=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="clocks")
    calendar_revision = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=9, choices=State.choices)
    first_started_at = models.DateTimeField(null=True, blank=True, help_text="the start under the first terms")
    started_at = models.DateTimeField(null=True, blank=True)
    allowance = models.DurationField(null=True, blank=True)
    carried = models.DurationField(default=timedelta, help_text="open time used under earlier terms")
    rests = models.JSONField(default=list, blank=True, help_text="[[start, end or null, kind], …]")
    due_at = models.DateTimeField(null=True, blank=True)
    original_due_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(default=0, help_text="levels already told")
    ended_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    outcome_as_it_stood = models.CharField(max_length=7, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_clock_per_metric_and_cycle", fields=["subject_type", "subject_id", "metric", "cycle"]
            ),
            models.CheckConstraint(
                name="running_clocks_are_due", condition=~Q(state="running") | Q(due_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="sla_due_list", fields=["due_at"], condition=Q(state="running")),
            models.Index(name="sla_sweep", fields=["look_at"], condition=Q(look_at__isnull=False)),
            models.Index(name="sla_rejudgement", fields=["calendar", "ended_at", "id"], condition=Q(state="fulfilled")),
            models.Index(name="sla_measured", fields=["decided_at", "metric", "severity"]),
            models.Index(name="sla_breaches", fields=["metric", "severity"], condition=Q(outcome_as_it_stood="missed")),
            models.Index(
                name="sla_recalculation",
                fields=["calendar", "calendar_revision"],
                condition=Q(state__in=("running", "resting")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.metric} #{self.cycle}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def counted_from(self) -> datetime:
        """The start, of a clock that has one."""
        if self.started_at is None:
            raise ValueError(f"{self} has not started")
        return self.started_at

    @property
    def promised(self) -> timedelta:
        """The allowance, of a clock that has started."""
        if self.allowance is None:
            raise ValueError(f"{self} has not started")
        return self.allowance

    @property
    def rest_intervals(self) -> list[Rest]:
        return intervals(self.rests)

    @property
    def resting_for(self) -> list[str]:
        """The kinds of the rests that still last."""
        return [kind for _start, end, kind in self.rests if end is None]

    def is_late(self, at: datetime) -> bool:
        """Breached strictly after the deadline."""
        return self.due_at is not None and at > self.due_at

    def remaining(self, at: datetime, hours) -> timedelta | None:
        """Open time left, negative when late; None before the start."""
        if self.started_at is None or self.allowance is None:
            return None
        used = hours.consumed(self.started_at, self.ended_at or at, self.rest_intervals)
        return self.allowance - self.carried - used


class ClockEventQuerySet(models.QuerySet):
    def update(self, **kwargs) -> NoReturn:
        raise TypeError("the history of a clock is only ever added to")


class ClockEvent(models.Model):
    """One thing that happened to a clock. Append-only.

    `at` is when it took effect, `recorded_at` when it was written down; a breach
    found after a night without sweeper has both apart.
    """

    class Kind(models.TextChoices):
        ATTACH = "attach", _("attached")
        START = "start", _("started")
        PAUSE = "pause", _("paused")
        KEPT_RUNNING = "kept_running", _("not paused")
        RESUME = "resume", _("resumed")
        FULFIL = "fulfil", _("fulfilled")
        BREACH = "breach", _("breached")
        ESCALATE = "escalate", _("escalated")
        EXCUSE = "excuse", _("excused")
        DETACH = "detach", _("withdrawn")
        REOPEN = "reopen", _("reopened")
        CHANGE = "change", _("moved to another policy")
        RECALCULATE = "recalculate", _("recalculated")
        REJUDGE = "rejudge", _("judged anew")

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason_kind = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    rule = models.CharField(max_length=80, blank=True, help_text="what made it happen, e.g. s2 v3")
    by = models.CharField(max_length=120, blank=True)
    due_before = models.DateTimeField(null=True, blank=True)
    due_after = models.DateTimeField(null=True, blank=True)

    objects = ClockEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["clock", "kind"])]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind}"

    @property
    def reason_kind_parts(self) -> list[str]:
        """Of an escalation: unit, amount, action, to whom."""
        return (self.reason_kind.split(":") + [""] * 4)[:4]

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise TypeError("the history of a clock is only ever added to")
        super().save(*args, **kwargs)
