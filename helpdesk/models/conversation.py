"""What was said about a ticket, by whom, with which files."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.wire.files import scanning, uploads
from foundation.wire.files.scanning import ScanVerdict
from helpdesk.models.ticket import Ticket, unrestricted_for


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, person) -> "MessageQuerySet":
        """Internal notes stay at the desk, words of a restricted ticket with the named."""
        if person.works_at_the_desk:
            return self.filter(unrestricted_for(person, "ticket__"))
        return self.filter(kind=Message.Kind.PUBLIC, ticket__in=Ticket.objects.visible_to(person))

    def told_in(self, ticket: Ticket) -> "MessageQuerySet":
        """Its own, and those of the tickets that went into it."""
        own = Ticket.objects.filter(pk=ticket.pk).values("pk")
        return self.filter(ticket__in=own.union(Ticket.objects.filter(merged__kept=ticket.pk).values("pk"), all=True))


class Message(models.Model):
    """One thing said: to everyone in the conversation, or a note among the desk."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("reply")
        NOTE = "note", _("internal note")

    class Side(models.TextChoices):
        US = "us", _("Nöbet support")
        THEM = "them", _("municipality")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    side = models.CharField(max_length=4, choices=Side.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="ticket_messages"
    )
    author_name = models.CharField(max_length=120, blank=True, help_text="who wrote, when no account did")
    incident = models.ForeignKey(
        "helpdesk.MajorIncident",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="answers",
        help_text="set when one update answered all tickets of an incident",
    )
    body = models.TextField()
    mail_id = models.CharField(max_length=255, null=True, blank=True, unique=True, help_text="Message-ID")  # noqa: DJ001  NULL keeps mail-less messages out of the unique index
    created_at = models.DateTimeField(default=now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="notes_are_ours", condition=~Q(kind="note") | Q(side="us")),
        ]
        indexes = [models.Index(fields=["ticket", "id"], name="message_by_ticket")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def waiting(self) -> "AttachmentQuerySet":
        """Those the scanner has not spoken about yet, the longest unasked first."""
        return self.filter(verdict=ScanVerdict.WAITING).order_by(F("asked_at").asc(nulls_first=True), "pk")


class Attachment(models.Model):
    """A file that came with a message; `name` is how the sender called it.

    Where a malware scanner is set up it leaves only after the scanner called it clean.
    An infected one is deleted; its row stays and says so.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=uploads.random_place)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(default=now)
    verdict = models.CharField(
        max_length=9,
        choices=[(each.value, each.value) for each in ScanVerdict],
        default=scanning.first_verdict,
        db_default=ScanVerdict.NOT_ASKED.value,
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when the scanner was asked last")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["asked_at", "id"], condition=Q(verdict="waiting"), name="attachment_to_be_scanned")
        ]

    def __str__(self) -> str:
        return self.name


class Satisfaction(models.Model):
    """What the requester thought of how it ended: one to five, asked once."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="satisfaction")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "satisfaction"
        constraints = [
            models.CheckConstraint(name="satisfaction_is_one_to_five", condition=Q(score__gte=1, score__lte=5)),
        ]
        indexes = [models.Index(fields=["given_at"], name="satisfaction_by_day")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.score}"
