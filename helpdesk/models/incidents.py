"""Major incidents: many tickets, one cause, one voice."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component
from foundation.leases.models import LeasedRow
from helpdesk.models.ticket import Ticket
from monitoring.models import Outage


class MajorIncidentQuerySet(models.QuerySet["MajorIncident"]):
    def visible_to(self, person) -> "MajorIncidentQuerySet":
        return self if person.works_nationally else self.none()

    def live(self) -> "MajorIncidentQuerySet":
        return self.filter(ended_at=None)

    def with_link_counts(self) -> "MajorIncidentQuerySet":
        """Adds `link_count`: the tickets that are linked now."""
        return self.annotate(link_count=models.Count("links", filter=Q(links__undone_at=None)))


class MajorIncident(models.Model):
    """The desk's hold on one outage. What the outage says of itself stays in monitoring.

    *Proposed* when tickets pile up before anybody declared anything, *declared* once
    a person, or an outage, says that it is one.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        DECLARED = "declared", _("declared")
        ENDED = "ended", _("ended")
        REJECTED = "rejected", _("rejected")

    outage = models.OneToOneField(
        Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="major_incident"
    )
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="major_incidents")
    title = models.CharField(max_length=160)
    severity = models.CharField(max_length=2, choices=Ticket.Severity.choices, default=Ticket.Severity.S2)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PROPOSED)
    commander = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="commanded_incidents"
    )
    created_at = models.DateTimeField(default=now)
    declared_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MajorIncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="ended_incidents_say_when",
                condition=Q(status__in=("ended", "rejected"), ended_at__isnull=False)
                | Q(status__in=("proposed", "declared"), ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.ended_at is None


class TicketLinkQuerySet(models.QuerySet["TicketLink"]):
    def standing(self) -> "TicketLinkQuerySet":
        return self.filter(undone_at=None)

    def decided(self) -> "TicketLinkQuerySet":
        """Those that stand or that somebody undid: the matcher leaves their tickets alone. One that fell with a
        correction names nobody."""
        return self.filter(Q(undone_at=None) | Q(undone_by__isnull=False))


class TicketLink(models.Model):
    """This ticket is about that incident. A link, never a merge: each keeps its own thread."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    incident = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="links")
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="empty: the matcher",
    )
    score = models.FloatField(default=1.0, help_text="how sure the matcher was, 0 to 1")
    evidence = models.JSONField(
        default=dict,
        blank=True,
        help_text="why the matcher did: {municipalities: how many others, words, is_failing_there}",
    )
    linked_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = TicketLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_standing_link_per_ticket", fields=["ticket"], condition=Q(undone_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "ticket"], condition=Q(undone_at=None), name="standing_link_by_incident"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.incident_id}"


class IncidentAnswer(models.Model):
    """One text that answers every linked ticket. The token keeps a second press from sending it again."""

    incident = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="texts")
    token = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    tickets = models.PositiveIntegerField(default=0, help_text="how many were answered")
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.tickets}"


class OwedAnswer(LeasedRow):
    """An answer is owed until every ticket of its list was looked at."""

    answer = models.OneToOneField(IncidentAnswer, on_delete=models.CASCADE, related_name="owed")

    class Meta(LeasedRow.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.state}"


class AnsweredTicket(models.Model):
    """One ticket that an answer is meant for, and what became of it."""

    class Outcome(models.TextChoices):
        OWED = "owed", _("still to be answered")
        ANSWERED = "answered", _("answered")
        NO_ADDRESS = "no_address", _("answered on its page; nobody of it reads our letters")
        ENDED = "ended", _("left out: it had ended meanwhile")
        UNLINKED = "unlinked", _("left out: the link was undone meanwhile")

    REACHED = (Outcome.ANSWERED, Outcome.NO_ADDRESS)

    answer = models.ForeignKey(IncidentAnswer, on_delete=models.CASCADE, related_name="list")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OWED)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_ticket_is_answered_once", fields=["answer", "ticket"]),
        ]
        indexes = [
            models.Index(fields=["answer", "id"], condition=Q(outcome="owed"), name="tickets_owed_an_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.ticket_id}"
