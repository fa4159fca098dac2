"""The canary: a message to our own handsets every few hours, so that silence is noticed by day.

Its latency, from letting go to the receipt, is a metric by gateway. One batch a slot of
time, by its key: however many workers look, one message leaves for each handset.
"""

from datetime import timedelta

from django.conf import settings

from foundation import now
from foundation.outbox import outbox
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, OutboxMessage

KEY = "canary:"
LOOKS_BACK = timedelta(days=2)


def fly() -> bool:
    """Send this slot's canary, if handsets are named and it has not left yet."""
    if not settings.SMS_CANARY_NUMBERS:
        return False
    slot = int(now().timestamp()) // settings.SMS_CANARY_EVERY
    key = f"{KEY}{settings.SMS_CANARY_EVERY}:{slot}"
    if Batch.objects.filter(key=key).exists():
        return False
    batch = outbox.open_batch(key, lane=Lane.DRILL, sender=settings.SMS_SENDER, urgent=True)
    text = f"NOBET deneme {slot % 10_000:04d}"
    outbox.add(batch, "sms", [outbox.Addressee(number, text) for number in settings.SMS_CANARY_NUMBERS])
    outbox.release(batch)
    return True


def latencies() -> dict[str, tuple[float, float]]:
    """By gateway: seconds the newest delivered canary took, and when it arrived (seconds since 1970)."""
    flown = OutboxMessage.objects.filter(
        batch__key__startswith=KEY, state=OutboxMessage.State.DELIVERED, moved_at__gt=now() - LOOKS_BACK
    )
    newest: dict[str, tuple[float, float]] = {}
    for gateway, arrived, left in flown.order_by("moved_at").values_list("gateway", "moved_at", "batch__released_at"):
        if left is not None:
            newest[gateway] = ((arrived - left).total_seconds(), arrived.timestamp())
    return newest
