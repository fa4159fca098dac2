"""Who wants to hear about outages, of what, how; and what we owe and told them."""

import secrets
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality
from foundation.leases.models import LeasedRow
from monitoring.models.maintenance import Maintenance
from monitoring.models.outages import Outage, StatusUpdate
from monitoring.models.states import Severity

# Without letters and digits that are mistaken for one another on a telephone.
PLAIN_LETTERS = "ACDEFHJKMNPRTUVWXY3479"
CODE_LENGTH = 8


def new_token() -> str:
    return secrets.token_urlsafe(24)


def new_leaving_code() -> str:
    """Eight letters, about 35 bits: short enough for an SMS, too many to guess under the limit."""
    return "".join(secrets.choice(PLAIN_LETTERS) for _letter in range(CODE_LENGTH))


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False, unsubscribed_at=None)

    def unproved(self) -> Self:
        """Asked for, and the address has not answered yet."""
        return self.filter(confirmed_at=None, unsubscribed_at=None)


class SubscriberChannel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    HOOK = "hook", _("webhook")


class Subscriber(models.Model):
    """An address that asked to be told about one page. No municipality means: the country.

    Until the address has proved itself (`confirmed_at`) nothing but that question goes
    there; anyone may ask again, so that asking tells nobody who subscribes.
    """

    Channel = SubscriberChannel

    PROVES_WITHIN = timedelta(hours=24)

    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254, help_text="e-mail address, E.164 number or https address")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="subscribers"
    )
    components = models.ManyToManyField(
        Component, blank=True, related_name="subscribers", help_text="none: every component"
    )
    least_severity = models.CharField(
        max_length=2, choices=Severity.choices, default=Severity.S4, help_text="the mildest worth telling"
    )
    language = models.CharField(max_length=2, default="tr")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    leaving_code = models.CharField(max_length=8, unique=True, default=new_leaving_code, editable=False)
    code_digest = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_address_is_subscribed_once_a_page",
                fields=["channel", "address", "municipality"],
                condition=Q(unsubscribed_at=None, confirmed_at__isnull=False, municipality__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_address_is_subscribed_once_nationally",
                fields=["channel", "address"],
                condition=Q(unsubscribed_at=None, confirmed_at__isnull=False, municipality=None),
            ),
        ]
        indexes = [models.Index(fields=["channel", "address"], name="subscriber_by_address")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.unsubscribed_at is None

    @property
    def has_left(self) -> bool:
        return self.unsubscribed_at is not None


class Announcement(LeasedRow):
    """Subscribers are owed word of an outage, or of a maintenance window.

    Written in the transaction of what happened; a sweep looks who is concerned by then
    and hands the messages to the outbox.
    """

    class What(models.TextChoices):
        NEWS = "news"
        PLANNED = "planned"
        BEGUN = "begun"
        ENDED = "ended"
        CALLED_OFF = "called_off"
        ROUND_OFF = "round_off"

    what = models.CharField(max_length=10, choices=What.choices, default=What.NEWS)
    outage = models.ForeignKey(Outage, null=True, on_delete=models.CASCADE, related_name="announcements")
    update = models.ForeignKey(StatusUpdate, null=True, on_delete=models.CASCADE, related_name="+")
    maintenance = models.ForeignKey(Maintenance, null=True, on_delete=models.CASCADE, related_name="announcements")
    round_at = models.DateTimeField(null=True, blank=True, help_text="beginning of the round of a rule that it is of")

    class Meta(LeasedRow.Meta):
        constraints = [
            models.CheckConstraint(
                name="announcements_are_of_one_thing",
                condition=Q(outage__isnull=False, maintenance=None) | Q(outage=None, maintenance__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.outage_id or self.maintenance_id}"


class Told(models.Model):
    """This subscriber was told that this outage began, in this batch; `over_at`: and that it is over."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="told")
    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="told")
    batch = models.CharField(max_length=200, help_text="key of the outbox batch that said it began")
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "told"
        constraints = [
            models.UniqueConstraint(name="a_subscriber_is_told_once_an_outage", fields=["outage", "subscriber"]),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} of {self.outage_id}"
