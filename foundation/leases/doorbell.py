"""Doorbells: after the commit, somebody is told to look now.

A context hangs its doorbells in `jobs` (Celery); its verbs ring them by name. A doorbell that is
missing or lost costs the seconds until the next sweep.

While a ring waits to be answered nobody rings again: ten thousand receipts are one look,
not a queue in which the sweeps would wait behind ten thousand looks.
"""

import logging
from typing import Protocol

from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)

# Rung again all the same: by then the broker has lost the ring, or forgotten it with its `expires`.
FORGOTTEN_AFTER = 60


class Task(Protocol):
    """What of a Celery task is used here."""

    def apply_async(self, args: tuple = (), *, retry: bool) -> object: ...


_bells: dict[str, tuple[Task, tuple]] = {}


def hang(name: str, task: Task, *arguments) -> None:
    """`name` rings for this task with these arguments. The task begins with `answer(name)`."""
    _bells[name] = (task, arguments)


def ring(name: str) -> None:
    """Ring once the caller's transaction is committed; a broker that is away is no failure."""
    transaction.on_commit(lambda: _ring_now(name), robust=True)


def answer(name: str) -> None:
    """Called before the look: what is committed from now on rings again."""
    try:
        cache.delete(_waiting(name))
    except Exception as error:  # noqa: BLE001  the cache is an optimisation, whatever ails it
        logger.warning("doorbell not taken down: %s", error)


def _ring_now(name: str) -> None:
    if name not in _bells:
        return
    task, arguments = _bells[name]
    try:
        if cache.add(_waiting(name), 1, FORGOTTEN_AFTER):
            task.apply_async(arguments, retry=False)
    except Exception as error:  # noqa: BLE001  every broker library has its own errors
        logger.warning("doorbell not heard: %s", error)


def _waiting(name: str) -> str:
    return f"bell:{name}"
