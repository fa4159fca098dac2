"""The doorbell: it says *look now* and nothing else; a lost ring costs a second.

It rings in this process at once, and in the others through Redis where there is
one (`foundation.live.redis_doorbell`). Whoever rings never waits for the network.
"""

import threading
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

_listeners: set[threading.Event] = set()


def ring() -> None:
    """Tell every process to look now. Returns at once; may be lost."""
    ring_here()
    if settings.REDIS_URL:
        redis_doorbell().ring()


def ring_here() -> None:
    for listener in tuple(_listeners):
        listener.set()


def listen(listener: threading.Event) -> None:
    """Set `listener` whenever the bell rings, here or in another process."""
    _listeners.add(listener)
    if settings.REDIS_URL:
        redis_doorbell().listen()


def unlisten(listener: threading.Event) -> None:
    _listeners.discard(listener)


@cache
def redis_doorbell() -> Any:
    """Loaded by name, because the embedded mode is installed without a Redis client."""
    return import_string("foundation.live.redis_doorbell.RedisDoorbell")(settings.REDIS_URL, heard=ring_here)
