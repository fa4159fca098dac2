"""How often is often enough: counting limits for public forms and API tokens; where they are kept without Redis."""

import ipaddress
import logging
import time
from collections.abc import Callable

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.wire.guards import client_address

logger = logging.getLogger(__name__)

ROOM = 100_000  # entries, some 60 MB when all are taken; Django's own cache holds 300
PART_GIVEN_UP = 20


class TooMany(Refusal):
    sentence = _("That was too many attempts in a short time. Please wait a moment and try again.")
    status = 429


def spend(name: str, whom: object, *, limit: int, per: int) -> None:
    """Count one use of `name` by `whom`; refuse the one after `limit` within `per` seconds.

    Windows are fixed, so the count is one cache entry. Raises `TooMany`, which knows
    how many seconds are left.
    """
    wait = wait_for(name, whom, limit=limit, per=per)
    if wait:
        refusal = TooMany()
        refusal.retry_after = wait
        raise refusal


def wait_for(name: str, whom: object, *, limit: int, per: int) -> int:
    """Count one use; the seconds to wait, 0 when this use is within the limit.

    A cache that cannot be reached limits nobody: intake matters more than counting.
    """
    at = time.time()
    key = _key(name, whom, per, at)
    try:
        cache.add(key, 0, timeout=per * 2)
        used = cache.incr(key)
    except Exception:
        logger.warning("limits cannot be counted", exc_info=True)
        return 0
    return int((at // per + 1) * per - at) + 1 if used > limit else 0


def give_back(name: str, whom: object, *, per: int) -> None:
    """Take back one counted use that turned out to be honest."""
    try:
        cache.decr(_key(name, whom, per, time.time()))
    except ValueError:
        return  # the window has just ended, and the count with it
    except Exception:
        logger.warning("limits cannot be counted", exc_info=True)


def forget(name: str, whom: object, *, per: int) -> None:
    """Begin this window anew, for somebody who has proved who they are."""
    try:
        cache.delete(_key(name, whom, per, time.time()))
    except Exception:
        logger.warning("limits cannot be counted", exc_info=True)


def place_of(request) -> str:
    """Whom a limit by place counts: an address, or the /64 that one line with IPv6 has to itself."""
    address = client_address(request)
    try:
        is_long = ipaddress.ip_address(address).version == 6
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if is_long else address


def _key(name: str, whom: object, per: int, at: float) -> str:
    return f"limit:{name}:{whom}:{int(at // per)}"


class MemoryCache(LocMemCache):
    """The cache of a house that is one process; what has ended goes first.

    Django's own has room for 300 entries, this one for what an outsider can make us count.

    A count is kept in memory and in no table, because it must outlive the transaction of
    the act that was refused, and must not wait for a database that is busy.
    """

    _cache: dict[str, bytes]
    _expire_info: dict[str, float | None]
    _delete: Callable[[str], bool]

    def __init__(self, name: str, params: dict) -> None:
        super().__init__(name, params)
        self._max_entries, self._cull_frequency = ROOM, PART_GIVEN_UP

    def _cull(self) -> None:
        at = time.time()
        ended = [key for key, ends in self._expire_info.items() if ends is not None and ends <= at]
        for key in ended:
            self._delete(key)
        if len(self._cache) > self._max_entries * (1 - 1 / PART_GIVEN_UP):
            super()._cull()  # type: ignore[misc]  # not in the stubs
