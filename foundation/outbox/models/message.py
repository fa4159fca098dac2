"""The delivery: one address in one batch, and every time it was posted."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.outbox.lanes import Lane
from foundation.outbox.models.batch import Batch
from foundation.wire import encryption


class Channel(models.TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")
    HOOK = "hook", _("webhook")
    PUSH = "push", _("push to a browser")


class OutboxMessageQuerySet(models.QuerySet):
    def may_leave(self, channel: str, at) -> Self:
        """Queued, due, not outlived, in a released batch; crisis first."""
        return (
            self.filter(channel=channel, state=OutboxMessage.State.QUEUED, due_at__lte=at)
            .filter(Q(expires_at=None) | Q(expires_at__gt=at), batch__state=Batch.State.RELEASED)
            .order_by("lane_rank", "priority", "id")
        )


class OutboxMessage(models.Model):
    """One address in one batch. The row is the delivery; it ends in exactly one class.

    A posting is committed before the call to the gateway. Nobody resends a message
    whose fate is unknown: it is *in doubt* until a receipt or a look-up settles it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        POSTING = "posting", _("being posted")
        IN_DOUBT = "in_doubt", _("in doubt")
        SUBMITTED = "submitted", _("submitted")
        DELIVERED = "delivered", _("delivered")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        FAILED = "failed", _("failed")
        SUPPRESSED = "suppressed", _("suppressed")
        EXPIRED = "expired", _("expired")
        ABORTED = "aborted", _("aborted")
        UNCERTAIN = "uncertain", _("uncertain")

    IN_FLIGHT = (State.QUEUED, State.POSTING, State.IN_DOUBT, State.SUBMITTED)

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=6, choices=Channel.choices)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    is_sealed = models.BooleanField(default=False, db_default=False, help_text="holds a secret: sealed, then erased")
    reference = models.CharField(max_length=80, blank=True, help_text="the caller's own name for this recipient")
    unsubscribe = models.CharField(
        max_length=200, blank=True, db_default="", help_text="where one click ends the subscription"
    )
    thread = models.CharField(max_length=60, blank=True, db_default="", help_text="the conversation it belongs to")
    answers = models.CharField(max_length=255, blank=True, db_default="", help_text="Message-ID that it answers")
    lane = models.CharField(max_length=12, choices=Lane.choices)
    lane_rank = models.PositiveSmallIntegerField()
    priority = models.PositiveSmallIntegerField(default=0, help_text="lower leaves first within its lane")
    segments = models.PositiveSmallIntegerField(default=1)

    state = models.CharField(max_length=11, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=80, blank=True)
    due_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    resends = models.PositiveSmallIntegerField(default=0, help_text="sent again although in doubt")
    retries = models.PositiveSmallIntegerField(default=0, help_text="sent again after a receipt said it failed")
    gateway = models.CharField(max_length=20, blank=True)
    sid = models.CharField(max_length=80, blank=True, help_text="the gateway's own name for it")
    rank = models.PositiveSmallIntegerField(default=0, help_text="how far receipts have moved it; never back")
    posted_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(default=now)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        db_table = "outbox_message"
        constraints = [
            models.UniqueConstraint(name="one_message_per_address", fields=["batch", "channel", "address"]),
        ]
        indexes = [
            models.Index(
                fields=["channel", "lane_rank", "priority", "id"], condition=Q(state="queued"), name="message_queued"
            ),
            models.Index(fields=["posted_at"], condition=Q(state="posting"), name="message_posting"),
            models.Index(fields=["due_at"], condition=Q(state="in_doubt"), name="message_in_doubt"),
            models.Index(fields=["moved_at"], condition=Q(state="submitted"), name="message_submitted"),
            models.Index(fields=["batch", "state"], name="message_by_class"),
            models.Index(fields=["gateway", "sid"], condition=~Q(sid=""), name="message_by_sid"),
            models.Index(fields=["channel", "address", "posted_at"], name="message_by_address"),
            models.Index(fields=["id"], condition=Q(is_sealed=True) & ~Q(text=""), name="message_with_secret"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk} {self.state}"

    @property
    def words(self) -> str:
        """What the recipient reads."""
        return encryption.unseal(self.text) if self.is_sealed else self.text


class AttemptOutcome(models.TextChoices):
    POSTING = "posting"
    ACCEPTED = "accepted"
    BUSY = "busy"
    REFUSED = "refused"
    SILENT = "silent"
    WITHHELD = "withheld"
    FOUND = "found"
    ABSENT = "absent"
    UNSETTLED = "unsettled"


class Attempt(models.Model):
    """One posting, written and committed before the call; only its end is added later."""

    Outcome = AttemptOutcome

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    gateway = models.CharField(max_length=20)
    request = models.CharField(
        max_length=40, blank=True, db_default="", help_text="those posted in one request share it"
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.POSTING)
    sid = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=120, blank=True)
    posted_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="attempts_are_numbered", fields=["message", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}.{self.number} {self.outcome}"
