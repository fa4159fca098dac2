"""Accounts at SMS gateways, each read from the environment under the gateway's own name.

`NETGSM_USER`, `VERIMOR_CALLBACK_SECRET` and so on: the same words behind each name. What
is not set is the adapter's own. docs/operations.md lists them.
"""

from decimal import Decimal
from typing import Any

from environ import Env

NAMES = ("netgsm", "iletimerkezi", "verimor", "jetsms", "operator", "twilio", "console")
# Those that are logged into with a user and a password.
WITH_LOGIN = ("netgsm", "iletimerkezi", "verimor", "jetsms")


def read(env: Env) -> dict[str, dict[str, Any]]:
    """What `foundation.outbox.gateways.account.Account` is made of, by the gateway's name."""
    return {name: account(env, name.upper()) for name in NAMES}


def account(env: Env, name: str) -> dict[str, Any]:
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
