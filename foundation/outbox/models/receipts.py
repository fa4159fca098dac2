"""What gateways told us afterwards, exactly as often as they told it, kept once."""

from django.db import models
from django.db.models import Q

from foundation import now


class ProviderEvent(models.Model):
    """One receipt: this message of the gateway's reached this status.

    Holds no telephone number and no text; `recipient` is a keyed digest of the number.
    `message_id` and `attempt` come from the signed token in the callback's address;
    null when it carried none.
    """

    gateway = models.CharField(max_length=20)
    sid = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    error_code = models.CharField(max_length=20, blank=True)
    message_id = models.BigIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(null=True)
    recipient = models.CharField(max_length=16, blank=True, db_default="")
    received_at = models.DateTimeField(default=now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="each_status_is_kept_once", fields=["gateway", "sid", "status"]),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(applied_at=None), name="provider_event_new"),
            models.Index(fields=["gateway", "received_at"], name="provider_event_last"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.sid} {self.status}"
