"""Messages that belong together, and the switch that lets them go."""

from django.db import models
from django.db.models import Q

from foundation import now
from foundation.outbox.lanes import Lane, LaneRules, rules


class BatchQuerySet(models.QuerySet):
    def unfinished(self):
        return self.exclude(state__in=[Batch.State.STOPPED, Batch.State.CLOSED])


class Batch(models.Model):
    """One sending: its key makes it unique, its state says whether messages may leave.

    `intended` counts the addresses handed in, at the time they were handed in, so
    that the closing equation compares two numbers that were never derived from
    one another.
    """

    class State(models.TextChoices):
        OPEN = "open"
        RELEASED = "released"
        PAUSED = "paused"
        STOPPED = "stopped"
        CLOSED = "closed"

    key = models.CharField(max_length=200, unique=True)
    lane = models.CharField(max_length=12, choices=Lane.choices)
    urgent = models.BooleanField(default=False, help_text="leaves at night and beyond the hourly cap")
    sender = models.CharField(max_length=20, blank=True, help_text="blank: the gateway's own")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    intended = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    released_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        indexes = [
            models.Index(
                fields=["state"], condition=Q(state__in=["open", "released", "paused"]), name="batch_unfinished"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="stopped_batches_say_when", condition=Q(stopped_at__isnull=False) | ~Q(state="stopped")
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def rules(self) -> LaneRules:
        return rules(self.lane)
