"""The doorbell of outbox: it says *look now*; the rows say what is owed."""

import logging

from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import transaction

from foundation.outbox import dispatch, receipts

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=60)
def deliver(channel: str) -> None:
    """Messages of this channel were let go."""
    dispatch.deliver(channel)


@shared_task(ignore_result=True, expires=60)
def apply_receipts() -> None:
    """Receipts came in."""
    receipts.apply()


@worker_shutting_down.connect
def close_shop(**_) -> None:
    dispatch.close_shop()


def ring(channel: str) -> None:
    """Ring for delivery once the caller's transaction is committed.

    A broker that is away costs time, never a message: the sweep finds it.
    """
    transaction.on_commit(lambda: _ring_now(deliver, channel), robust=True)


def ring_for_receipts() -> None:
    transaction.on_commit(lambda: _ring_now(apply_receipts), robust=True)


def _ring_now(task, *arguments) -> None:
    try:
        task.apply_async(arguments, retry=False)
    except Exception as error:  # noqa: BLE001  every broker library has its own errors
        logger.warning("doorbell not heard: %s", error)
