"""The city as a thread of `serve`, with an event loop of its own, in the demonstration."""

import asyncio
import logging
import threading

from django.conf import settings
from django.db import close_old_connections

from monitoring.city import control
from monitoring.city.endpoints import City
from monitoring.city.map import read_registry

logger = logging.getLogger(__name__)


class CityThread:
    """Starts and stops one city; `start` returns at once."""

    def __init__(self):
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: threading.Thread | None = None

    def start(self, _server_loop=None) -> None:
        if not settings.DEMO:
            return
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()), name="city", daemon=True)
        self.thread.start()

    async def live(self) -> None:
        self.loop, self.leaving = asyncio.get_running_loop(), asyncio.Event()
        places = await asyncio.to_thread(read_places)
        await run(City(places), settings.CITY_CONTROL_PORT, until=self.leaving)

    def stop(self) -> None:
        if self.loop is not None and self.thread is not None:
            self.loop.call_soon_threadsafe(self.leaving.set)
            self.thread.join(timeout=2)


def read_places():
    try:
        return read_registry()
    finally:
        close_old_connections()


async def run(city: City, control_port: int, *, until: asyncio.Event) -> None:
    """Serve the city and its control line until told to leave."""
    await city.open()
    line = await control.listen(city, control_port)
    logger.info("the stand-in city serves %s places", len(city.endpoints))
    try:
        await until.wait()
    finally:
        line.close()
        city.close()


resident = CityThread()
