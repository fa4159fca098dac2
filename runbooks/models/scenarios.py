"""The rehearsed evening: how far its simulated clerks have come."""

from django.db import models
from django.db.models import Q

from foundation import now
from foundation.directory.models import Component, Person, Province


class Scenario(models.Model):
    """One rehearsal. The fault, the outage, tickets and messages are real rows of their own."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=now)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    speed = models.PositiveSmallIntegerField(default=1, help_text="simulated minutes a minute, for the clerks alone")
    seed = models.PositiveIntegerField(default=1)
    reacted = models.PositiveIntegerField(default=0, help_text="clerks who have acted; claimed before they act")
    tickets = models.PositiveIntegerField(default=0)
    taps = models.PositiveIntegerField(default=0)
    still_broken = models.ForeignKey(Province, null=True, on_delete=models.PROTECT, related_name="+")
    healed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_rehearsal_at_a_time", fields=["component"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.component_id} {self.started_at:%d.%m %H:%M}"
