"""Tickets that somebody hands over at the end of a shift, with what the next one should know."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation import now
from helpdesk.models.bulk import BulkAct, BulkRow


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, person) -> "HandoverQuerySet":
        return self if person.works_at_the_desk else self.none()

    def unread_by(self, person) -> "HandoverQuerySet":
        """Meant for this person, or for a queue of their team, and read by nobody yet."""
        meant = Q(act__to=person) | Q(act__queue__team__members=person)
        return self.filter(meant, read_at=None).exclude(giver=person).distinct()


class Handover(models.Model):
    """What the receiver reads first. Which tickets, to whom and the summary stand in its act."""

    act = models.OneToOneField(BulkAct, on_delete=models.CASCADE, related_name="handover")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="handovers_given")
    created_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["-id"], condition=Q(read_at=None), name="handover_unread")]

    def __str__(self) -> str:
        return f"{self.giver_id}: {self.act_id}"


class HandedWord(models.Model):
    """What the next one should know of one ticket alone; it becomes a note in it."""

    row = models.OneToOneField(BulkRow, on_delete=models.CASCADE, related_name="word")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class WorkLimit(models.Model):
    """How many open tickets somebody can look after; nobody is given more without a word."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="work_limit")
    most_open = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.person_id}: {self.most_open}"
