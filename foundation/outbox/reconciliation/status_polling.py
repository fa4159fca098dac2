"""Asking after messages whose receipts never came: lost while we were away, or never sent.

The gateway's answer is kept as a receipt like any other, so that it moves a message by
the same rules; what the gateway does not know more of becomes *unconfirmed* in time.
"""

import asyncio
import logging
from collections import defaultdict
from datetime import timedelta

from foundation import now
from foundation.leases import claims
from foundation.outbox import jobs
from foundation.outbox.delivery import tokens
from foundation.outbox.gateways import registry
from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.postings import LookUpFailed, Receipt, Report
from foundation.outbox.models import OutboxMessage
from foundation.outbox.reconciliation import receipts

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000
SILENT_FOR = timedelta(minutes=2)


def ask_about_silent() -> int:
    """Ask after messages accepted two minutes ago and silent since; returns how many answers brought news."""
    at = now()
    silent = OutboxMessage.objects.filter(
        state=OutboxMessage.State.SUBMITTED, channel="sms", moved_at__lt=at - SILENT_FOR, due_at__lt=at - SILENT_FOR
    ).exclude(sid="")
    messages = claims.take(silent.order_by("moved_at"), BATCH_SIZE, {"due_at": at})
    by_gateway: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        by_gateway[message.gateway].append(message)
    news = sum(_ask(registry.make(name), group) for name, group in by_gateway.items() if name in registry.KINDS)
    if news:
        jobs.ring_for_receipts()
    return news


def _ask(gateway: Gateway, messages: list[OutboxMessage]) -> int:
    """Keep what the gateway says of each; a gateway that cannot say is asked again later."""
    asked = [(message.sid, tokens.make(message.pk, message.attempt)) for message in messages]
    told: list[Receipt] = []
    for (_, reference), seen in zip(asked, asyncio.run(_fetch_all(gateway, asked)), strict=True):
        if isinstance(seen, LookUpFailed):
            logger.info("gateway %s could not say: %s", gateway.name, seen)
        elif seen is not None:
            told.append(Receipt(gateway.name, seen.sid, seen.status, seen.error_code, reference))
    return receipts.keep_all(told)


async def _fetch_all(gateway: Gateway, asked: list[tuple[str, str]]) -> list[Report]:
    await gateway.open()
    try:
        return await gateway.fetch_all(asked)
    finally:
        await gateway.close()
