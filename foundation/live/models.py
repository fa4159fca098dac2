"""What open pages are told: events, the era that numbers them, and the last probe cycle."""

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, Q, Subquery

from foundation import now


class EventQuerySet(models.QuerySet):
    def unnumbered(self) -> Self:
        return self.filter(number=None)


class Event(models.Model):
    """One thing said to one audience; unnumbered until its transaction is committed."""

    number = models.BigIntegerField(null=True, unique=True)
    audience = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=40)
    data = models.JSONField()
    created_at = models.DateTimeField(default=now)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["audience", "number"], name="event_by_audience"),
            models.Index(fields=["id"], condition=Q(number=None), name="event_unnumbered"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.audience} {self.kind} {self.object_id}"


def new_epoch() -> str:
    return secrets.token_hex(4)


class EraQuerySet(models.QuerySet):
    def current(self) -> "Era":
        return Era.objects.get_or_create(pk=Era.ONLY)[0]

    def as_looked_at(self) -> "EraQuerySet":
        """With `probed_at`, the end of the last probe cycle, and `has_waiting` events without a number."""
        ended = ProbeCycle.objects.filter(pk=ProbeCycle.ONLY).values("ended_at")
        return self.filter(pk=Era.ONLY).annotate(
            probed_at=Subquery(ended), has_waiting=Exists(Event.objects.unnumbered())
        )


class Era(models.Model):
    """The one row that says which history the numbers belong to.

    `head` is the highest number given, `pruned_to` the highest one forgotten. A page
    that knows another epoch, or less than `pruned_to`, needs a snapshot.
    """

    ONLY = 1

    epoch = models.CharField(max_length=8, default=new_epoch)
    head = models.BigIntegerField(default=0)
    pruned_to = models.BigIntegerField(default=0)
    has_waiting: bool  # both of `as_looked_at`
    probed_at: datetime | None

    objects = EraQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.epoch}: {self.head}"


class ProbeCycle(models.Model):
    """The one row that says when the watch last finished a round of probes."""

    ONLY = 1

    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ended_at)
