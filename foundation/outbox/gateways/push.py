"""Web push (RFC 8030): to the browser's push service, encrypted for it (RFC 8291), signed as us (RFC 8292).

The text of a posting is JSON with `subscription` and `notice`; the row holds it sealed, and it is erased
once it has left. Encryption is pywebpush's and the signature py-vapid's; the way out is our guarded session.
"""

import base64
import json
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from http_ece import ECEException
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from foundation import now
from foundation.outbox.gateways.gateway import GuardedPost, Parcel
from foundation.outbox.gateways.postings import Posting

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


class WebPush(GuardedPost):
    """2xx is taken; 404 and 410 say that the browser left."""

    name = "push"
    concurrency = 20
    gives_receipts = False
    ports = frozenset({443})
    gone = {404: GONE, 410: GONE}
    taken = "sent"

    def parcel(self, posting: Posting) -> Parcel:
        try:
            return parcel(posting)
        except (KeyError, ECEException, WebPushException, VapidException) as error:
            raise ValueError("not a push that can be sent") from error


def parcel(posting: Posting) -> Parcel:
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
