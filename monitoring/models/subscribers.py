"""Who wants to hear about outages, of what, and how."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality


def new_token() -> str:
    return secrets.token_urlsafe(24)


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False, unsubscribed_at=None)


class Subscriber(models.Model):
    """An address that asked to be told, and confirmed it. No municipality means: the national page."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")
        WEBHOOK = "webhook", _("webhook")

    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=500)
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="subscribers"
    )
    components = models.ManyToManyField(Component, blank=True, related_name="subscribers")
    language = models.CharField(max_length=2, default="tr")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_address_subscribes_once_a_page",
                fields=["channel", "address", "municipality"],
                condition=Q(unsubscribed_at=None, municipality__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_address_subscribes_nationally_once",
                fields=["channel", "address"],
                condition=Q(unsubscribed_at=None, municipality=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
