"""Conversations by mail: names that our letters carry and that answers bring back, signed so that nobody makes one up.

A conversation ("dst-2026-000123") is named three times in a letter of ours: in its Message-ID and References, in the
address an answer goes to, and in the subject. A name says which conversation is meant, never who writes.
"""

import hmac
import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "foundation.outbox.threads"
DIGITS = 20  # hexadecimal ones of a signature: 80 bits
NAME = rf"([a-z0-9-]{{1,60}})\.([a-z0-9]{{1,24}})\.([0-9a-f]{{{DIGITS}}})"
MESSAGE_ID = re.compile(rf"<{NAME}@[^<>@\s]+>", re.IGNORECASE)
PLACE = "{thread}"
ADDRESS_PART = "to"
BEGINNING = "root"


def host() -> str:
    return settings.PUBLIC_BASE_URL.split("//")[-1].split(":")[0].split("/")[0]


def signature(thread: str, part: str, key: str | bytes | None = None) -> str:
    return salted_hmac(SALT, f"{thread}.{part}", secret=key, algorithm="sha256").hexdigest()[:DIGITS]


def message_id(thread: str, part: str) -> str:
    """The Message-ID of one letter (`part`: our key of it) of a conversation; "root" names its beginning."""
    thread = thread.lower()
    return f"<{thread}.{part}.{signature(thread, part)}@{host()}>"


def address(thread: str) -> str:
    """Where an answer goes; "" when no address is set up for it."""
    thread = thread.lower()
    token = f"{thread}.{signature(thread, ADDRESS_PART)}" if PLACE in settings.MAIL_REPLY_TO else ""
    return settings.MAIL_REPLY_TO.replace(PLACE, token)


def named_in_ids(header: str) -> list[tuple[str, str]]:
    """(conversation, part) of those Message-IDs in a header that we signed, the last one first."""
    named = [(thread.lower(), part.lower(), sign.lower()) for thread, part, sign in MESSAGE_ID.findall(header)]
    return [(thread, part) for thread, part, sign in reversed(named) if is_ours(thread, part, sign)]


def named_in_addresses(addresses: Iterable[str]) -> list[str]:
    """Conversations whose own address is among these."""
    before, _place, after = settings.MAIL_REPLY_TO.lower().partition(PLACE)
    inside = [each.lower() for each in addresses if PLACE in settings.MAIL_REPLY_TO]
    tokens = [each[len(before) :].removesuffix(after) for each in inside if each.startswith(before)]
    named = [token.rpartition(".") for token in tokens]
    return [thread for thread, _dot, sign in named if is_ours(thread, ADDRESS_PART, sign)]


def is_ours(thread: str, part: str, sign: str) -> bool:
    keys = (None, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(signature(thread, part, key).encode(), sign.encode()) for key in keys)
