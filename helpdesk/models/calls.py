"""Telephone calls: what an exchange tells of them, and what an agent types."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Municipality
from foundation.language import phone_numbers
from helpdesk.models.ticket import Ticket, unrestricted_for

if TYPE_CHECKING:
    from foundation.directory.models import Person

LONGEST_RING = timedelta(minutes=5)  # an exchange that says nothing more for this long has lost the caller


class Exchange(models.Model):
    """A telephone exchange that tells us of calls. Only a digest of its secret is kept."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8, help_text="the readable start of the secret")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    heard_at = models.DateTimeField(null=True, blank=True, help_text="noted once a minute")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Extension(models.Model):
    """The number inside the exchange at which an agent answers."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extension")
    number = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number


class PhoneCallQuerySet(models.QuerySet["PhoneCall"]):
    def visible_to(self, person: "Person") -> "PhoneCallQuerySet":
        """Numbers are for the desk alone; calls about a restricted ticket for the named."""
        seen = self.filter(Q(ticket=None) | unrestricted_for(person, "ticket__"))
        return seen if person.works_at_the_desk else self.none()

    def incoming(self) -> "PhoneCallQuerySet":
        return self.filter(direction=PhoneCall.Direction.IN)

    def waiting(self, at: datetime) -> "PhoneCallQuerySet":
        """Those that ring now."""
        return self.incoming().filter(answered_at=None, ended_at=None, began_at__gt=at - LONGEST_RING)

    def lost(self, at: datetime) -> "PhoneCallQuerySet":
        """Nobody answered, and nobody has rung back."""
        unheard = self.incoming().filter(answered_at=None, settled_at=None)
        return unheard.filter(Q(ended_at__isnull=False) | Q(began_at__lte=at - LONGEST_RING))

    def on_the_line(self, person: "Person") -> "PhoneCallQuerySet":
        """What this agent speaks on now, or has rung at their extension just now."""
        return self.filter(agent=person, ended_at=None, began_at__gt=now() - timedelta(hours=4))


class PhoneCall(models.Model):
    """One call. What the exchange says comes in any order and more than once; the first word of a kind counts."""

    class Direction(models.TextChoices):
        IN = "in", _("incoming")
        OUT = "out", _("outgoing")

    exchange = models.ForeignKey(Exchange, null=True, blank=True, on_delete=models.CASCADE, related_name="calls")
    call_id = models.CharField(
        max_length=128, blank=True, help_text="as the exchange calls it; none: typed by an agent"
    )
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    number = models.CharField(max_length=20, blank=True, help_text="the other side's, E.164; none: withheld")
    line = models.CharField(max_length=20, blank=True, help_text="the extension that rang or answered")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.SET_NULL, related_name="phone_calls"
    )
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="phone_calls"
    )
    caller_name = models.CharField(max_length=120, blank=True, help_text="of somebody without an account")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="answered_calls"
    )
    began_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=40, blank=True, help_text="why it ended, as the exchange says it")
    words = models.CharField(max_length=300, blank=True, help_text="what it was about, in one line")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="rung back, or called again and answered")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PhoneCallQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="a_call_is_kept_once", fields=["exchange", "call_id"], condition=~Q(call_id="")
            ),
            models.CheckConstraint(
                name="calls_are_answered_before_they_end",
                condition=Q(answered_at=None) | Q(ended_at=None) | Q(ended_at__gte=models.F("answered_at")),
            ),
            models.CheckConstraint(
                name="who_settled_a_call_says_when", condition=Q(settled_by=None) | Q(settled_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["number", "-id"], name="call_by_number"),
            models.Index(fields=["began_at"], name="call_by_age"),
            models.Index(
                fields=["began_at"],
                name="call_unheard",
                condition=Q(direction="in", answered_at=None, settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    @property
    def who(self) -> str:
        """The caller's name; nothing when nobody we know has this number."""
        return self.caller.name if self.caller else self.caller_name

    @property
    def spaced_number(self) -> str:
        return phone_numbers.spaced(self.number)

    @property
    def is_ringing(self) -> bool:
        return self.answered_at is None and self.ended_at is None and self.began_at > now() - LONGEST_RING

    @property
    def is_talking(self) -> bool:
        return self.answered_at is not None and self.ended_at is None

    @property
    def is_lost(self) -> bool:
        return self.direction == self.Direction.IN and self.answered_at is None and not self.is_ringing

    @property
    def duration(self) -> timedelta | None:
        """How long was spoken; nothing while it goes on, and for what nobody answered."""
        return self.ended_at - self.answered_at if self.ended_at and self.answered_at else None
