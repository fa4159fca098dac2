"""Browsers that come back: `python -m tests.bench._crowd PORT COUNT`.

Each one does what live.js does: opens its socket, keeps the protocol's books, asks for
what it missed, gives up a socket that shows no frame, and after every loss tries again
with full jitter. Every second one line of JSON is printed: `back` (how many have heard a
frame on an open socket), and how many hold each `state` (a digest).
"""

import asyncio
import hashlib
import json
import random
import sys
from collections import Counter
from functools import lru_cache

from tests.bench._audience import HANDSHAKE, PING, PONG, parsed
from tests.foundation.live.pages import Page

AT_ONCE = 200  # handshakes in flight when the crowd first comes; afterwards everyone is on their own
LONGEST_WAIT = 30.0  # live.js, in seconds
FIRST_FRAME_WITHIN = 8.0
ASK_AGAIN_AFTER = 2.0
TEXT = 1


class Line(asyncio.Protocol):
    """One connection of a browser, with a buffer of its own; an old one may still speak while a new one opens."""

    def __init__(self, browser: "Browser"):
        self.browser, self.unread, self.is_open = browser, b"", False

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(HANDSHAKE)

    def connection_lost(self, error) -> None:
        if self.browser.line is self:
            self.browser.come_back_later()

    def data_received(self, data: bytes) -> None:
        data = self.unread + data
        if not self.is_open:
            head, found, rest = data.partition(b"\r\n\r\n")
            if found and b" 101 " not in head:
                self.transport.abort()  # refused: too many came at once
                return
            self.is_open, data = bool(found), rest if found else data
        while self.is_open and (frame := parsed(data)):
            opcode, payload, data = frame
            if opcode == PING:
                self.send(PONG, payload)
            elif opcode == TEXT and self.browser.line is self:
                self.browser.hear(payload)
        self.unread = data

    def send(self, opcode: int, payload: bytes) -> None:
        """A client masks; a mask of zeros is legal and leaves the bytes as they are (RFC 6455, 5.3)."""
        if len(payload) < 126:
            self.transport.write(bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload)


class Browser:
    """One page, for as long as the crowd lives."""

    def __init__(self, port: int):
        self.loop = asyncio.get_running_loop()
        self.port, self.page = port, Page()
        self.line: Line | None = None
        self.failures, self.is_back, self.asked_at = 0, False, 0.0
        self.first = self.loop.create_future()
        self.patience: asyncio.TimerHandle | None = None

    def open(self) -> None:
        self.line = Line(self)
        self.patience = self.loop.call_later(min(LONGEST_WAIT, FIRST_FRAME_WITHIN * 2**self.failures), self._give_up)
        self.opening = self.loop.create_task(self._connect(self.line))

    async def _connect(self, line: Line) -> None:
        try:
            await self.loop.create_connection(lambda: line, "127.0.0.1", self.port)
        except OSError:
            if self.line is line:
                self.come_back_later()

    def come_back_later(self) -> None:
        """The line is gone; another attempt after a wait anywhere below the limit."""
        self.line, self.is_back = None, False
        if self.patience:
            self.patience.cancel()
        self.failures += 1
        self.loop.call_later(random.random() * min(LONGEST_WAIT, 2.0**self.failures), self.open)

    def _give_up(self) -> None:
        """No frame came: a hanging handshake counts as two attempts."""
        line, self.line = self.line, None
        self.opening.cancel()
        if line and hasattr(line, "transport"):
            line.transport.abort()
        self.failures += 1
        self.come_back_later()

    def hear(self, payload: bytes) -> None:
        if self.patience:
            self.patience.cancel()
        self.failures, self.is_back = 0, True
        self.page.hear_frame(frame_of(payload))
        if not self.first.done():
            self.first.set_result(None)
        if self.line and self.page.must_resume and self.loop.time() - self.asked_at > ASK_AGAIN_AFTER:
            self.asked_at = self.loop.time()
            self.line.send(TEXT, self.page.resume_frame().encode())


@lru_cache(maxsize=64)
def frame_of(payload: bytes) -> dict:
    """Most browsers hear the same bytes in the same moment."""
    return json.loads(payload)


def state_of(browser: Browser) -> str:
    return digest(browser.page.things)


def digest(things: dict) -> str:
    """The same for equal states, whoever computes it."""
    return hashlib.blake2b(json.dumps(things, sort_keys=True).encode(), digest_size=8).hexdigest()


async def main(port: int, count: int) -> None:
    browsers = [Browser(port) for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        group = browsers[start : start + AT_ONCE]
        for browser in group:
            browser.open()
        await asyncio.gather(*[browser.first for browser in group])
    while True:
        back = sum(browser.is_back for browser in browsers)
        states = Counter(map(state_of, browsers)) if back == count else {}
        print(json.dumps({"back": back, "states": states}), flush=True)
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
