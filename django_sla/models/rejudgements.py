"""Ended promises that are judged anew after a calendar was corrected."""

from django.db import models
from django.db.models import Q

from django_sla.models.calendars import Calendar


class Rejudgement(models.Model):
    """A promise to judge the clocks of one calendar anew that ended in [since, until).

    The place it has reached is written with each batch, so that a run killed half-way
    goes on behind the last clock it judged, and judges none twice.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="rejudgements")
    since = models.DateTimeField()
    until = models.DateTimeField()
    requested_by = models.CharField(max_length=120, blank=True)
    reached_at = models.DateTimeField(help_text="end of the last clock that was judged")
    reached_id = models.BigIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    now_kept = models.PositiveIntegerField(default=0)
    now_broken = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(name="sla_rejudgements_open", fields=["id"], condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.since:%Y-%m-%d} – {self.until:%Y-%m-%d}"
