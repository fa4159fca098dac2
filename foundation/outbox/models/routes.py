"""The route to a gateway: its pace, shared by all workers, and its breaker."""

from django.db import models
from django.db.models import Q

from foundation import now


class Route(models.Model):
    """One sender at one gateway: a bucket of segments and a breaker.

    `rate` moves between `floor` and `ceiling` (segments a second) as the gateway
    accepts or complains; `tokens` are what may leave now. An open breaker means
    that the account or its configuration is wrong, and that a person has to look.
    """

    gateway = models.CharField(max_length=20)
    sender = models.CharField(max_length=40, blank=True)
    rate = models.FloatField()
    ceiling = models.FloatField()
    floor = models.FloatField(default=0.5)
    tokens = models.FloatField(default=0)
    counted_at = models.DateTimeField(default=now)
    slowed_at = models.DateTimeField(null=True, blank=True)
    recent = models.PositiveSmallIntegerField(default=0, help_text="ends counted for the share of filtered messages")
    filtered = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_because = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_route_per_sender", fields=["gateway", "sender"]),
            models.CheckConstraint(name="open_breakers_say_why", condition=Q(opened_at=None) | ~Q(opened_because="")),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.sender}"


class GatewayAccount(models.Model):
    """Our account at a gateway: what is left on it, and how many requests it may make now.

    `requests` are those that may leave now, shared by all workers and senders.
    """

    gateway = models.CharField(max_length=20, unique=True)
    requests = models.FloatField(default=1.0)
    requests_counted_at = models.DateTimeField(default=now)
    credit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    credit_at = models.DateTimeField(null=True, blank=True, help_text="when the gateway last told")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="when it was last asked")
    trouble = models.CharField(max_length=120, blank=True, help_text="why it could not tell")

    def __str__(self) -> str:
        return self.gateway
