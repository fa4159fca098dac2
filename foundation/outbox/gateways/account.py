"""Our account at a gateway, as the settings describe it, each under the gateway's own name.

`NETGSM_USER`, `VERIMOR_CALLBACK_SECRET` and so on: the same words behind each name. What
is not set is the adapter's own. docs/operations.md lists them.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from environ import Env

NAMES = ("netgsm", "iletimerkezi", "verimor", "jetsms", "operator", "twilio", "console")
# Those that are logged into with a user and a password.
WITH_LOGIN = ("netgsm", "iletimerkezi", "verimor", "jetsms")


@dataclass(frozen=True)
class SmsAccount:
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


def of(name: str) -> SmsAccount:
    return SmsAccount(**settings.SMS_ACCOUNTS.get(name, {}))


def price_of(name: str) -> Decimal:
    """TL a segment at this gateway, or what is assumed of every one."""
    price = of(name).price
    return settings.SMS_SEGMENT_PRICE if price is None else price


def read(env: Env) -> dict[str, dict[str, Any]]:
    """What `foundation.outbox.gateways.account.SmsAccount` is made of, by the gateway's name."""
    return {name: _read_one(env, name.upper()) for name in NAMES}


def _read_one(env: Env, name: str) -> dict[str, Any]:
    price = env.str(f"{name}_PRICE", default="")
    return {
        "user": env.str(f"{name}_USER", default=""),
        "password": env.str(f"{name}_PASSWORD", default=""),
        "base": env.str(f"{name}_API_BASE", default="").rstrip("/"),
        "batch_size": env.int(f"{name}_BATCH", default=0),
        "requests_a_minute": env.float(f"{name}_REQUESTS_A_MINUTE", default=0.0),
        "rate": env.float(f"{name}_SEGMENTS_PER_SECOND", default=0.0),
        "price": Decimal(price) if price else None,
        "low_credit": env.int(f"{name}_LOW_CREDIT", default=0),
        "callback_secrets": tuple(env.list(f"{name}_CALLBACK_SECRET", default=[])),
        "callback_addresses": tuple(env.list(f"{name}_CALLBACK_ADDRESSES", default=[])),
    }
