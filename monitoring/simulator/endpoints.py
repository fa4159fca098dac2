"""One small HTTP server a place, thousands in one process, each breakable while it runs."""

import asyncio
import contextlib
import resource
import time
from collections.abc import Iterable

from monitoring.simulator.map import LOOPBACK, SimulatedNode

MODES = ("ok", "refuse", "hang", "slow", "500", "flap")
SLOW_SECONDS = 2.5
FLAP_SECONDS = 45
SPARE_FILES = 500
OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"
    + b'{"status":"ok"}'
)
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class SimulatedEndpoint:
    """One place, listening unless it refuses; `mode` says how it answers."""

    def __init__(self, place: SimulatedNode) -> None:
        self.place = place
        self.mode = "ok"
        self.server: asyncio.Server | None = None
        self.asked = 0

    @property
    def latency(self) -> float:
        """2 to 40 ms, always the same for the same place."""
        return 0.002 + (self.place.port * 7919 % 38) / 1000

    @property
    def is_lost(self) -> bool:
        """It should listen and does not: somebody else has its port."""
        return self.server is None and self.mode != "refuse"

    async def open(self) -> None:
        """Start to listen, unless the port is taken; `City.find_the_lost` tries again."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            self.server = await loop.create_server(
                lambda: SimulatedConnection(self), LOOPBACK, self.place.port, reuse_address=True, backlog=16
            )

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None

    async def turn(self, mode: str) -> None:
        """Answer in another way from now on; `refuse` closes the port itself."""
        self.mode = mode
        if mode == "refuse":
            self.close()
        elif self.server is None:
            await self.open()

    def answer(self) -> tuple[bytes | None, float]:
        """What to say and after how many seconds; None is silence."""
        if self.mode == "hang":
            return None, 0.0
        if self.mode == "slow":
            return OK, SLOW_SECONDS
        is_down_beat = self.mode == "flap" and int(time.monotonic() / FLAP_SECONDS) % 2
        return (BROKEN if self.mode == "500" or is_down_beat else OK), self.latency


class SimulatedConnection(asyncio.Protocol):
    """One connection: wait for the end of the request's head, answer once, close."""

    def __init__(self, endpoint: SimulatedEndpoint) -> None:
        self.endpoint = endpoint
        self.head = b""

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.head = (self.head + data)[-4:]
        if self.head != b"\r\n\r\n":
            return
        self.endpoint.asked += 1
        answer, after = self.endpoint.answer()
        if answer is not None:
            asyncio.get_running_loop().call_later(after, self.say, answer)

    def say(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


class City:
    """All the places of one process."""

    def __init__(self, places: Iterable[SimulatedNode]) -> None:
        self.endpoints = {place.code: SimulatedEndpoint(place) for place in places}

    async def open(self) -> None:
        allow_files(2 * len(self.endpoints) + SPARE_FILES)
        for endpoint in self.endpoints.values():
            await endpoint.open()

    async def find_the_lost(self) -> int:
        """Try again where a port was taken; how many places are still without theirs."""
        for endpoint in self.lost():
            await endpoint.open()
        return len(self.lost())

    def lost(self) -> list[SimulatedEndpoint]:
        return [endpoint for endpoint in self.endpoints.values() if endpoint.is_lost]

    def close(self) -> None:
        for endpoint in self.endpoints.values():
            endpoint.close()

    async def turn(self, places: Iterable[SimulatedNode], mode: str) -> int:
        """Put each place in a mode; how many there were."""
        places = list(places)
        for place in places:
            await self.endpoints[place.code].turn(mode)
        return len(places)

    @property
    def places(self) -> list[SimulatedNode]:
        return [endpoint.place for endpoint in self.endpoints.values()]

    def broken(self) -> dict[str, str]:
        """Codes of the places that are not well, with their mode."""
        return {code: endpoint.mode for code, endpoint in self.endpoints.items() if endpoint.mode != "ok"}


def allow_files(wanted: int) -> None:
    """A listening port is an open file; ask for as many as the machine lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
