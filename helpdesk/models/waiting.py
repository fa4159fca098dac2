"""Tickets that wait for a municipality which does not answer."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from foundation import now
from helpdesk.models.teams import Queue
from helpdesk.models.ticket import Ticket

DAYS = [MinValueValidator(1), MaxValueValidator(60)]


class WaitingCare(models.Model):
    """When a municipality of this queue is reminded, and when its ticket is closed. In working days."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="waiting_care")
    remind_after = models.PositiveSmallIntegerField(default=3, validators=DAYS, help_text="after our last word")
    close_after = models.PositiveSmallIntegerField(default=5, validators=DAYS, help_text="after the reminder")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.queue_id}: {self.remind_after} + {self.close_after}"


class RemindedTicket(models.Model):
    """The municipality was reminded of our word of `since`, and told when the ticket is closed."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="reminded")
    since = models.DateTimeField(help_text="when a person of ours wrote last")
    reminded_at = models.DateTimeField(default=now)
    closes_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["closes_at"], name="reminded_ticket_closes")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.closes_at}"
