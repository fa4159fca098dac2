"""Standard Webhooks (standardwebhooks.com): what is signed, and how a receiver checks it.

The signature is HMAC-SHA256 over "<webhook-id>.<webhook-timestamp>.<body>" with the bytes
that stand behind "whsec_" in base64. While a secret is being changed there are two.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets

from foundation.outbox.models import FeedEvent

PREFIX = "whsec_"
BYTES = 32
SHORTEST, LONGEST = 24, 64  # bytes, as the scheme says


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether a secret that somebody brings is one of the scheme's."""
    try:
        return text.startswith(PREFIX) and SHORTEST <= len(_bytes(text)) <= LONGEST
    except (binascii.Error, ValueError):
        return False


def _bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def key_of(event: FeedEvent) -> str:
    return f"evt_{event.number}"


def body_of(event: FeedEvent) -> str:
    """`{"type", "timestamp", "number", "data"}`, the same to everybody."""
    said = {"type": event.kind, "timestamp": event.at.isoformat(), "number": event.number, "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def headers(key: str, at: int, body: bytes, keys: list[str]) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Nobet-Webhooks/1",
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, key, at, body) for secret in keys),
    }


def signature(secret: str, key: str, at: int, body: bytes) -> str:
    signed = f"{key}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_bytes(secret), signed, hashlib.sha256).digest()).decode()
