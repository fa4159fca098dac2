"""Doorbells of this context: after the commit, someone is told to look now.

`jobs` hangs the real bells (Celery) here; a bell that is missing or lost costs the
seconds until the next sweep.
"""

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)
_bells: dict[str, Callable[[], object]] = {}


def hang(name: str, bell: Callable[[], object]) -> None:
    _bells[name] = bell


def ring(name: str) -> None:
    """Ring once the caller's transaction is committed; a broker that is away is no failure."""

    def ring_now() -> None:
        try:
            if bell := _bells.get(name):
                bell()
        except Exception as error:  # noqa: BLE001  every broker library has its own errors
            logger.warning("doorbell not heard: %s", error)

    transaction.on_commit(ring_now)
