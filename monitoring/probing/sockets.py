"""Guarded sockets for probes, with the time each phase took."""

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass, field
from functools import cache, lru_cache

from foundation.wire.addresses import Policy, guarded_socket, places


@dataclass(slots=True)
class Stopwatch:
    """Splits one probe into phases, by blackbox_exporter's names."""

    last: float = field(default_factory=time.perf_counter)
    phases: dict[str, float] = field(default_factory=dict)

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self.phases[phase] = self.phases.get(phase, 0.0) + now - self.last
        self.last = now


@cache
def policy(allow_private: bool) -> Policy:
    return Policy(allow_private=allow_private)


async def connect(host: str, port: int, watch: Stopwatch, *, allow_private: bool) -> socket.socket:
    """A connected socket to the first admitted address that accepts; OSError when none does.

    A name is resolved once and the judged address is the one connected to.
    """
    infos = numeric(host, port) or await places(host, port)
    watch.lap("resolve")
    failure: OSError = OSError("the name has no address")
    for info in infos:
        try:
            opened = guarded_socket(info, policy=policy(allow_private))
        except OSError as refused:
            failure = refused
            continue
        try:
            opened.setblocking(False)
            await asyncio.get_running_loop().sock_connect(opened, info[4])
        except OSError as failed:
            opened.close()
            failure = failed
        except BaseException:
            opened.close()
            raise
        else:
            watch.lap("connect")
            return opened
    raise failure


@lru_cache(maxsize=20_000)
def numeric(host: str, port: int) -> tuple[tuple, ...]:
    """getaddrinfo's answer for an IPv4 address written as such, else nothing; it never changes."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError:
        return ()
    return ((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)),)


@cache
def trusting(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def encrypt(opened: socket.socket, host: str, watch: Stopwatch, *, verify: bool):
    """TLS over a connected socket: (reader, writer). Raises ssl.SSLError, and closes the socket."""
    try:
        streams = await asyncio.open_connection(sock=opened, ssl=trusting(verify), server_hostname=host)
    except BaseException:
        opened.close()
        raise
    watch.lap("tls")
    return streams
