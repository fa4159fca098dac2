"""A plan in motion: the run, the steps it reached, the signatures it collected."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation import now
from foundation.directory.models import Person
from foundation.leases.models import LeasedRow
from monitoring.models import Outage
from runbooks.durations import duration
from runbooks.models.broadcasts import Broadcast
from runbooks.models.plans import Runbook


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, person) -> "RunQuerySet":
        return self if person.works_nationally else self.none()

    def underway(self) -> "RunQuerySet":
        return self.filter(status=Run.Status.RUNNING)

    def proposed(self) -> "RunQuerySet":
        return self.filter(status=Run.Status.PROPOSED)


class Run(models.Model):
    """One execution of one plan, for an outage or without one.

    `plan` is the run's own copy: editing the runbook leaves tonight's run undisturbed.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        ABANDONED = "abandoned", _("abandoned")
        DECLINED = "declined", _("declined")

    OVER = (Status.FINISHED, Status.ABANDONED, Status.DECLINED)

    runbook = models.ForeignKey(Runbook, on_delete=models.PROTECT, related_name="runs")
    plan = models.JSONField()
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    is_drill = models.BooleanField(default=False)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PROPOSED)
    proposed_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="ended_runs_say_when",
                condition=Q(status__in=("finished", "abandoned", "declined"), ended_at__isnull=False)
                | Q(status__in=("proposed", "running"), ended_at=None),
            ),
            models.CheckConstraint(
                name="running_runs_say_since_when", condition=~Q(status="running") | Q(started_at__isnull=False)
            ),
            models.UniqueConstraint(
                name="one_run_per_plan_and_outage",
                fields=["runbook", "outage"],
                condition=Q(status__in=("proposed", "running"), outage__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.pk}"

    @property
    def code(self) -> str:
        return self.plan["code"]

    @property
    def title(self) -> str:
        return self.plan["title"]["tr"]

    @property
    def is_over(self) -> bool:
        return self.status in self.OVER

    @property
    def rto(self) -> timedelta:
        """The recovery time the plan aims at."""
        return duration(self.plan["targets"]["rto"])

    def age(self, at: datetime) -> timedelta:
        """How long it ran, or has run by `at`."""
        return (self.ended_at or at) - (self.started_at or self.proposed_at)

    def place_of(self, key: str) -> int:
        """Where a step stands in the plan, counted from 0."""
        return next(place for place, step in enumerate(self.plan["steps"]) if step["key"] == key)


class Step(LeasedRow):
    """One step the run has reached: open until it has an outcome.

    The row is leased work, so that somebody looks at it: Nöbet at `due_at` for http, wait
    and broadcast; for people's steps `due_at` is when they are reminded. `visit`
    counts the steps of the run from 1, so that a step met twice is two rows.
    """

    class Kind(models.TextChoices):
        MANUAL = "manual", _("by hand")
        DECISION = "decision", _("decision")
        APPROVAL = "approval", _("approval")
        HTTP = "http", pgettext_lazy("step", "call")
        WAIT = "wait", _("wait")
        BROADCAST = "broadcast", _("broadcast")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    visit = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reached_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40, blank=True, help_text="done, an option's key, approved, refused, skipped")
    note = models.TextField(blank=True)
    evidence = models.JSONField(default=dict, blank=True, help_text="what a call answered")
    called_at = models.DateTimeField(null=True, blank=True, help_text="a call is on its way since then")
    needs_person = models.BooleanField(default=False, help_text="a call whose fate a person has to settle")
    reminded_at = models.DateTimeField(null=True, blank=True)
    broadcast = models.OneToOneField(Broadcast, null=True, blank=True, on_delete=models.PROTECT, related_name="of_step")

    class Meta(LeasedRow.Meta):
        ordering = ["visit"]
        constraints = [
            models.UniqueConstraint(name="visits_are_counted", fields=["run", "visit"]),
            models.UniqueConstraint(name="a_run_stands_at_one_step", fields=["run"], condition=Q(outcome="")),
            models.CheckConstraint(
                name="ended_steps_say_how",
                condition=Q(outcome="", ended_at=None) | ~Q(outcome="") & Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}.{self.visit} {self.key}"

    @property
    def definition(self) -> dict:
        """What the run's own copy of the plan says about this step."""
        return self.run.plan["steps"][self.run.place_of(self.key)]

    @property
    def title(self) -> str:
        return self.definition["title"]

    @property
    def is_open(self) -> bool:
        return not self.outcome

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this visit, and for no other."""
        return f"nobet-run-{self.run_id}-{self.visit}"


class Signature(models.Model):
    """One person's word on an approval step; nobody signs the same step twice."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(name="one_signature_per_person", fields=["step", "person"])]

    def __str__(self) -> str:
        return f"{self.step_id} {self.person_id}"


class Call(LeasedRow):
    """An outage was opened: somebody has to look which plans it calls for."""

    outage = models.OneToOneField(Outage, on_delete=models.CASCADE, related_name="runbook_call")

    def __str__(self) -> str:
        return f"call for {self.outage_id}"


class Dispatch(LeasedRow):
    """An approved broadcast has to be handed over to the outbox."""

    broadcast = models.OneToOneField(Broadcast, on_delete=models.CASCADE, related_name="dispatch")

    def __str__(self) -> str:
        return f"dispatch of {self.broadcast_id}"
