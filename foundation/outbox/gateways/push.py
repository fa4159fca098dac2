"""Web push (RFC 8030): to the browser's push service, encrypted for it (RFC 8291), signed as us (RFC 8292).

The text of a posting is JSON with `subscription` and `notice`; the row holds it sealed, and it is erased
once it has left. Encryption is pywebpush's and the signature py-vapid's; the way out is our guarded session.
"""

import base64
import json
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

import aiohttp
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from http_ece import ECEException
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from foundation import now
from foundation.outbox.gateways.gateway import OneByOne
from foundation.outbox.gateways.postings import Accepted, Busy, Outcome, Posting, Refused
from foundation.outbox.gateways.webhook import LONGEST_WAIT, caused_by_guard
from foundation.wire.addresses import ForbiddenAddress, guarded_session

GONE = "push-gone"
KEY_LENGTH = 43  # characters of base64 for 32 bytes
KEPT_FOR = 4 * 3600  # seconds for which the service keeps it for a browser that is away
SIGNED_FOR = timedelta(hours=12)


def new_key() -> str:
    """A private key for `WEB_PUSH_KEY`: 32 bytes, base64 for addresses."""
    vapid = Vapid02()
    vapid.generate_keys()
    number = vapid.private_key.private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


def public_key() -> str:
    """What a browser subscribes with; "" where no key is set, and nothing is pushed."""
    if not settings.WEB_PUSH_KEY:
        return ""
    point = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return encoded(Vapid02.from_raw(settings.WEB_PUSH_KEY.encode()).public_key.public_bytes(*point))


def is_a_key(text: str) -> bool:
    """Whether it is one that `new_key` may have made: 32 bytes, and a number of the curve."""
    try:
        Vapid02.from_raw(text.encode())
    except (ValueError, VapidException):
        return False
    return len(text.rstrip("=")) == KEY_LENGTH


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class WebPush(OneByOne):
    """2xx is taken; 404 and 410 say that the browser left. 408, 429, 5xx and broken connections are tried again."""

    name = "push"
    rate = 50.0
    concurrency = 20
    gives_receipts = False
    one_carrier = False

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self.session = guarded_session(
            allow_private=settings.PROBE_ALLOW_PRIVATE,
            ports=None if settings.PROBE_ALLOW_PRIVATE else frozenset({443}),
            timeout=settings.OUTBOX_POST_TIMEOUT,
        )

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def post_one(self, posting: Posting) -> Outcome:
        if self.session is None:
            raise RuntimeError("the line is not open")
        try:
            endpoint, body, headers = parcel(posting)
        except (ValueError, KeyError, ECEException, WebPushException, VapidException) as error:
            return Refused("", f"unsendable: {type(error).__name__}")
        try:
            async with self.session.post(endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                return read(answer.status, answer.headers.get("Retry-After", ""), posting)
        except ForbiddenAddress:
            return Refused("", "forbidden address")
        except (aiohttp.InvalidURL, ValueError):
            return Refused("", "not an address")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if caused_by_guard(error):
                return Refused("", "forbidden address")
            return Busy(f"not reached: {type(error).__name__}"[:80])


def parcel(posting: Posting) -> tuple[str, bytes, dict[str, str]]:
    """(address, body, headers) of one push. A copy replaces the one before it: `Topic` is the message's own."""
    told = json.loads(posting.text)
    subscription = told["subscription"]
    body = WebPusher(subscription).encode(json.dumps(told["notice"], ensure_ascii=False).encode(), "aes128gcm")["body"]
    place = urlsplit(subscription["endpoint"])
    claims = {
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
        "aud": f"{place.scheme}://{place.netloc}",
        "exp": int((now() + SIGNED_FOR).timestamp()),
    }
    signed = Vapid02.from_raw(settings.WEB_PUSH_KEY.encode()).sign(claims)
    left = posting.valid_for if posting.valid_for is not None else KEPT_FOR
    return (
        subscription["endpoint"],
        body,
        {
            **signed,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, min(left, KEPT_FOR))),
            "Urgency": "high",
            "Topic": f"nobet{posting.message_id}",
        },
    )


def read(status: int, wait: str, posting: Posting) -> Outcome:
    """What an HTTP status means for the push."""
    if 200 <= status < 300:
        return Accepted(f"push-{posting.message_id}", "sent")
    if status in (404, 410):
        return Refused(GONE, str(status))
    if status in (408, 425, 429) or status >= 500:
        after = min(timedelta(seconds=int(wait)), LONGEST_WAIT) if wait.isdecimal() and len(wait) < 6 else None
        return Busy(f"HTTP {status}", after)
    return Refused("", f"HTTP {status}")
