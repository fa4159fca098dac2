"""One act for many tickets: what is wanted, and what became of each."""

from typing import Any, ClassVar, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component
from foundation.leases.models import LeasedRow, LeasedRowQuerySet
from helpdesk.models.incidents import MajorIncident
from helpdesk.models.teams import Queue
from helpdesk.models.ticket import Ticket, unrestricted_for


class BulkActQuerySet(LeasedRowQuerySet["BulkAct"]):
    def visible_to(self, person) -> "BulkActQuerySet":
        """The desk sees what its colleagues have done to many tickets; nobody else sees any."""
        return self if person.works_at_the_desk else self.none()


class BulkAct(LeasedRow):
    """Owed until every ticket of its list was looked at. What the verb needs stands in the fields of its kind.

    `due_at` is when it begins: words wait a few seconds, so that whoever pressed can still stop them.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", _("Take over")
        ASSIGN = "assign", _("Assign")
        RELEASE = "release", _("Give back to the queue")
        MODULE = "module", _("Change the module")
        QUEUE = "queue", _("Move to another queue")
        SEVERITY = "severity", _("Change the severity")
        NOTE = "note", _("Write an internal note")
        REPLY = "reply", _("Reply")
        WAIT = "wait", _("Reply, then wait for the municipality")
        THIRD_PARTY = "third_party", _("Reply, then wait for a third party")
        RESOLVE = "resolve", _("Resolve")
        LINK = "link", _("Link to an outage")
        SNOOZE = "snooze", _("Put aside")
        HAND_OVER = "hand_over", _("Hand over")

    OF_THEIR_OWN = (Kind.HAND_OVER,)  # has a page of its own
    SPEAKING = (Kind.REPLY, Kind.WAIT, Kind.THIRD_PARTY, Kind.RESOLVE)

    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_acts")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    component = models.ForeignKey(Component, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(MajorIncident, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=2, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="snooze; nothing: until the municipality answers")
    text = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0, help_text="how many tickets")
    created_at = models.DateTimeField(default=now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the last ticket was looked at")

    objects: ClassVar[Any] = BulkActQuerySet.as_manager()

    class Meta(LeasedRow.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.total}"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """The kinds that are chosen on the desk."""
        return [(kind.value, str(kind.label)) for kind in cls.Kind if kind not in cls.OF_THEIR_OWN]

    @property
    def speaks(self) -> bool:
        """Municipalities read it."""
        return self.kind in self.SPEAKING


class RowOutcome(models.TextChoices):
    OWED = "owed", _("still to come")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed by a fault of ours")
    STOPPED = "stopped", _("stopped before it was its turn")


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    def visible_to(self, person) -> "BulkRowQuerySet":
        """Of an act that one may read, less what has become restricted to others."""
        return self.filter(Q(ticket=None) | unrestricted_for(person, "ticket__"))


class BulkRow(models.Model):
    """One ticket of the list. A number that leads to no ticket is a row, too: it is named, never dropped."""

    Outcome: TypeAlias = RowOutcome

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="rows")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=24, help_text="as it was asked for")
    outcome = models.CharField(max_length=7, choices=Outcome.choices, default=Outcome.OWED)
    why = models.CharField(max_length=300, blank=True, help_text="what the verb said no with, in the language of `by`")

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="a_number_stands_once_in_an_act", fields=["act", "number"])]
        indexes = [
            models.Index(fields=["act", "id"], condition=Q(outcome="owed"), name="bulk_rows_owed"),
            models.Index(fields=["act", "outcome", "id"], name="bulk_rows_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.act_id} {self.number}: {self.outcome}"
