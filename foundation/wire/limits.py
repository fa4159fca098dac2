"""How often is often enough: counting limits for public forms and API tokens."""

import logging
import time

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from foundation import Refusal

logger = logging.getLogger(__name__)


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
    window = int(at // per)
    key = f"limit:{name}:{whom}:{window}"
    try:
        cache.add(key, 0, timeout=per * 2)
        used = cache.incr(key)
    except Exception:
        logger.warning("limits cannot be counted", exc_info=True)
        return 0
    return int((window + 1) * per - at) + 1 if used > limit else 0
