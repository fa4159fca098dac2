"""daphne with our guards: bounded bodies, slow clients dropped, a clean stop.

daphne takes a body of any size from anyone and keeps it in memory before Django is
asked, and it waits for ever on a client that sends one byte now and then. A reverse
proxy should stand in front; these guards hold where none does.
"""

import asyncio
import logging
import resource
import time
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server, reactor
from daphne.ws_protocol import WebSocketFactory
from twisted.internet import defer
from twisted.internet.protocol import Protocol
from twisted.web.http import HTTPChannel

from config.serving.guarded_sockets import GuardedSockets

logger = logging.getLogger(__name__)

MAX_BODY = 25 * 1024 * 1024
HEADERS_WITHIN = 20.0
MOST_FILES = 65_536  # a socket each
SLOWEST_BODY = 4096  # bytes a second, after the time allowed for headers


class GuardedRequest(WebRequest):
    """A request with a bound on its body and on the time it takes to arrive."""

    def __init__(self, *args, **kwargs) -> None:
        self.arrived = 0
        self.began = time.monotonic()
        # Django reads the form. Twisted would read it once more, whole and on the loop that serves everybody:
        # a stranger's 15 MB of fields stood the house still for 16 s.
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)

    def gotLength(self, length) -> None:
        super().gotLength(length)
        if length and length > MAX_BODY:
            self._turn_away(413, "Content Too Large")

    def handleContentChunk(self, data) -> None:
        self.arrived += len(data)
        if self.arrived > MAX_BODY:
            self._turn_away(413, "Content Too Large")
        else:
            super().handleContentChunk(data)

    def process(self) -> None:
        # Any client could otherwise move every URL, and with it the proxy's path rules.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    def check_timeouts(self) -> None:
        if hasattr(self, "request_start"):
            return super().check_timeouts()
        allowed = HEADERS_WITHIN + self.arrived / SLOWEST_BODY
        if time.monotonic() - self.began > allowed:
            self._turn_away(408, "Request Timeout")
        return None

    def _turn_away(self, status: int, reason: str) -> None:
        """Answer on the bare transport and close: the rest of the request is never read."""
        if self.channel is None:
            return
        answer = f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        transport = self.channel.transport
        transport.write(answer.encode("ascii"))
        self.channel.dataReceived = _ignore
        transport.loseConnection()


def _ignore(data: bytes) -> None:
    """What a client still sends after it was turned away."""


class GuardedChannel(HTTPChannel):
    """A connection whose request line has a deadline: bytes of an unfinished one buy no time."""

    def connectionMade(self) -> None:
        super().connectionMade()
        self.setTimeout(HEADERS_WITHIN)

    def lineLengthExceeded(self, line) -> None:
        """An address or a header without an end is told so, not hung up on."""
        status = b"431 Request Header Fields Too Large" if self.requests else b"414 URI Too Long"
        transport: Any = self.transport  # zope's interfaces are no types
        transport.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        transport.loseConnection()

    def resetTimeout(self) -> None:
        if self.requests:  # from here on `GuardedRequest` keeps the time
            super().resetTimeout()


class GuardedFactory(HTTPFactory):
    protocol = GuardedChannel  # without the one of TLS, which is our proxy's affair

    def buildProtocol(self, addr) -> Protocol:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = GuardedRequest
        return protocol


class GuardedServer(Server):
    """daphne's server with guarded requests and a stop that never waits for one of them."""

    # Server.run() makes its own factories and offers no way to choose them.
    @property
    def http_factory(self) -> GuardedFactory:
        return self._http_factory

    @http_factory.setter
    def http_factory(self, unguarded: HTTPFactory) -> None:
        self._http_factory = GuardedFactory(self)

    @property
    def ws_factory(self) -> GuardedSockets:
        return self._ws_factory

    @ws_factory.setter
    def ws_factory(self, unguarded: WebSocketFactory) -> None:
        self._ws_factory = GuardedSockets(self, server_name=self.server_name)

    def kill_all_applications(self) -> defer.Deferred:
        running = [details.get("application_instance") for details in self.connections.values()]
        pending = [task for task in running if task is not None and not task.done()]
        for task in pending:
            task.cancel()
        return defer.Deferred.fromFuture(asyncio.ensure_future(_wait_briefly(pending)))


async def _wait_briefly(tasks: list[asyncio.Future]) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=1.0)


def open_many_files() -> None:
    """Let this process open as many sockets as the system allows; shells and services begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def on_stop(work) -> None:
    """Have the coroutine function `work` awaited before the server goes."""
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: defer.Deferred.fromFuture(asyncio.ensure_future(work()))
    )


def on_start(work) -> None:
    """Have `work` called with the server's event loop once it runs."""
    reactor.callWhenRunning(lambda: work(asyncio.get_event_loop()))
