"""Doorbells heard: each looks now at what the rows say is owed."""

from celery import shared_task
from celery.signals import worker_shutting_down

from foundation.leases import doorbell
from foundation.outbox.delivery import dispatch
from foundation.outbox.models.message import Channel
from foundation.outbox.reconciliation import receipts


@shared_task(ignore_result=True, expires=60)
def deliver(channel: str) -> None:
    """Messages of this channel were let go."""
    doorbell.answer(bell(channel))
    dispatch.deliver(channel)


@shared_task(ignore_result=True, expires=60)
def apply_receipts() -> None:
    """Receipts came in."""
    doorbell.answer(RECEIPTS)
    receipts.apply()


@worker_shutting_down.connect
def drain(**_) -> None:
    dispatch.drain()


RECEIPTS = "outbox.receipts"


def bell(channel: str) -> str:
    return f"outbox.{channel}"


def ring(channel: str) -> None:
    doorbell.ring(bell(channel))


def ring_for_receipts() -> None:
    doorbell.ring(RECEIPTS)


for _channel in Channel:
    doorbell.hang(bell(_channel), deliver, _channel.value)
doorbell.hang(RECEIPTS, apply_receipts)
