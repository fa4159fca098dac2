"""Invitations to many, ordered at once: the list, and what became of each of its rows."""

from typing import Any, ClassVar, Self, TypeAlias

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models.people import Invitation, Membership, Person
from foundation.directory.models.places import Municipality
from foundation.leases.models import LeasedRow, LeasedRowQuerySet


class InvitationCampaignQuerySet(LeasedRowQuerySet["InvitationCampaign"]):
    def visible_to(self, person) -> "InvitationCampaignQuerySet":
        """Platform administrators see all; nobody else sees any."""
        return self if person.has_role(Membership.Role.PLATFORM_ADMIN) else self.none()


class InvitationCampaign(LeasedRow):
    """Owed until every row of its list was looked at; it begins at `due_at`, after some seconds to stop it."""

    name = models.CharField(max_length=120)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitation_campaigns")
    remind_after_days = models.PositiveSmallIntegerField(default=3, help_text="0: nobody is reminded")
    total = models.PositiveIntegerField(default=0, help_text="rows of its list, with those that were left out")
    created_at = models.DateTimeField(default=now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the last row was looked at")

    objects: ClassVar[Any] = InvitationCampaignQuerySet.as_manager()

    class Meta(LeasedRow.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class InvitationOutcome(models.TextChoices):
    """What was done with a row, once and for good."""

    OWED = "owed", _("still to come")
    SENT = "sent", _("invited")
    REFUSED = "refused", _("left out")
    FAILED = "failed", _("failed by a fault of ours")
    STOPPED = "stopped", _("stopped before it was its turn")


class InvitationState(models.TextChoices):
    """How a row stands today: its outcome, and of those that were invited what came of it."""

    ACCEPTED = "accepted", _("accepted")
    WAITING = "waiting", _("waiting for an answer")
    EXPIRED = "expired", _("the link is too old")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OWED = "owed", _("still to come")
    REFUSED = "refused", _("left out")
    FAILED = "failed", _("failed by a fault of ours")
    STOPPED = "stopped", _("stopped before it was its turn")


class InvitationRowQuerySet(models.QuerySet["InvitationRow"]):
    def with_state(self) -> "models.QuerySet[Any]":
        """Each with `standing`, one of `InvitationState`."""
        answered = [
            When(invitation__accepted_at__isnull=False, then=Value(InvitationState.ACCEPTED)),
            When(invitation__withdrawn_at__isnull=False, then=Value(InvitationState.WITHDRAWN)),
            When(invitation__expires_at__lte=now(), then=Value(InvitationState.EXPIRED)),
            When(invitation__isnull=False, then=Value(InvitationState.WAITING)),
        ]
        return self.annotate(standing=Case(*answered, default=F("outcome"), output_field=models.CharField()))

    def unanswered(self) -> Self:
        """Invited and silent, whether or not their link is still good."""
        return self.filter(outcome=InvitationOutcome.SENT, invitation__accepted_at=None, invitation__withdrawn_at=None)


class InvitationRow(models.Model):
    """One line of the list. What was wrong with it is kept as well: it is named, never dropped."""

    Outcome: TypeAlias = InvitationOutcome

    campaign = models.ForeignKey(InvitationCampaign, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text="in the sheet, as Excel counts")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="invitation_rows"
    )
    place = models.CharField(max_length=160, blank=True, help_text="as it was written")
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=Membership.Role.choices, blank=True)
    outcome = models.CharField(max_length=7, choices=InvitationOutcome.choices, default=InvitationOutcome.OWED)
    why = models.CharField(max_length=300, blank=True, help_text="why it was left out, in the language of `by`")
    invitation = models.OneToOneField(Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="row")
    letter_due_at = models.DateTimeField(null=True, blank=True, help_text="when the next letter is owed")

    objects = InvitationRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="an_address_is_invited_once_in_a_campaign",
                fields=["campaign", "email"],
                condition=~Q(outcome="refused"),
            ),
            models.CheckConstraint(
                name="invited_rows_have_their_invitation", condition=Q(outcome="sent") ^ Q(invitation=None)
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "id"], condition=Q(outcome="owed"), name="invitation_rows_owed"),
            models.Index(
                fields=["letter_due_at", "id"], condition=Q(letter_due_at__isnull=False), name="invitation_letters_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.line}"
