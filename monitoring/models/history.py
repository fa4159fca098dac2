"""What was: changed verdicts, packed samples, hours and days."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext

from foundation import now
from monitoring.checks import verdicts
from monitoring.models.registry import Check, Node
from monitoring.models.states import State


class Transition(models.Model):
    """A check whose verdict changed. Availability is computed from these alone."""

    check_of = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="transitions")
    old = models.CharField(max_length=12, choices=Check.Verdict.choices)
    new = models.CharField(max_length=12, choices=Check.Verdict.choices)
    at = models.DateTimeField(help_text="when it happened: back-dated to the first sign")
    confirmed_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=200, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["check_of", "-at"], name="transition_latest")]

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.old} > {self.new}"


class NodeTransition(models.Model):
    """A node whose state changed, rolled up from its checks, maintenance or a manual override."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="transitions")
    old = models.CharField(max_length=8, choices=State.choices)
    new = models.CharField(max_length=8, choices=State.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["node", "-at"], name="node_transition_latest")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.old} > {self.new}"


class SampleBlock(models.Model):
    """What one prober saw in a few seconds, packed by `checks.samples`; sealed hourly into `Hour`."""

    at = models.DateTimeField(db_index=True)
    samples = models.BinaryField()

    def __str__(self) -> str:
        return f"samples of {self.at:%H:%M:%S}"


class RawHour(models.Model):
    """Every answer of one check in one hour, packed by `checks.samples`; kept 90 days.

    On PostgreSQL a table of weekly partitions (`history.partitions`), like `Hour`.
    """

    pk = models.CompositePrimaryKey("check_of_id", "at")
    check_of = models.ForeignKey(
        Check, on_delete=models.CASCADE, related_name="raw_hours", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(help_text="start of the hour, UTC")
    samples = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.at:%d.%m %H}"


class Hour(models.Model):
    """One hour of one check: counts and latency; kept 400 days."""

    pk = models.CompositePrimaryKey("check_of_id", "at")
    check_of = models.ForeignKey(
        Check, on_delete=models.CASCADE, related_name="hours", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(help_text="start of the hour, UTC")
    asked = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    latency_p50 = models.PositiveIntegerField(null=True, help_text="milliseconds")
    latency_p95 = models.PositiveIntegerField(null=True, help_text="milliseconds")
    latency_max = models.PositiveIntegerField(null=True, help_text="milliseconds")

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.at:%d.%m %H}"


class Day(models.Model):
    """One local day (Europe/Istanbul) of one node, in seconds; maintenance and no data stay outside."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    expected = models.PositiveIntegerField()
    down = models.PositiveIntegerField(default=0)
    degraded = models.PositiveIntegerField(default=0)
    maintenance = models.PositiveIntegerField(default=0)
    no_data = models.PositiveIntegerField(default=0)
    worst = models.CharField(max_length=8, choices=State.choices)
    service_expected = models.PositiveIntegerField(default=0, help_text="inside the service hours of the tier")
    service_down = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_row_a_node_and_day", fields=["node", "day"])]

    def __str__(self) -> str:
        return f"{self.node_id} {self.day}"


class Prober(models.Model):
    """One prober and when its last cycle ended, so that silence of ours is seen as ours.

    Those of one location ask different checks (shards); those of different locations ask
    the same ones, and most of the locations that are believed decide.
    """

    name = models.CharField(max_length=60, unique=True, help_text="location and shard")
    location = models.CharField(max_length=40, blank=True, help_text="empty: asks nothing itself")
    is_believed = models.BooleanField(default=True, help_text="alive with a line that works, when last looked at")
    started_at = models.DateTimeField(default=now)
    cycle_ended_at = models.DateTimeField(null=True, db_index=True)
    period = models.PositiveIntegerField(default=10, help_text="seconds between two signs of life")
    canary_ok = models.BooleanField(default=True)
    checks = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=32, blank=True, help_text="the worker that stands there, where Celery shares")
    lease_until = models.DateTimeField(null=True, blank=True)
    failing = models.PositiveIntegerField(default=0, help_text="checks that it alone would call down")
    worst_delay = models.FloatField(default=0.0, help_text="seconds a probe started late in the last cycle")
    lag = models.FloatField(default=0.0, help_text="share of the last minute that its loop slept away by waking late")
    discarded = models.PositiveIntegerField(
        default=0, help_text="failures of the last minute not counted because its loop was late"
    )

    MOST_LAG = 0.25

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """What people call it: its location, and which part of the checks it asks."""
        if self.location == verdicts.HERE:
            return gettext("this site") + self.name.removeprefix(verdicts.HERE)
        return self.name.title() if not self.location else self.name

    @property
    def is_starved(self) -> bool:
        """Its machine leaves it so little time that it may call faults down later than published."""
        return self.lag > self.MOST_LAG

    @property
    def machine(self) -> str:
        """Where Celery's worker runs that stands there, or empty."""
        return self.owner.partition(":")[0]

    def is_silent(self, at: datetime) -> bool:
        """Three of its periods have gone by without a word."""
        return self.cycle_ended_at is not None and at - self.cycle_ended_at > 3 * timedelta(seconds=self.period)


class Listening(models.Model):
    """Since when we would have heard signs of life: our own absence is nobody's silence. One row.

    `doubted_since`: nobody at all is heard any more, so that it may be our own way in.
    """

    ONLY = 1

    since = models.DateTimeField(default=now)
    looked_at = models.DateTimeField(default=now)
    doubted_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"listening since {self.since:%d.%m %H:%M:%S}"


class Blindness(models.Model):
    """A stretch in which one of our ears heard nothing: a prober by its name, heartbeats, Alertmanager's Watchdog."""

    ear = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["ear", "until"], name="blindness_latest")]

    def __str__(self) -> str:
        return f"{self.ear}: {self.since:%d.%m %H:%M:%S} to {self.until:%d.%m %H:%M:%S}"
