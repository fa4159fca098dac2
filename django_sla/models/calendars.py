"""When people work: calendars, their weekly hours in versions, their special days."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MINUTES_A_DAY = 1440


def clock_face(minutes: int) -> str:
    """Minutes after midnight as "08:30"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Named(models.Model):
    """Something with a Turkish and an English name."""

    name_tr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_in(get_language() or "tr")

    def name_in(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name_tr


class Calendar(Named):
    """Working hours of one kind, or an overlay on another calendar.

    A calendar takes everything from its `base` and lays its own weeks and days
    over it; the national holidays are the base of the office hours, and those are
    the base of a province's or a municipality's own calendar.
    """

    code = models.SlugField(max_length=40, unique=True)
    zone = models.CharField(max_length=40, default="Europe/Istanbul", help_text="time zone by name, never an offset")
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="overlays")
    scope = models.CharField(
        max_length=60, blank=True, db_index=True, help_text="whom an overlay is for, e.g. province:26"
    )
    office_hours = models.BooleanField(default=False, help_text="targets are said in working hours")
    revision = models.CharField(
        max_length=40, blank=True, editable=False, help_text="digest of the hours; changes with every edit"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="one_overlay_per_base_and_scope", fields=["base", "scope"], condition=~Q(scope="")
            ),
        ]


class WorkingWeek(models.Model):
    """Weekly hours in force from a local date on. Never edited: a change is a new row.

    `hours` holds seven lists, Monday first, of [start, end] in minutes after midnight.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="weeks")
    effective_from = models.DateField()
    hours = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["effective_from", "pk"]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.effective_from}"


class SpecialDayQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        return self.filter(withdrawn_at=None)


class SpecialDay(Named):
    """One range of one date that differs from the week; later rows win.

    A holiday closes 0–1440, a half day 780–1440 (Law 2429: from 13:00), an
    administrative leave what was announced; a deadline day opens more.
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("public holiday")
        HALF_DAY = "half_day", _("half day")
        LEAVE = "leave", _("administrative leave")
        DEADLINE = "deadline", _("deadline day")
        LOCAL = "local", _("local day")

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    opens = models.BooleanField(default=False)
    start_minute = models.PositiveSmallIntegerField(default=0)
    end_minute = models.PositiveSmallIntegerField(default=MINUTES_A_DAY)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=20, blank=True, help_text="'holidays' when synced, empty when declared")
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SpecialDayQuerySet.as_manager()

    class Meta:
        ordering = ["date", "pk"]
        indexes = [models.Index(fields=["calendar", "date"])]
        constraints = [
            models.CheckConstraint(
                name="special_days_have_a_range",
                condition=Q(start_minute__lt=F("end_minute"), end_minute__lte=MINUTES_A_DAY),
            ),
        ]

    @property
    def is_whole(self) -> bool:
        return self.start_minute == 0 and self.end_minute == MINUTES_A_DAY

    @property
    def start_time(self) -> str:
        return clock_face(self.start_minute)

    @property
    def end_time(self) -> str:
        return clock_face(self.end_minute)
