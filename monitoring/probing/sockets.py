"""Guarded connections for probes, with the time each phase took."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial

from aiohappyeyeballs import start_connection

from foundation.wire.addresses import AddressPolicy, guarded_socket, places
from monitoring.probing import certificates

LONGEST_LINE = 65_536  # bytes
NEXT_ADDRESS_AFTER = 0.25  # seconds (RFC 8305, 8)
NOBODY_ACCEPTS = "no address of the name accepts"


@dataclass(slots=True)
class Stopwatch:
    """Splits one probe into phases, by blackbox_exporter's names."""

    last: float = field(default_factory=time.perf_counter)
    phases: dict[str, float] = field(default_factory=dict)

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self.phases[phase] = self.phases.get(phase, 0.0) + now - self.last
        self.last = now


class ProbeConnection(asyncio.Protocol):
    """One connection, read as it comes: half the cost of asyncio's streams. `certificate` holds figures of TLS."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.came, self.ended = b"", False
        self.trouble: Exception | None = None
        self.waiting: asyncio.Future | None = None
        self.certificate: dict[str, float] = {}

    # --- what the loop tells ----------------------------------------------

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.came += data
        self.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.trouble = True, exc
        self.wake()

    def wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    # --- what a probe does ------------------------------------------------

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    async def read(self) -> bytes:
        """What came since the last time, at least a byte; nothing at the end. Raises OSError where it broke."""
        if not self.came and not self.ended:
            self.waiting = asyncio.get_running_loop().create_future()
            await self.waiting
        if self.trouble and not self.came:
            raise self.trouble
        data, self.came = self.came, b""
        return data

    async def read_line(self) -> bytes:
        """The next line with its end; what follows stays. The end of all, or LONGEST_LINE, may come first."""
        data = b""
        while b"\n" not in data and len(data) <= LONGEST_LINE:
            piece = await self.read()
            if not piece:
                break
            data += piece
        line, end, rest = data.partition(b"\n")
        self.came = rest + self.came
        return line + end

    async def encrypt(self, host: str, watch: Stopwatch, *, verify: bool) -> None:
        """TLS from here on. Raises ssl.SSLError, or OSError where the other side leaves; closed then."""
        loop = asyncio.get_running_loop()
        try:
            if self.came:  # said in plain before the handshake: who believes it can be told anything
                raise ssl.SSLError
            secret = await loop.start_tls(self.transport, self, trusting(verify), server_hostname=host)
        except BaseException:
            self.close()
            raise
        if secret is None:
            raise ConnectionResetError
        self.transport = secret
        self.certificate = certificates.figures(secret.get_extra_info("ssl_object"))
        watch.lap("tls")

    def close(self) -> None:
        self.transport.abort()


async def connect(host: str, port: int, watch: Stopwatch, *, allow_private: bool) -> ProbeConnection:
    """A connection to whichever admitted address accepts first; OSError when none does.

    A name is resolved once and the judged address is the one connected to: the loop is
    given a number and may not ask anybody what it means.
    """
    infos = numeric(host, port) or await places(host, port)
    watch.lap("resolve")
    judge = policy(allow_private)
    wire = await (
        to_one(infos[0], judge) if len(infos) == 1 else to_any(admitted(infos, allow_private=allow_private), judge)
    )
    watch.lap("connect")
    return wire


async def to_one(info: tuple, judge: AddressPolicy) -> ProbeConnection:
    family, _kind, _protocol, _name, (address, port, *_rest) = info
    judge.admit(address, port)
    numbers = {"family": family, "flags": socket.AI_NUMERICHOST}
    _transport, wire = await asyncio.get_running_loop().create_connection(ProbeConnection, address, port, **numbers)
    return wire


async def to_any(infos: Sequence[tuple], judge: AddressPolicy) -> ProbeConnection:
    """Families in turn, the next address a moment later while the first says nothing (RFC 8305); each is judged."""
    opening = partial(guarded_socket, policy=judge)
    try:
        opened = await start_connection(infos, happy_eyeballs_delay=NEXT_ADDRESS_AFTER, socket_factory=opening)
    except OSError as failed:
        raise failed if failed.errno else OSError(0, NOBODY_ACCEPTS) from None  # each failed in another way
    try:
        _transport, wire = await asyncio.get_running_loop().create_connection(ProbeConnection, sock=opened)
    except BaseException:
        opened.close()
        raise
    return wire


def admitted(infos: Sequence[tuple], *, allow_private: bool) -> list[tuple]:
    """The places that may be reached; what the guard raises where none may."""
    judge, left, failure = policy(allow_private), [], OSError(0, "the name has no address")
    for info in infos:
        try:
            judge.admit(info[4][0], info[4][1])
        except OSError as forbidden:
            failure = forbidden
        else:
            left.append(info)
    if not left:
        raise failure
    return left


@lru_cache(maxsize=20_000)
def numeric(host: str, port: int) -> tuple[tuple, ...]:
    """getaddrinfo's answer for an IPv4 address written as such, else nothing; it never changes."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError:
        return ()
    return ((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)),)


@cache
def policy(allow_private: bool) -> AddressPolicy:
    return AddressPolicy(allow_private=allow_private)


@cache
def trusting(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.hostname_checks_common_name = False  # as browsers and Go: a name stands in subjectAltName
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
