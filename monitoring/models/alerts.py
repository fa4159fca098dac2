"""What Alertmanager told us, one row an alert; delivered at least once, in any order."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from foundation import now
from monitoring.models.outages import Outage

OURS, PROBER = "Nobet", "ProberDown"  # how deploy/prometheus/rules/ call what watches us
REMEMBERED = timedelta(days=7)


class AlertQuerySet(models.QuerySet):
    def about_us(self) -> Self:
        """About Nöbet itself: shown to the watch, never judged as an outage of the platform."""
        return self.filter(Q(labels__alertname__startswith=OURS) | Q(labels__alertname=PROBER))

    def firing(self) -> Self:
        """Now, the oldest first."""
        return self.filter(status=Alert.Status.FIRING).order_by("starts_at", "pk")

    def over(self, at: datetime) -> Self:
        """In the last days, newest first."""
        ended = self.filter(status=Alert.Status.RESOLVED, ends_at__gt=at - REMEMBERED)
        return ended.order_by("-ends_at", "pk")


class Alert(models.Model):
    """The newest we know of one alert; `fingerprint` is stable for a set of labels."""

    class Status(models.TextChoices):
        FIRING = "firing"
        RESOLVED = "resolved"

    fingerprint = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices)
    labels = models.JSONField(default=dict)
    annotations = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=now, db_index=True)
    missing_since = models.DateTimeField(null=True, blank=True, help_text="first time Alertmanager did not know it")
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts")

    objects = AlertQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.labels.get('alertname', '?')} {self.status}"
