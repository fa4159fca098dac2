"""What Alertmanager told us, one row an alert; delivered at least once, in any order."""

from django.db import models

from foundation import now
from monitoring.models.outages import Outage


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

    def __str__(self) -> str:
        return f"{self.labels.get('alertname', '?')} {self.status}"
