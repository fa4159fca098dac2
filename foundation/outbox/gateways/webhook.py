"""Other people's programs: one signed POST a message, at an address they gave us.

Delivery is at least once; `Nobet-Delivery` is the same in every copy. The signature
is HMAC-SHA256 over "<time>.<body>" with a key of the address's own, so that no two
receivers can pretend to be us towards each other.
"""

import hashlib
import hmac

from django.conf import settings

from foundation import now
from foundation.outbox.gateways.gateway import GuardedPost, Parcel
from foundation.outbox.gateways.postings import Posting
from foundation.wire.addresses import WEB_PORTS

GONE = "webhook-gone"


class Webhook(GuardedPost):
    """2xx is a delivery, 410 closes the address."""

    name = "webhook"
    concurrency = 50
    gives_receipts = True
    ports = WEB_PORTS
    gone = {410: GONE}
    taken = "delivered"

    def parcel(self, posting: Posting) -> Parcel:
        body = posting.text.encode()
        return posting.address, body, headers(posting, body)


def headers(posting: Posting, body: bytes) -> dict[str, str]:
    at = str(int(now().timestamp()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Nobet-Webhook/1",
        "Nobet-Delivery": str(posting.message_id),
        "Nobet-Signature": f"t={at},v1={signature(key_of(posting.address), at, body)}",
    }


def signature(key: str, at: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def key_of(address: str) -> str:
    """The signing key of one address, shown to its subscriber; derived, so that nothing is stored."""
    return hmac.new(settings.SECRET_KEY.encode(), f"webhook:{address}".encode(), hashlib.sha256).hexdigest()
