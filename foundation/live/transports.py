"""The way from a hub to one browser.

ASGI's `send` costs a task switch, framing and two system calls a client and
message. Where the server is known, the frame's bytes, made once, go straight to
the transport: one system call a client (docs/performance.md has the figures).
Any other server, and the tests, are written to through `send`.
"""

import asyncio
import socket
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from twisted.internet.tcp import Server as TwistedTransport

from foundation.live.frames import Frame

GONE_AFTER = 30_000  # milliseconds in which a browser's machine must say that it has what we wrote


class Transport(Protocol):
    """Where a hub writes. Neither method may wait or raise for one client's sake."""

    def write(self, frame: Frame) -> None: ...

    def backlog(self) -> int:
        """Bytes this browser has not taken yet."""
        ...


class AsyncioWire:
    """uvicorn: the transport tries the socket at once and keeps what it does not take."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        let_go_of_the_dead(transport.get_extra_info("socket"))

    def write(self, frame: Frame) -> None:
        if not self.transport.is_closing():
            self.transport.write(frame.raw)

    def backlog(self) -> int:
        return self.transport.get_write_buffer_size()


class TwistedWire:
    """daphne: Twisted's own `write` waits for the reactor (two `epoll_ctl` a frame).

    With nothing waiting before it the frame is offered to the socket directly;
    what the socket does not take goes the usual way, in order.
    """

    def __init__(self, protocol) -> None:
        self.protocol = protocol
        self.transport = protocol.transport
        self.offer = self.transport.getHandle().send
        let_go_of_the_dead(self.transport.getHandle())

    def write(self, frame: Frame) -> None:
        if self.protocol.state != self.protocol.STATE_OPEN:
            return
        rest = frame.raw
        if not self.backlog():
            try:
                sent = self.offer(rest)
            except OSError:  # full, or gone: the usual way finds out which
                sent = 0
            if sent == len(rest):
                return
            rest = rest[sent:]
        self.transport.write(rest)

    def backlog(self) -> int:
        return len(self.transport.dataBuffer) - self.transport.offset + self.transport._tempDataLen


class AsgiWire:
    """Any server: one task a client that hands over frame after frame."""

    def __init__(self, send) -> None:
        self.send = send
        self.waiting: list[Frame] = []
        self.task: asyncio.Task | None = None

    def write(self, frame: Frame) -> None:
        self.waiting.append(frame)
        if self.task is None or self.task.done():
            self.task = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        while self.waiting:
            await self.send({"type": "websocket.send", "text": self.waiting[0].text})
            del self.waiting[0]

    def backlog(self) -> int:
        return sum(len(frame.text) for frame in self.waiting)


def let_go_of_the_dead(connection) -> None:
    """Have the kernel end a connection whose other end vanished without a word (RFC 5482).

    Every open page is written a head each eight seconds, so nobody has to be pinged:
    at 2,000 sockets pings cost more than everything else the protocol does while idle.
    Where the system has no such clock, its own retransmission limit ends it later.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, option, GONE_AFTER)


def wire_to(send) -> Transport:
    """The shortest way to the client behind an ASGI `send` whose socket was accepted."""
    if isinstance(send, partial) and send.args:
        protocol = send.args[0]
        if type(getattr(protocol, "transport", None)) is TwistedTransport and not protocol.transport.TLS:
            with suppress(AttributeError):
                wire = TwistedWire(protocol)
                wire.backlog()  # reads what is private to Twisted; where that moved, `send` is right
                return wire
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if hasattr(transport, "get_write_buffer_size"):
        return AsyncioWire(transport)
    return AsgiWire(send)
