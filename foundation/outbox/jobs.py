"""Doorbells heard: each looks now at what the rows say is owed."""

from celery import shared_task
from celery.signals import worker_shutting_down

from foundation.outbox import dispatch, receipts
from foundation.outbox.models.message import Channel
from foundation.promises import bells


@shared_task(ignore_result=True, expires=60)
def deliver(channel: str) -> None:
    """Messages of this channel were let go."""
    bells.answer(bell(channel))
    dispatch.deliver(channel)


@shared_task(ignore_result=True, expires=60)
def apply_receipts() -> None:
    """Receipts came in."""
    bells.answer(RECEIPTS)
    receipts.apply()


@worker_shutting_down.connect
def close_shop(**_) -> None:
    dispatch.close_shop()


RECEIPTS = "outbox.receipts"


def bell(channel: str) -> str:
    return f"outbox.{channel}"


def ring(channel: str) -> None:
    bells.ring(bell(channel))


def ring_for_receipts() -> None:
    bells.ring(RECEIPTS)


for _channel in Channel:
    bells.hang(bell(_channel), deliver, _channel.value)
bells.hang(RECEIPTS, apply_receipts)
