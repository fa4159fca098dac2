"""The front door of `leases`: one sweep, done and marked."""

import logging
from collections.abc import Callable

from django.db import DatabaseError

from foundation import now
from foundation.leases.models import SweepMark

logger = logging.getLogger(__name__)


def run_sweep(name: str, work: Callable[[], object]) -> bool:
    """Do one sweep and mark it; True when it went through.

    A sweep that fails is logged and marked, never raised: the others go on, and
    this one is due again soon.
    """
    try:
        work()
    except Exception as error:  # noqa: BLE001  whatever it was, the timetable goes on
        logger.exception("sweep failed", extra={"sweep": name})
        _mark(name, f"{type(error).__name__}: {error}"[:300])
        return False
    _mark(name)
    return True


def _mark(name: str, error: str = "") -> None:
    ended = "failed_at" if error else "succeeded_at"
    try:
        SweepMark.objects.update_or_create(name=name, defaults={ended: now(), "error": error})
    except DatabaseError:
        logger.warning("sweep not marked", extra={"sweep": name})
