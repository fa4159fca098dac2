"""Values that must not meet the world: each stops the start with a sentence that names it.

Everything is optional while only this machine can reach us; `foundation.wire.production`
knows when that ends.
"""

import ipaddress
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from foundation.outbox.gateways import push
from foundation.outbox.gateways.account import WITH_LOGIN
from foundation.wire.production import is_production

SMS_GATEWAYS = {"console", "none", "operator", "twilio", *WITH_LOGIN}
SHORTEST_CALLBACK_SECRET = 32
SHORTEST_KEY = 50
SHORTEST_TOKEN = 16


def refuse_unsafe_start(settings) -> None:
    """Raise `ImproperlyConfigured` with every complaint, one a line."""
    faults = list(complaints(settings))
    if faults:
        raise ImproperlyConfigured("Nöbet does not start:\n- " + "\n- ".join(faults))


def complaints(settings) -> Iterator[str]:
    yield from contradictions(settings)
    if is_production(settings):
        yield from weak_keys(settings)
        yield from demonstration_values(settings)
        yield from weak_transport(settings)
        yield from too_much_power(settings, sys.argv[1:2])


def too_much_power(settings, word: list[str]) -> Iterator[str]:
    """Whoever breaks into a server that knows the owner of the tables can rewrite the record."""
    if settings.DATABASE_OWNER_URL and word not in (["migrate"], ["restore"]):
        yield "DATABASE_OWNER_URL is set: it belongs in /etc/nobet/owner, which migrate and restore alone read."


def contradictions(settings) -> Iterator[str]:
    """What cannot work anywhere."""
    address = urlsplit(settings.PUBLIC_BASE_URL)
    if address.scheme not in ("http", "https") or not address.hostname or address.path or address.query:
        yield "PUBLIC_BASE_URL must be https://host without a path."
    yield from unknown_gateways(settings)
    if settings.WEB_PUSH_KEY and not push.is_a_key(settings.WEB_PUSH_KEY):
        yield "WEB_PUSH_KEY is no key; manage.py push_key makes one."
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in ("redis", "rediss", "unix"):
        yield "REDIS_URL must start with redis://, rediss:// or unix://."
    if not 0 <= settings.SENTRY_TRACES_SAMPLE_RATE <= 1:
        yield "SENTRY_TRACES_SAMPLE_RATE is a share between 0 and 1."
    strangers = [entry for entry in settings.TRUSTED_PROXIES if not is_network(entry)]
    yield from (f'TRUSTED_PROXIES: "{entry}" is no network.' for entry in strangers)


def unknown_gateways(settings) -> Iterator[str]:
    """SMS_GATEWAY names one gateway or several, first choice first; each needs what it sends with."""
    names = [name.strip() for name in settings.SMS_GATEWAY.split(",")]
    if unknown := [name for name in names if name not in SMS_GATEWAYS]:
        yield f'SMS_GATEWAY names "{unknown[0]}"; we know {", ".join(sorted(SMS_GATEWAYS))}.'
    if "none" in names and len(names) > 1:
        yield 'SMS_GATEWAY says "none" and names a gateway: it is one or the other.'
    if "twilio" in names:
        yield from missing_twilio_values(settings)
    if "operator" in names and not Path(settings.SMS_OPERATOR or "/").is_file():
        yield "SMS_GATEWAY names the operator, but SMS_OPERATOR is not the path of its mapping."
    for name in WITH_LOGIN:
        if name in names:
            yield from missing_login(name, settings.SMS_ACCOUNTS[name])
    for name, account in settings.SMS_ACCOUNTS.items():
        yield from unusable_account(name.upper(), account)


def missing_login(name: str, account: dict[str, Any]) -> Iterator[str]:
    for word in ("user", "password"):
        if not account[word]:
            yield f"SMS_GATEWAY names {name}, but {name.upper()}_{word.upper()} is not set."


def unusable_account(name: str, account: dict[str, Any]) -> Iterator[str]:
    """What cannot work at any gateway: secrets that can be guessed, networks that are none, limits below zero."""
    for secret in account["callback_secrets"]:
        if not re.fullmatch(rf"[\w.~-]{{{SHORTEST_CALLBACK_SECRET},200}}", secret):
            yield (
                f"{name}_CALLBACK_SECRET stands in an address: "
                f"{SHORTEST_CALLBACK_SECRET} to 200 letters, digits, '-', '_', '.' or '~'."
            )
    strangers = [entry for entry in account["callback_addresses"] if not is_network(entry)]
    yield from (f'{name}_CALLBACK_ADDRESSES: "{entry}" is no network.' for entry in strangers)
    for word, setting in (
        ("batch_size", "BATCH"),
        ("requests_a_minute", "REQUESTS_A_MINUTE"),
        ("rate", "SEGMENTS_PER_SECOND"),
        ("low_credit", "LOW_CREDIT"),
    ):
        if account[word] < 0:
            yield f"{name}_{setting} is less than nothing."
    if account["price"] is not None and account["price"] < 0:
        yield f"{name}_PRICE is less than nothing."


def missing_twilio_values(settings) -> Iterator[str]:
    for name, value in (
        ("TWILIO_ACCOUNT_SID", settings.TWILIO_ACCOUNT_SID),
        ("TWILIO_AUTH_TOKEN", settings.TWILIO_AUTH_TOKENS),
        ("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID", settings.TWILIO_FROM or settings.TWILIO_MESSAGING_SERVICE_SID),
    ):
        if not value:
            yield f"SMS_GATEWAY names twilio, but {name} is not set."


def weak_keys(settings) -> Iterator[str]:
    if settings.SECRET_KEY.startswith("embedded-mode-only") or len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield f"SECRET_KEY must be a secret of its own with at least {SHORTEST_KEY} characters."
    if not settings.METRICS_TOKEN:
        yield "METRICS_TOKEN is not set: /metrics would tell strangers about every node."
    if not settings.ALERTMANAGER_TOKEN:
        yield "ALERTMANAGER_TOKEN is not set: no alert could prove that it is yours, and each can open a public outage."
    for name in ("METRICS_TOKEN", "ALERTMANAGER_TOKEN"):
        if 0 < len(getattr(settings, name)) < SHORTEST_TOKEN:
            yield f"{name} needs at least {SHORTEST_TOKEN} characters."


def demonstration_values(settings) -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on: error pages would show settings and data."
    if settings.DEMO:
        yield "NOBET_DEMO is on: its accounts have a published password."
    if settings.PROBE_ALLOW_PRIVATE:
        yield "PROBE_ALLOW_PRIVATE is on: it is for the demonstration and tests only."
    if not settings.REQUIRE_SECOND_FACTOR:
        yield "REQUIRE_SECOND_FACTOR is off: a password alone would send a crisis message."
    if "console" in [name.strip() for name in settings.SMS_GATEWAY.split(",")]:
        yield (
            "SMS_GATEWAY is console, or not set: crisis messages would be written down here and reach no telephone. "
            "Name your gateway, or say with SMS_GATEWAY=none that this house has no SMS."
        )
    if settings.TWILIO_API_BASE:
        yield "TWILIO_API_BASE is set: messages would go to a stand-in."
    for name, account in settings.SMS_ACCOUNTS.items():
        if account["base"] and not account["base"].startswith("https://"):
            yield f"{name.upper()}_API_BASE is not https: login and numbers would travel readable."
    if settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend")):
        yield "EMAIL_URL is not set: invitations and answers would reach nobody."
    if settings.REDIS_URL and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield "REDIS_URL is set, but DATABASE_URL is SQLite: several machines cannot share a file."


def weak_transport(settings) -> Iterator[str]:
    address = urlsplit(settings.PUBLIC_BASE_URL)
    if address.scheme != "https":
        yield "PUBLIC_BASE_URL is not https: passwords would travel readable."
    if any(host == "*" or host in (".", "") for host in settings.ALLOWED_HOSTS):
        yield "ALLOWED_HOSTS has a wildcard: links in our mails could be made to lead elsewhere."
    elif address.hostname and not any(covers(host, address.hostname) for host in settings.ALLOWED_HOSTS):
        yield f"ALLOWED_HOSTS lacks {address.hostname}, the host of PUBLIC_BASE_URL."
    if not settings.TRUSTED_PROXIES:
        yield "TRUSTED_PROXIES is empty: behind a proxy every visitor would have the proxy's address."
    if any(is_everybody(entry) for entry in settings.TRUSTED_PROXIES):
        yield "TRUSTED_PROXIES trusts everybody: anyone could claim any address."


def covers(allowed: str, host: str) -> bool:
    return host == allowed.lower() or (allowed.startswith(".") and f".{host}".endswith(allowed.lower()))


def is_network(entry: str) -> bool:
    try:
        return entry == "unix" or bool(ipaddress.ip_network(entry))
    except ValueError:
        return False


def is_everybody(entry: str) -> bool:
    return is_network(entry) and entry != "unix" and ipaddress.ip_network(entry).prefixlen == 0
