"""The ticket: one status, known moves, and what the database keeps of it."""

from datetime import UTC, datetime
from typing import TypeAlias

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Membership, Municipality
from helpdesk.models.teams import Queue

# Sorts tickets whose clocks rest behind every ticket that is due. A value instead
# of NULL, so that "what is due next" is one range of one index on both databases.
RESTING = datetime(9999, 1, 1, tzinfo=UTC)


class FilingManager(models.Manager):
    def claim(self, token: str) -> int | None:
        """Take this token: its filing's id, or None when it has been taken before.

        Two identical submissions in flight wait for each other here: the second
        gets None once the first has committed.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO helpdesk_filing (token, created_at) VALUES (%s, %s)"
                " ON CONFLICT (token) DO NOTHING RETURNING id",
                [token, now()],
            )
            row = cursor.fetchone()
        return row[0] if row else None


class Filing(models.Model):
    """One act of filing, however often it was sent. Its id becomes the ticket's number."""

    token = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(default=now)

    objects = FilingManager()

    def __str__(self) -> str:
        return self.token


def unrestricted_for(person, at: str = "") -> Q:
    """Not restricted, or this person is named; `at` leads to the ticket ("ticket__").

    The names are asked only of what is restricted: one look by the person's index, whatever else is read.
    """
    return Q(**{f"{at}restriction": ""}) | Q(**{f"{at}pk__in": person.named_in.order_by().values("ticket")})


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, person) -> "TicketQuerySet":
        """What their work lets them see, less what is restricted to others."""
        return self.reached_by(person).filter(unrestricted_for(person))

    def reached_by(self, person) -> "TicketQuerySet":
        """All for those who work nationally; for municipal staff their own municipality's. Restricted ones, too."""
        if person.works_nationally:
            return self
        homes = [m.municipality_id for m in person.current_memberships if m.role in Membership.MUNICIPAL_ROLES]
        return self.filter(municipality_id__in=homes)

    def unrestricted(self) -> "TicketQuerySet":
        """What may be named where nobody in particular reads."""
        return self.filter(restriction="")

    def open(self) -> "TicketQuerySet":
        return self.filter(ended_at=None)

    def ended(self) -> "TicketQuerySet":
        return self.filter(ended_at__isnull=False)

    def waiting_on_us(self) -> "TicketQuerySet":
        return self.filter(status=Ticket.Status.WAITING_ON_US)

    def unclaimed(self) -> "TicketQuerySet":
        return self.open().filter(assignee=None)

    def by_what_is_due(self) -> "TicketQuerySet":
        return self.order_by("next_due_at", "id")

    def linked_to(self, incident) -> "TicketQuerySet":
        return self.filter(links__incident=incident, links__undone_at=None)


class TicketSeverity(models.TextChoices):
    S1 = "S1", _("S1 major, critical")
    S2 = "S2", _("S2 major, high")
    S3 = "S3", _("S3 minor, medium")
    S4 = "S4", _("S4 minor, low")


class RestrictionKind(models.TextChoices):
    """Why only named people see a ticket."""

    BREACH = "breach", _("Personal-data breach")
    PERSONNEL = "personnel", _("Personnel matter")
    SECURITY = "security", _("Security matter")
    DATA_APPLICATION = "kvkk", _("KVKK application")


class TicketChannel(models.TextChoices):
    PORTAL = "portal", _("portal")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("telephone")
    SMS = "sms", _("SMS")
    API = "api", _("API")


class Ticket(models.Model):
    """One conversation with one municipality about one problem."""

    class Status(models.TextChoices):
        WAITING_ON_US = "waiting_on_us", _("our turn")
        WAITING_ON_THEM = "waiting_on_them", _("waiting for municipality")
        WAITING_ON_OTHERS = "waiting_on_others", _("waiting for third party")
        RESOLVED = "resolved", _("resolved")
        WITHDRAWN = "withdrawn", _("cancelled")
        MERGED = "merged", _("merged")

    Severity: TypeAlias = TicketSeverity

    class Impact(models.TextChoices):
        ONE = "one", _("Only me")
        FEW = "few", _("2 to 5 people")
        UNIT = "unit", _("Our whole unit")
        ALL = "all", _("The whole municipality")

    class Urgency(models.TextChoices):
        STOPPED = "stopped", _("Work has stopped")
        HINDERED = "hindered", _("We find a way around it")
        QUESTION = "question", _("A question or a request")
        DANGER = "danger", _("Personal data leaked, or somebody is in danger")

    Channel = TicketChannel

    OPEN_STATUSES = (Status.WAITING_ON_US, Status.WAITING_ON_THEM, Status.WAITING_ON_OTHERS)
    # From → to. Whatever is not here is refused by every verb.
    ENDED = (Status.RESOLVED, Status.WITHDRAWN, Status.MERGED)
    MOVES = {
        Status.WAITING_ON_US: (
            Status.WAITING_ON_THEM,
            Status.WAITING_ON_OTHERS,
            Status.RESOLVED,
            Status.WITHDRAWN,
            Status.MERGED,
        ),
        Status.WAITING_ON_THEM: (
            Status.WAITING_ON_US,
            Status.WAITING_ON_OTHERS,
            Status.RESOLVED,
            Status.WITHDRAWN,
            Status.MERGED,
        ),
        Status.WAITING_ON_OTHERS: (
            Status.WAITING_ON_US,
            Status.WAITING_ON_THEM,
            Status.RESOLVED,
            Status.WITHDRAWN,
            Status.MERGED,
        ),
        Status.RESOLVED: (Status.WAITING_ON_US,),
        Status.WITHDRAWN: (),
        Status.MERGED: (),  # taken out again by `links.merging.separate` alone
    }

    id = models.BigIntegerField(primary_key=True, help_text="the id of its filing")
    number = models.CharField(max_length=24, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="tickets")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="tickets")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.PORTAL)
    subject = models.CharField(max_length=160)
    phone = models.CharField(max_length=20, blank=True, help_text="E.164; where the requester wants to be called")
    impact = models.CharField(max_length=4, choices=Impact.choices)
    urgency = models.CharField(max_length=8, choices=Urgency.choices)
    severity = models.CharField(max_length=2, choices=Severity.choices)
    status = models.CharField(max_length=17, choices=Status.choices, default=Status.WAITING_ON_US)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_tickets"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="since when the municipality waits on us")
    first_replied_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(default=RESTING)
    restriction = models.CharField(max_length=9, choices=RestrictionKind.choices, blank=True, default="", db_default="")
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="of the desk, one of the named: a restricted ticket is never nobody's",
    )
    matched_at = models.DateTimeField(null=True, blank=True, help_text="when the matcher last looked at it")
    # Read by nobody any more (helpdesk.search has an index of its own); goes with the next release.
    search_text = models.TextField(editable=False, default="", db_default="")

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ended_tickets_say_when",
                condition=Q(status__in=("resolved", "withdrawn", "merged"), ended_at__isnull=False)
                | Q(status__in=("waiting_on_us", "waiting_on_them", "waiting_on_others"), ended_at=None),
            ),
            models.CheckConstraint(
                name="tickets_waiting_on_us_say_since",
                condition=Q(status="waiting_on_us", waiting_since__isnull=False)
                | (~Q(status="waiting_on_us") & Q(waiting_since=None)),
            ),
            models.CheckConstraint(
                name="claimed_tickets_say_since",
                condition=Q(assignee=None, claimed_at=None) | Q(assignee__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(name="ticket_severity_is_known", condition=Q(severity__in=("S1", "S2", "S3", "S4"))),
            models.CheckConstraint(
                name="restricted_tickets_have_a_kind_and_a_keeper",
                condition=Q(restriction="", keeper=None)
                | Q(restriction__in=("breach", "personnel", "security", "kvkk"), keeper__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at", "id"], condition=Q(ended_at=None), name="ticket_due"),
            models.Index(fields=["queue", "next_due_at", "id"], condition=Q(ended_at=None), name="ticket_due_in_queue"),
            models.Index(fields=["assignee", "next_due_at", "id"], condition=Q(ended_at=None), name="ticket_due_of"),
            models.Index(
                fields=["severity", "next_due_at", "id"], condition=Q(ended_at=None), name="ticket_due_by_severity"
            ),
            models.Index(fields=["municipality", "-id"], name="ticket_by_municipality"),
            models.Index(fields=["municipality", "-id"], condition=Q(ended_at=None), name="ticket_open_at"),
            models.Index(fields=["component", "-id"], name="ticket_by_component"),
            models.Index(
                fields=["severity", "waiting_since"], condition=Q(status="waiting_on_us"), name="ticket_unanswered"
            ),
            models.Index(fields=["id"], condition=Q(matched_at=None), name="ticket_unmatched"),
            models.Index(fields=["id"], condition=~Q(restriction=""), name="ticket_restricted"),
            models.Index(fields=["created_at"], name="ticket_by_day_of_arrival"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="ticket_by_day_of_end"),
            models.Index(
                fields=["first_replied_at"], condition=Q(first_replied_at__isnull=False), name="ticket_by_day_of_answer"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_restricted(self) -> bool:
        return self.restriction != ""

    @property
    def is_resting(self) -> bool:
        """No clock is running: the turn is not ours, or nothing was promised."""
        return self.next_due_at >= RESTING

    @property
    def due_at(self) -> datetime | None:
        return None if self.is_resting else self.next_due_at

    def live_state(self) -> dict:
        """What an open queue must know to place this ticket; no text of the conversation."""
        return {
            "number": self.number,
            "subject": self.subject,
            "severity": self.severity,
            "status": self.status,
            "queue": self.queue_id,
            "assignee": self.assignee_id,
            "municipality": self.municipality_id,
            "component": self.component_id,
            "due": None if self.is_resting else self.next_due_at.isoformat(),
        }
