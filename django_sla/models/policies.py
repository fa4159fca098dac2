"""What is promised: policies in explicit order, their versions, their targets."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from django_sla.models.calendars import Calendar, Named


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response", _("first response")
    NEXT_UPDATE = "next_update", _("next update")
    WORKAROUND = "workaround", _("workaround")
    RESOLUTION = "resolution", _("resolution")
    OWNERSHIP = "ownership", _("taking over")
    HANDLING = "handling", _("our own share of the work")


# Agreements among ourselves: the requester was promised none of these.
BETWEEN_TEAMS = (Metric.OWNERSHIP, Metric.HANDLING)


class Policy(Named):
    """One class of promise. The first by `position` whose conditions fit is chosen."""

    class Kind(models.TextChoices):
        SLA = "sla", _("promise to the municipality")
        OLA = "ola", _("agreement between teams")

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=3, choices=Kind.choices, default=Kind.SLA)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]
        verbose_name_plural = "policies"


class PolicyVersion(models.Model):
    """The terms of a policy from an instant on. Never edited: a change is a new row.

    `conditions`: {fact: [allowed values]}, all must hold, {} fits everything.
    `rests`: {kind: {"cap": seconds of open time or null, "metrics": [those it stops]}}; a kind
    that is not there stops nothing, one without "metrics" stops all.
    `levels`: [{"percent": 75, "action": "notify", "to": "assignee"}, …] in rising order;
    a level may say "metric" to hold for that one alone.
    """

    class OnChange(models.TextChoices):
        KEEP = "keep", _("keep the time used so far")
        RESTART = "restart", _("start again")
        RETROACTIVE = "retroactive", _("count from the beginning, rests included")

    class OnReopen(models.TextChoices):
        RESUME = "resume", _("go on with the time left")
        NEW_CYCLE = "new_cycle", _("start a new cycle")
        NONE = "none", _("no clock")

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    effective_from = models.DateTimeField()
    severity = models.CharField(max_length=2, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    rests = models.JSONField(default=dict, blank=True)
    levels = models.JSONField(default=list, blank=True)
    on_change = models.CharField(max_length=12, choices=OnChange.choices, default=OnChange.KEEP)
    on_reopen = models.CharField(max_length=12, choices=OnReopen.choices, default=OnReopen.RESUME)
    automatic_replies_count = models.BooleanField(default=False)
    bulk_replies_count = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["policy", "number"]
        constraints = [
            models.UniqueConstraint(name="policy_versions_are_numbered", fields=["policy", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"

    @cached_property
    def targets_in_order(self) -> list["Target"]:
        return [] if self.pk is None else list(self.targets.select_related("calendar").order_by("pk"))

    def target(self, metric: str) -> "Target | None":
        return next((target for target in self.targets_in_order if target.metric == metric), None)

    def levels_of(self, metric: str) -> list[dict]:
        return [level for level in self.levels if level.get("metric", metric) == metric]


class Target(models.Model):
    """How long one metric may take, in seconds or working days of its calendar."""

    class Starts(models.TextChoices):
        CREATED = "created", _("when the ticket was created")
        ATTACHED = "attached", _("when the policy was attached")
        ASSIGNED = "assigned", _("when the ticket was assigned")

    class Rhythm(models.TextChoices):
        ONCE = "once", _("once")
        PERIODIC = "periodic", _("again after every reply")
        ON_REQUEST = "on_request", _("when the requester wrote last")

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=20)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="targets")
    starts = models.CharField(max_length=8, choices=Starts.choices, default=Starts.CREATED)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.ONCE)
    goal_percent = models.PositiveSmallIntegerField(default=90, help_text="share of clocks to be met")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_target_per_metric", fields=["version", "metric"]),
            models.CheckConstraint(
                name="targets_are_seconds_or_days", condition=Q(seconds=None) ^ Q(working_days=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.metric}"

    @property
    def metric_name(self) -> str:
        return str(Metric(self.metric).label)

    def allowance(self, hours, start) -> timedelta:
        """The open time promised from `start`.

        Working days are turned into open time once, here, so that rests and
        recalculation treat both units alike.
        """
        if self.seconds is not None:
            return timedelta(seconds=self.seconds)
        return hours.elapsed(start, hours.end_of_working_day(start, self.working_days))
