"""Signing in to a mailbox without a password (OAuth 2, RFC 6749; SASL XOAUTH2), as Exchange Online demands it.

`IMAP_OAUTH`: token_url, client_id, client_secret, and either a refresh_token or a scope for the application itself
(client credentials). The short-lived token is kept until it ends; a new refresh token replaces the old one, sealed.
"""

import json

from django.conf import settings
from django.core.cache import cache

from foundation.wire import addresses, encryption

KEY = "mailbox.oauth"
REFRESH_KEY = "mailbox.oauth.refresh"
TIMEOUT_SECONDS = 15
SPARE_SECONDS = 60  # before its end a token is renewed


class MailboxRefused(Exception):
    """The sign-in server gave us no token; the message is what it said, in one word."""


def is_set_up() -> bool:
    return bool(settings.IMAP_OAUTH.get("token_url"))


def access_token() -> str:
    """A token that opens the mailbox now. Speaks to the network; raises MailboxRefused or `addresses.TROUBLES`."""
    kept = cache.get(KEY)
    if kept:
        return encryption.unseal(kept)
    url = settings.IMAP_OAUTH["token_url"]
    answer = addresses.fetch("POST", url, timeout=TIMEOUT_SECONDS, allow_private=True, data=request_for_token())
    told = words_of(answer.body)
    if answer.status != 200 or not told.get("access_token"):
        raise MailboxRefused(str(told.get("error", answer.status))[:80])
    keep(told)
    return str(told["access_token"])


def words_of(body: bytes) -> dict:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def request_for_token() -> dict[str, str]:
    known = settings.IMAP_OAUTH
    sealed = cache.get(REFRESH_KEY)
    refresh = encryption.unseal(sealed) if sealed else known.get("refresh_token", "")
    client = {"client_id": known.get("client_id", ""), "client_secret": known.get("client_secret", "")}
    scope = {"scope": known["scope"]} if known.get("scope") else {}
    grant = (
        {"grant_type": "refresh_token", "refresh_token": refresh} if refresh else {"grant_type": "client_credentials"}
    )
    return client | scope | grant


def keep(told: dict) -> None:
    seconds = int(told.get("expires_in") or 300) - SPARE_SECONDS
    if seconds > 0:
        cache.set(KEY, encryption.seal(str(told["access_token"])), seconds)
    if told.get("refresh_token"):
        cache.set(REFRESH_KEY, encryption.seal(str(told["refresh_token"])), None)


def forget() -> None:
    """The mailbox did not take it: the next sign-in asks for a new one."""
    cache.delete(KEY)
