"""What lives in the server's process beside the pages, for as long as it runs.

daphne has no start and stop hooks of its own; `manage.py serve` starts these in
order and stops them in reverse. To add one, write `start(loop)` and `stop()` in its
own context and name them here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from config.serving import celery_embedded as embedded
from monitoring.probing.resident import resident as prober
from monitoring.simulator.resident import resident as city

logger = logging.getLogger(__name__)

STOP_WITHIN = 3.0


@dataclass(frozen=True)
class Resident:
    """A long-running part of the server's process.

    `start` is called on the server's event loop and returns at once (it makes tasks
    or threads). `stop` is a coroutine function, awaited on that loop, or a plain
    function, called in a thread; it has three seconds. `embedded_only` residents
    are processes of their own in production.
    """

    name: str
    start: Callable[[asyncio.AbstractEventLoop], None]
    stop: Callable[[], Awaitable[None] | None]
    embedded_only: bool = False


RESIDENTS: tuple[Resident, ...] = (
    Resident("worker", embedded.start_worker, embedded.stop_worker, embedded_only=True),
    Resident("scheduler", embedded.start_scheduler, embedded.stop_scheduler, embedded_only=True),
    Resident("stand-in city", city.start, city.stop, embedded_only=True),
    Resident("prober", prober.start, prober.stop, embedded_only=True),
)


def start(residents: Iterable[Resident], loop: asyncio.AbstractEventLoop) -> None:
    for resident in residents:
        resident.start(loop)
        logger.info("started %s", resident.name)


async def stop(residents: Iterable[Resident]) -> None:
    """All at once, so that one that hangs does not eat the time of the others."""
    await asyncio.gather(*(_stop(resident) for resident in residents))


async def _stop(resident: Resident) -> None:
    try:
        async with asyncio.timeout(STOP_WITHIN):
            if asyncio.iscoroutinefunction(resident.stop):
                await resident.stop()
            else:
                await asyncio.to_thread(resident.stop)
    except TimeoutError:
        logger.warning("%s did not stop in time", resident.name)
    except Exception:
        logger.exception("%s did not stop cleanly", resident.name)
