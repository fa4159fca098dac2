"""What is left on our accounts: asked for every few minutes, shown, and a metric.

Nothing is stopped because of a figure: the gateway itself says when it takes no more.
"""

import asyncio
import logging
from decimal import Decimal

from foundation import now
from foundation.outbox.gateways import account, registry
from foundation.outbox.gateways.gateway import Gateway, LocalGateway
from foundation.outbox.gateways.postings import LookUpFailed
from foundation.outbox.models import GatewayAccount

logger = logging.getLogger(__name__)


def ask_all() -> int:
    """Ask every gateway of the chain that tells; returns how many told."""
    return sum(_ask(registry.make(name)) for name in registry.chain("sms"))


def is_low(name: str, credit: Decimal | None) -> bool:
    """Fewer messages than the settings want to keep; none at all is low everywhere."""
    return credit is not None and (credit <= 0 or credit < account.of(name).low_credit)


def _ask(gateway: Gateway) -> bool:
    if isinstance(gateway, LocalGateway) or type(gateway).credit is Gateway.credit:
        return False
    at = now()
    try:
        left = asyncio.run(_credit_of(gateway))
    except LookUpFailed as failure:
        changes: dict[str, object] = {"asked_at": at, "trouble": str(failure)[:120]}
        left = None
    else:
        changes = {"asked_at": at, "trouble": "", "credit": left, "credit_at": at}
    GatewayAccount.objects.update_or_create(gateway=gateway.name, defaults=changes)
    if is_low(gateway.name, left):
        logger.error("gateway %s has little credit left", gateway.name)
    return left is not None


async def _credit_of(gateway: Gateway) -> Decimal | None:
    await gateway.open()
    try:
        return await gateway.credit()
    finally:
        await gateway.close()
