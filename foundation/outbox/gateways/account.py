"""Our account at a gateway, as the settings describe it."""

import hmac
import ipaddress
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings


@dataclass(frozen=True)
class Account:
    """What `SMS_ACCOUNTS` says of one gateway; an empty value is the adapter's own.

    `price`: TL a segment; `low_credit`: fewer messages than this are said aloud;
    `callback_secrets`: two during rotation; `callback_addresses`: networks that
    receipts may come from, none for any.
    """

    user: str = ""
    password: str = ""
    base: str = ""
    batch_size: int = 0
    requests_a_minute: float = 0.0
    rate: float = 0.0
    price: Decimal | None = None
    low_credit: int = 0
    callback_secrets: tuple[str, ...] = ()
    callback_addresses: tuple[str, ...] = ()

    def knows(self, secret: str, address: str) -> bool:
        """Whether a caller shows one of our secrets and, where addresses are given, comes from one of them."""
        shown = [hmac.compare_digest(secret.encode(), ours.encode()) for ours in self.callback_secrets if ours]
        return any(shown) and (not self.callback_addresses or self._is_listed(address))

    def _is_listed(self, address: str) -> bool:
        try:
            caller = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(caller in ipaddress.ip_network(network, strict=False) for network in self.callback_addresses)


def of(name: str) -> Account:
    return Account(**settings.SMS_ACCOUNTS.get(name, {}))


def price_of(name: str) -> Decimal:
    """TL a segment at this gateway, or what is assumed of every one."""
    price = of(name).price
    return settings.SMS_SEGMENT_PRICE if price is None else price
