"""Browsers that asked to be pushed to."""

from django.conf import settings
from django.db import models

from foundation import now


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def visible_to(self, person) -> "PushSubscriptionQuerySet":
        return self.filter(person=person)


class PushSubscription(models.Model):
    """One browser of one person. Whoever knows its address and keys can write to it, so both lie sealed."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address at the push service")
    sealed = models.TextField(help_text="endpoint, p256dh and auth as JSON, sealed")
    browser = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """What it is called in the outbox."""
        return f"push:{self.pk}"
