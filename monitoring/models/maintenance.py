"""Work announced beforehand, or admitted afterwards: it stops alerts and leaves the SLA."""

from datetime import UTC, datetime
from typing import Self, TypeAlias

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality, Person, Province
from monitoring.models.registry import Node


class MaintenanceQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(cancelled_at=None)


class MaintenanceStage(models.TextChoices):
    SCHEDULED = "scheduled", _("scheduled")
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class Maintenance(models.Model):
    """A window for some nodes, components, municipalities, provinces, or for everything."""

    Stage: TypeAlias = MaintenanceStage

    title_tr = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    text_tr = models.TextField(max_length=2000, blank=True)
    text_en = models.TextField(max_length=2000, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rule = models.CharField(max_length=200, blank=True, help_text="RFC 5545 RRULE; rounds start like starts_at")
    is_everywhere = models.BooleanField(default=False)
    components = models.ManyToManyField(Component, blank=True, related_name="maintenances")
    municipalities = models.ManyToManyField(Municipality, blank=True, related_name="maintenances")
    provinces = models.ManyToManyField(Province, blank=True, related_name="maintenances")
    nodes = models.ManyToManyField(Node, blank=True, related_name="maintenances")
    is_public = models.BooleanField(default=True)
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True, help_text="where it ended early; ends_at says when")
    short_rounds = models.JSONField(
        null=True,
        blank=True,
        help_text="of a rule: starts of rounds, and when they ended early; at once, where they were called off",
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="SEQUENCE in calendars")

    objects = MaintenanceQuerySet.as_manager()
    coming: tuple[datetime, datetime] | None = None  # set by `windows.coming` for readers; not stored

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(name="maintenance_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["ends_at"], name="maintenance_standing", condition=Q(cancelled_at=None))]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_en if (get_language() or "tr").startswith("en") else self.title_tr

    @property
    def text(self) -> str:
        english = (get_language() or "tr").startswith("en")
        return self.text_en if english and self.text_en else self.text_tr

    def end_of(self, start: datetime) -> datetime:
        """When the round that begins at `start` ends, or ended early."""
        short = (self.short_rounds or {}).get(start.astimezone(UTC).isoformat())
        return datetime.fromisoformat(short) if short else start + (self.ends_at - self.starts_at)

    def is_called_off(self, start: datetime) -> bool:
        """Whether the round that would begin at `start` does not take place."""
        return self.end_of(start) <= start

    @property
    def called_off_rounds(self) -> list[datetime]:
        """Of a rule: when the rounds would have begun that were called off."""
        starts = [datetime.fromisoformat(start) for start in self.short_rounds or {}]
        return sorted(start for start in starts if self.is_called_off(start))

    @property
    def begins_at(self) -> datetime:
        """Of the round that runs or comes next, where that was looked up; else of the first."""
        return self.coming[0] if self.coming else self.starts_at

    @property
    def finishes_at(self) -> datetime:
        return self.coming[1] if self.coming else self.ends_at

    def stage(self, at) -> "Maintenance.Stage":
        if self.cancelled_at:
            return self.Stage.CANCELLED
        if at < self.begins_at:
            return self.Stage.SCHEDULED
        return self.Stage.IN_PROGRESS if at < self.finishes_at else self.Stage.COMPLETED


class Silence(models.Model):
    """One round of a window as Alertmanager knows it."""

    window = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="silences")
    starts_at = models.DateTimeField(help_text="of the round, not of the rule")
    ends_at = models.DateTimeField(db_index=True)
    silence_id = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_round_is_silenced_once", fields=["window", "starts_at"])]

    def __str__(self) -> str:
        return self.silence_id
