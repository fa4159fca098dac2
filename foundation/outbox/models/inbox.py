"""What comes back to us, who must not be written to, and the console's own inbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.outbox.models.message import Channel


class SuppressionReason(models.TextChoices):
    OPTED_OUT = "opted_out", _("opted out")
    INVALID = "invalid", _("no such number")
    LANDLINE = "landline", _("landline")
    BOUNCED = "bounced", _("letters come back")


class Suppression(models.Model):
    """An address nothing is sent to, and why."""

    Reason = SuppressionReason

    channel = models.CharField(max_length=6, choices=Channel.choices)
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=9, choices=Reason.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_suppression_per_address", fields=["channel", "address"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.reason}"


class InboundMessage(models.Model):
    """An SMS someone sent us, on a route that carries both ways."""

    gateway = models.CharField(max_length=20)
    sid = models.CharField(max_length=80)
    address = models.CharField(max_length=254)
    text = models.TextField()
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="inbound_messages_are_kept_once", fields=["gateway", "sid"]),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.sid}"


class ConsoleMessage(models.Model):
    """What the console gateway "delivered": the demonstration's handsets."""

    reference = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=6, choices=Channel.choices)
    sender = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=254, db_index=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.channel} {self.reference}"
