"""Other people's programs: one signed POST a message, at an address they gave us.

Delivery is at least once; `Nobet-Delivery` is the same in every copy. The signature
is HMAC-SHA256 over "<time>.<body>" with a key of the address's own, so that no two
receivers can pretend to be us towards each other.
"""

import hashlib
import hmac
from datetime import timedelta

import aiohttp
from django.conf import settings

from foundation import now
from foundation.outbox.gateways.gateway import OneByOne
from foundation.outbox.gateways.postings import Accepted, Busy, Outcome, Posting, Refused
from foundation.wire.addresses import WEB_PORTS, ForbiddenAddress, guarded_session

LONGEST_WAIT = timedelta(hours=1)
GONE = "webhook-gone"


class Webhook(OneByOne):
    """Each socket is judged when it opens; redirects are not followed.

    2xx is a delivery. 410 closes the address. 408, 429, 5xx, time-outs and broken
    connections are tried again until the batch expires; any other answer is a no.
    """

    name = "webhook"
    rate = 50.0
    concurrency = 50
    gives_receipts = True
    one_carrier = False

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self.session = guarded_session(
            allow_private=settings.PROBE_ALLOW_PRIVATE,
            ports=None if settings.PROBE_ALLOW_PRIVATE else WEB_PORTS,
            timeout=settings.OUTBOX_POST_TIMEOUT,
        )

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def post_one(self, posting: Posting) -> Outcome:
        if self.session is None:
            raise RuntimeError("the line is not open")
        body = posting.text.encode()
        try:
            async with self.session.post(
                posting.address, data=body, headers=headers(posting, body), allow_redirects=False
            ) as answer:
                return read(answer.status, answer.headers.get("Retry-After", ""), posting)
        except ForbiddenAddress:
            return Refused("", "forbidden address")
        except (aiohttp.InvalidURL, ValueError):
            return Refused("", "not an address")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if caused_by_guard(error):
                return Refused("", "forbidden address")
            return Busy(f"not reached: {type(error).__name__}"[:80])


def caused_by_guard(error: BaseException | None) -> bool:
    """aiohttp wraps what the guard raises; the reason stands in the chain."""
    while error is not None:
        if isinstance(error, ForbiddenAddress) or isinstance(getattr(error, "os_error", None), ForbiddenAddress):
            return True
        error = error.__cause__
    return False


def read(status: int, wait: str, posting: Posting) -> Outcome:
    """What an HTTP status means for the delivery."""
    if 200 <= status < 300:
        return Accepted(f"webhook-{posting.message_id}", "delivered")
    if status == 410:
        return Refused(GONE, "410")
    if status in (408, 425, 429) or status >= 500:
        after = min(timedelta(seconds=int(wait)), LONGEST_WAIT) if wait.isdecimal() and len(wait) < 6 else None
        return Busy(f"HTTP {status}", after)
    return Refused("", f"HTTP {status}")


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
