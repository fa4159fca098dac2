"""Whether addresses of contacts are right, asked of many at once: the round, and what each answered."""

from typing import Any, ClassVar, TypeAlias

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models.people import Contact, ContactChannel, Membership, Person
from foundation.directory.models.places import Municipality, Province
from foundation.leases.models import LeasedRow, LeasedRowQuerySet


class VerificationRoundQuerySet(LeasedRowQuerySet["VerificationRound"]):
    def visible_to(self, person) -> "VerificationRoundQuerySet":
        """All for platform administrators; those of one's own municipality for its administrators."""
        if person.has_role(Membership.Role.PLATFORM_ADMIN):
            return self
        return self.filter(municipality__in=person.administered_municipalities)


class VerificationRound(LeasedRow):
    """Owed until everybody on its list was asked. Without municipality and province it is of the whole country."""

    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="verification_rounds")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="verification_rounds"
    )
    province = models.ForeignKey(Province, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    duty = models.CharField(max_length=12, choices=Contact.Duty.choices, blank=True, help_text="empty: all")
    total = models.PositiveIntegerField(default=0, help_text="addresses of its list")
    created_at = models.DateTimeField(default=now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the last address was asked")

    objects: ClassVar[Any] = VerificationRoundQuerySet.as_manager()

    class Meta(LeasedRow.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="a_round_is_of_one_place", condition=Q(municipality=None) | Q(province=None)),
        ]

    def __str__(self) -> str:
        return f"{self.place or ''} {self.duty}".strip()

    @property
    def place(self) -> Municipality | Province | None:
        return self.municipality or self.province


class VerificationState(models.TextChoices):
    """How a request stands: asked or not, and what came back."""

    OWED = "owed", _("still to come")
    WAITING = "waiting", _("asked, no answer yet")
    YES = "yes", _("“this is right”")
    NO = "no", _("“this is not me”")
    EXPIRED = "expired", _("the link is too old")
    REFUSED = "refused", _("not asked")
    STOPPED = "stopped", _("stopped before it was its turn")


class RequestOutcome(models.TextChoices):
    OWED = "owed"
    SENT = "sent"
    REFUSED = "refused"
    STOPPED = "stopped"


class RequestAnswer(models.TextChoices):
    YES = "yes"
    NO = "no"


class VerificationRequestQuerySet(models.QuerySet["VerificationRequest"]):
    def with_state(self) -> "models.QuerySet[Any]":
        """Each with `standing`, one of `VerificationState`."""
        asked = Q(outcome=RequestOutcome.SENT)
        return self.annotate(
            standing=Case(
                When(~Q(answer=""), then=F("answer")),
                When(asked & Q(expires_at__lte=now()), then=Value(VerificationState.EXPIRED)),
                When(asked, then=Value(VerificationState.WAITING)),
                default=F("outcome"),
                output_field=models.CharField(),
            )
        )


class VerificationRequest(models.Model):
    """One address that is asked once in a round, however many duties it has. Only a digest of its secret is kept."""

    Outcome: TypeAlias = RequestOutcome
    Answer: TypeAlias = RequestAnswer

    round = models.ForeignKey(VerificationRound, on_delete=models.CASCADE, related_name="requests")
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="verification_requests")
    channel = models.CharField(max_length=6, choices=ContactChannel.choices)
    address = models.CharField(max_length=254)
    outcome = models.CharField(max_length=7, choices=RequestOutcome.choices, default=RequestOutcome.OWED)
    why = models.CharField(max_length=300, blank=True, help_text="why it was not asked, in the language of `by`")
    secret_digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=3, choices=RequestAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = VerificationRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="an_address_is_asked_once_in_a_round", fields=["round", "channel", "address"]),
            models.UniqueConstraint(
                name="a_secret_is_of_one_request", fields=["secret_digest"], condition=~Q(secret_digest="")
            ),
            models.CheckConstraint(
                name="answered_requests_say_when", condition=Q(answer="") ^ Q(answered_at__isnull=False)
            ),
            models.CheckConstraint(
                name="asked_requests_say_until_when",
                condition=Q(outcome="sent", sent_at__isnull=False, expires_at__isnull=False)
                | (~Q(outcome="sent") & Q(sent_at=None, secret_digest="")),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "id"], condition=Q(outcome="owed"), name="verification_requests_owed"),
            models.Index(fields=["channel", "address", "-id"], name="verification_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.pk}"
