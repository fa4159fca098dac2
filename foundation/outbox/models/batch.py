"""Messages that belong together, and the switch that lets them go."""

from django.db import connection, models
from django.db.models import Q

from foundation import now
from foundation.outbox.lanes import Lane, LaneRules, rules


class BatchQuerySet(models.QuerySet):
    def claim_released(self, key: str, lane: Lane, address: str) -> "tuple[Batch | None, str]":
        """A released batch for one e-mail address under this key; None if the key has been used before.

        Beside it why nothing may be sent to this address ("" if it may). One statement,
        because almost every verb of the desk sends one letter.
        """
        at = now()
        batch = Batch(key=key, lane=lane, state=Batch.State.RELEASED, intended=1, created_at=at, released_at=at)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO outbox_batch (key, lane, urgent, sender, state, intended, created_at, released_at)"
                " VALUES (%s, %s, %s, '', %s, 1, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id,"
                " (SELECT reason FROM outbox_suppression WHERE channel = 'email' AND address = %s)",
                [key, lane.value, False, batch.state, *[connection.ops.adapt_datetimefield_value(at)] * 2, address],
            )
            row = cursor.fetchone()
        if row is None:
            return None, ""
        batch.pk, batch._state.adding = row[0], False
        return batch, row[1] or ""


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
    gateway = models.CharField(
        max_length=20, blank=True, db_default="", help_text="goes by this one alone; blank: by the first that is open"
    )
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
