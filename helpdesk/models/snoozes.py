"""A ticket that is put aside until a moment or an event."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.ticket import Ticket

FURTHEST = timedelta(days=366)


class SnoozeEvent(models.TextChoices):
    ANSWER = "answer", _("until the municipality answers")
    OUTAGE = "outage", _("until the linked outage is over")


class SnoozeMoment(models.TextChoices):
    """What is offered without typing; `helpdesk.snoozes.moments` says when that is."""

    TWO_HOURS = "2h", _("in 2 hours")
    FOUR_HOURS = "4h", _("in 4 hours")
    TOMORROW = "tomorrow", _("tomorrow morning")
    MONDAY = "monday", _("Monday morning")
    WEEK = "week", _("in a week")
    ANSWER = "answer", _("until the municipality answers")


class WakeReason(models.TextChoices):
    """Why it stands in the queue again."""

    DUE = "due", _("its time has come")
    ANSWERED = "answered", _("the municipality wrote")
    GRAVER = "graver", _("its severity rose")
    OUTAGE = "outage", _("its outage is over")
    PERSON = "person", _("somebody took it back")
    ENDED = "ended", _("the ticket ended")


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    def standing(self) -> "SnoozeQuerySet":
        return self.filter(woken_at=None)


class Snooze(models.Model):
    """Out of the open views until a moment or an event. No clock of the ticket rests meanwhile."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="snoozes")
    until = models.DateTimeField(null=True, blank=True)
    event = models.CharField(max_length=6, choices=SnoozeEvent.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=now)
    woken_at = models.DateTimeField(null=True, blank=True)
    woken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=8, choices=WakeReason.choices, blank=True, help_text="why it came back")

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_ticket_is_snoozed_once", fields=["ticket"], condition=Q(woken_at=None)),
            models.CheckConstraint(
                name="snoozes_have_an_end",
                condition=Q(until__isnull=False, event="") | Q(until=None, event__in=SnoozeEvent.values),
            ),
            models.CheckConstraint(
                name="woken_tickets_say_why",
                condition=Q(woken_at=None, why="") | Q(woken_at__isnull=False, why__in=WakeReason.values),
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(woken_at=None), name="snooze_due"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.event or self.until}"


def is_snoozed() -> Exists:
    """For a selection of tickets: whether each is put aside now."""
    return Exists(Snooze.objects.standing().filter(ticket=OuterRef("pk")))
