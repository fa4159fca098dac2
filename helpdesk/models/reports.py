"""What the desk did, day by day: counted once, read by the reports."""

from django.db import models

from foundation import now
from helpdesk.models.ticket import Ticket


class Reopening(models.Model):
    """A ticket came back after we had called it solved."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="reopenings")
    at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at}"


class FigureDimension(models.TextChoices):
    """What days are counted by. Each ticket stands in every one of them, under one key."""

    ALL = "all"
    MODULE = "module"
    TEAM = "team"
    AGENT = "agent"
    TYPE = "type"
    PROVINCE = "province"
    CHANNEL = "channel"


class DayFigure(models.Model):
    """One local day of one key ("module", "TAHSILAT"), as last counted; spreads are counts per band of `spreads`."""

    Dimension = FigureDimension

    day = models.DateField()
    by = models.CharField(max_length=8, choices=Dimension.choices)
    key = models.CharField(max_length=20, blank=True, help_text="empty where a ticket has none, as nobody's")
    arrived = models.PositiveIntegerField(default=0)
    open_at_end = models.IntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0, help_text="ended without being resolved: cancelled or merged")
    first_contact = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    rated = models.PositiveIntegerField(default=0)
    score_sum = models.PositiveIntegerField(default=0)
    answer_spread = models.JSONField(default=list)
    solution_spread = models.JSONField(default=list)
    counted_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_figure_per_day_and_key", fields=["by", "day", "key"])]
        indexes = [models.Index(fields=["day"], name="figures_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.by} {self.key}"
