"""Counted beforehand, so that a page or a scrape reads a few rows and never the tickets."""

from django.db import models

from foundation import now
from helpdesk.models.teams import Queue


class Tally(models.Model):
    """How many tickets of one severity stood open in one queue when last counted, and how many more are put aside."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="tallies")
    severity = models.CharField(max_length=2)
    open = models.PositiveIntegerField(default=0)
    unclaimed = models.PositiveIntegerField(default=0)
    snoozed = models.PositiveIntegerField(default=0, db_default=0, help_text="open, and among none of the others")
    counted_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(name="one_tally_per_queue_and_severity", fields=["queue", "severity"]),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.severity}: {self.open}"
