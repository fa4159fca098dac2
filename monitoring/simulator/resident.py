"""The city as a thread of `serve`, with an event loop of its own, in the demonstration."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections

from monitoring.simulator import control
from monitoring.simulator.endpoints import City
from monitoring.simulator.map import LOOPBACK, SimulatedNode, read_registry

logger = logging.getLogger(__name__)

OPEN_WITHIN = 20.0
LOOK_FOR_LOST = 1.0  # seconds between two tries for a port that somebody else has


class CityThread:
    """Starts and stops one city."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: threading.Thread | None = None
        self.is_open = threading.Event()

    def start(self, _server_loop=None) -> None:
        """Returns when every place listens: before that no page is answered and nothing is probed."""
        if not settings.DEMO:
            return
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()), name="city", daemon=True)
        self.thread.start()
        self.is_open.wait(OPEN_WITHIN)

    async def live(self) -> None:
        self.loop, self.leaving = asyncio.get_running_loop(), asyncio.Event()
        places = await asyncio.to_thread(read_places)
        await run(City(places), settings.CITY_CONTROL_PORT, until=self.leaving, on_open=self.is_open.set)

    def stop(self) -> None:
        if self.loop is not None and self.thread is not None:
            self.loop.call_soon_threadsafe(self.leaving.set)
            self.thread.join(timeout=2)


def is_another_house_at(port: int) -> bool:
    """Whether another house's city listens at this control port: we would probe its places as if they were ours."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def places_of_another() -> list[int]:
    """Ports of our city at which something listens before we do: another house's city reaches into ours.

    One alone may be a program that somebody watches on this machine; the city is opened around it.
    """
    ports = sorted({place.port for place in read_places()})
    return [port for port in ports if is_another_house_at(port)]


def read_places() -> list[SimulatedNode]:
    try:
        return read_registry()
    finally:
        close_old_connections()


async def run(
    city: City, control_port: int, *, until: asyncio.Event, on_open: Callable[[], None] = lambda: None
) -> None:
    """Serve the city and its control line until told to leave."""
    await city.open()
    line = await control.listen(city, control_port)
    logger.info("the stand-in city serves %s places", len(city.endpoints))
    on_open()
    searching = asyncio.create_task(keep_open(city))
    try:
        await until.wait()
    finally:
        searching.cancel()
        line.close()
        city.close()


async def keep_open(city: City) -> None:
    """A port that another program holds is tried again until it is ours."""
    lost_before = 0
    while True:
        lost = await city.find_the_lost()
        if lost != lost_before:
            logger.warning("%s places of the stand-in city have no port", lost)
        lost_before = lost
        await asyncio.sleep(LOOK_FOR_LOST)


resident = CityThread()
