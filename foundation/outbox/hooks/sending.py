"""From owed to answered: a lease, a signed POST with no transaction open, what came of it.

2xx is a delivery. 410 switches the address off. Everything else is tried again, ten
times in three days as the scheme proposes; an address that fails all that time is
switched off and its owner told.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from django.conf import settings
from django.db import transaction

from foundation import now
from foundation.outbox.hooks import signing, webhooks
from foundation.outbox.models import EventHook, HookDelivery
from foundation.wire import encryption
from foundation.wire.addresses import TROUBLES, WEB_PORTS, beginning, guarded_session

AT_ONCE = 20
TURNS = 10
SECONDS = 10.0
LEASE = timedelta(seconds=60)
SHOWN = 500
GONE = 410
FAILS_FOR = timedelta(days=3)
# Waits between tries: about three days in all.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
LONGEST_WAIT = 86_400


@dataclass(frozen=True)
class HookAnswer:
    """How a receiver answered; `status` of None says that it was not reached, and `error` why."""

    status: int | None
    said: str = ""
    error: str = ""
    wait: int = 0

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver_due() -> int:
    """Send what is owed now; returns how many were answered or not."""
    sent = 0
    for _turn in range(TURNS):
        in_use = HookDelivery.objects.filter(webhook__disabled_at=None, webhook__ended_at=None)
        claimed = in_use.claim(AT_ONCE, lease=LEASE)
        if not claimed:
            break
        _send(claimed)
        sent += len(claimed)
    return sent


def _send(claimed: Sequence[HookDelivery]) -> None:
    hooks = EventHook.objects.select_related("owner").in_bulk({delivery.webhook_id for delivery in claimed})
    for delivery in claimed:
        delivery.webhook = hooks[delivery.webhook_id]
    for delivery, answer in zip(claimed, asyncio.run(_post_all(claimed)), strict=True):
        _write_down(delivery, answer)


async def _post_all(deliveries: Sequence[HookDelivery]) -> list[HookAnswer]:
    private = settings.PROBE_ALLOW_PRIVATE
    session = guarded_session(allow_private=private, ports=None if private else WEB_PORTS, timeout=SECONDS)
    async with session:
        return list(await asyncio.gather(*(_post(session, delivery) for delivery in deliveries)))


async def _post(session: aiohttp.ClientSession, delivery: HookDelivery) -> HookAnswer:
    body = delivery.body.encode()
    headers = signing.headers(delivery.key, int(now().timestamp()), body, secrets_of(delivery.webhook))
    try:
        async with session.post(delivery.webhook.url, data=body, headers=headers, allow_redirects=False) as answer:
            said = (await beginning(answer, 4 * SHOWN)).decode("utf-8", "replace").replace("\x00", "")
            return HookAnswer(answer.status, said[:SHOWN], wait=_seconds(answer.headers.get("Retry-After", "")))
    except TROUBLES as error:
        return HookAnswer(None, error=f"{type(error).__name__}: {error}"[:300])


def secrets_of(hook: EventHook) -> list[str]:
    """The secret, and the one before while both count."""
    sealed = [hook.secret]
    if hook.earlier_secret and hook.earlier_until and hook.earlier_until > now():
        sealed.append(hook.earlier_secret)
    return [secret for secret in map(encryption.unseal, sealed) if secret]


def _seconds(text: str) -> int:
    return min(int(text), LONGEST_WAIT) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


@transaction.atomic
def _write_down(delivery: HookDelivery, answer: HookAnswer) -> None:
    """What came of it, unless the lease has gone to somebody else meanwhile."""
    if not _settle(delivery, answer):
        return
    facts = {"status": answer.status, "said": answer.said, "answered_at": now()}
    HookDelivery.objects.filter(pk=delivery.pk).update(**facts)
    _remember(delivery.webhook, answer)


def _settle(delivery: HookDelivery, answer: HookAnswer) -> bool:
    error = answer.error or f"HTTP {answer.status}"
    if answer.is_good:
        return delivery.keep()
    if answer.status == GONE or delivery.attempt > len(WAITS):
        return delivery.give_up(error)
    wait = max(WAITS[delivery.attempt - 1], answer.wait)
    return delivery.retry(after=timedelta(seconds=wait), error=error)


def _remember(hook: EventHook, answer: HookAnswer) -> None:
    at = now()
    if answer.is_good:
        EventHook.objects.filter(pk=hook.pk).exclude(failing_since=None).update(failing_since=None)
        return
    EventHook.objects.filter(pk=hook.pk, failing_since=None).update(failing_since=at)
    fails_long = EventHook.objects.filter(pk=hook.pk, failing_since__lte=at - FAILS_FOR).exists()
    if answer.status == GONE or fails_long:
        webhooks.disable(hook, answer.error or f"HTTP {answer.status}")
