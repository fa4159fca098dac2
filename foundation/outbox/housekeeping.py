"""Ends that nobody rings for: texts outlived, batches with nothing left to do."""

from django.db.models import Exists, OuterRef

from foundation import now
from foundation.leases import claims
from foundation.outbox.delivery import ledger
from foundation.outbox.models import Batch, OutboxMessage

BATCH_SIZE = 500


def expire() -> int:
    """What is still queued when its text is no longer true stays here."""
    at = now()
    outlived = OutboxMessage.objects.filter(state=OutboxMessage.State.QUEUED, expires_at__lte=at).order_by("pk")
    done = 0
    while messages := claims.take(outlived, BATCH_SIZE, {"state": OutboxMessage.State.EXPIRED, "moved_at": at}):
        ledger.tell((message.batch_id, OutboxMessage.State.EXPIRED, message.pk) for message in messages)
        done += len(messages)
    return done


def forget_secrets() -> int:
    """Sealed words that have left, or never will, are erased: who received them has them."""
    needed = [OutboxMessage.State.QUEUED, OutboxMessage.State.POSTING, OutboxMessage.State.IN_DOUBT]
    with_secret = OutboxMessage.objects.filter(is_sealed=True).exclude(text="").exclude(state__in=needed)
    return with_secret.update(text="")


def close_batches() -> int:
    """A released batch with nothing in flight is closed; late receipts still reach its messages."""
    moving = OutboxMessage.objects.filter(batch=OuterRef("pk"), state__in=OutboxMessage.IN_FLIGHT)
    return Batch.objects.filter(~Exists(moving), state=Batch.State.RELEASED).update(state=Batch.State.CLOSED)
