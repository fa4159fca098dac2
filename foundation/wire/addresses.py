"""Where we may connect: each outbound address is judged when its socket opens.

A name is resolved once and the connection goes to the very address that was judged,
so a name that answers differently the second time (DNS rebinding) gains nothing.
Redirects open sockets too and are judged alike. Spellings of an address (decimal,
octal, IPv4 inside IPv6) do not matter: what counts is the number the socket gets.
"""

import asyncio
import ipaddress
import json
import socket
import ssl as tls
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import aiohttp

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

WEB_PORTS = frozenset({80, 443, 8080, 8443, *range(9090, 9116)})
MOST_REDIRECTS = 3
CONNECT_SECONDS = 5
MOST_BYTES = 16 * 1024 * 1024  # of an answer, unpacked
TROUBLES = (aiohttp.ClientError, OSError, ValueError)  # what a request may end in; `TimeoutError` is an OSError

# Ours to reach only where the platform's policy says so: one's own machine and networks.
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7")
)
# Machines that hand out credentials to whoever asks; inside ranges that policy may open.
METADATA = frozenset(ipaddress.ip_address(address) for address in ("100.100.100.200", "192.0.0.192", "fd00:ec2::254"))
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class ForbiddenAddress(OSError):
    """The name leads to an address that we do not connect to."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.strerror = reason  # what aiohttp shows of it


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses and ports may be reached. `ports` of None means any."""

    allow_private: bool = False
    ports: frozenset[int] | None = None

    def admit(self, address: str, port: int) -> None:
        """Raise `ForbiddenAddress` unless `address` (numeric) and `port` may be reached."""
        if self.ports is not None and port not in self.ports:
            raise ForbiddenAddress(f"port {port} is not one we connect to")
        public, private = sort_of(address)
        if not (public or (self.allow_private and private)):
            raise ForbiddenAddress(f"{address} is not an address we connect to")


@lru_cache(maxsize=20_000)
def sort_of(address: str) -> tuple[bool, bool]:
    """Whether a numeric address is public, and whether it is private; a number never changes its sort."""
    innermost = inside(ipaddress.ip_address(address.partition("%")[0]))
    return is_public(innermost), is_private(innermost)


def inside(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, 6to4, Teredo, NAT64), else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def is_private(address: Address) -> bool:
    return address not in METADATA and any(address in network for network in PRIVATE)


def is_public(address: Address) -> bool:
    """Ordinary unicast of the Internet: what IANA's special registries leave over."""
    if address in METADATA or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in GLOBAL_UNICAST


def guarded_socket(info: tuple, *, policy: AddressPolicy) -> socket.socket:
    """A socket for one resolved address, or `ForbiddenAddress`. `info` as of getaddrinfo."""
    family, kind, protocol, _name, place = info
    policy.admit(place[0], place[1])
    return socket.socket(family=family, type=kind, proto=protocol)


async def open_guarded(
    host: str,
    port: int,
    *,
    ssl: tls.SSLContext | bool | None = None,
    allow_private: bool = False,
    timeout: float,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream to `host`, trying its admitted addresses in turn, all within `timeout` seconds.

    Raises `ForbiddenAddress` when none is admitted, else what the last attempt raised
    (`OSError`, `ssl.SSLError`, `TimeoutError`).
    """
    policy = AddressPolicy(allow_private=allow_private)
    async with asyncio.timeout(timeout):
        opened = await first_open(await places(host, port), policy)
        try:
            return await asyncio.open_connection(sock=opened, ssl=ssl, server_hostname=host if ssl else None)
        except BaseException:
            opened.close()
            raise


async def places(host: str, port: int) -> list[tuple]:
    """getaddrinfo's answers; a numeric address asks nobody."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    place = (host, port) if address.version == 4 else (host, port, 0, 0)
    return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)]


async def first_open(infos: list[tuple], policy: AddressPolicy) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for info in infos:
        try:
            candidate = guarded_socket(info, policy=policy)
        except OSError as refused:
            failure = refused
            continue
        candidate.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(candidate, info[4])
            return candidate
        except OSError as failed:
            candidate.close()
            failure = failed
        except BaseException:
            candidate.close()
            raise
    raise failure


class GuardedConnector(aiohttp.TCPConnector):
    """aiohttp's connector whose every socket, after every redirect, is judged."""

    def __init__(self, *, allow_private: bool = False, ports: frozenset[int] | None = None, **options) -> None:
        policy = AddressPolicy(allow_private=allow_private, ports=ports)
        super().__init__(socket_factory=partial(guarded_socket, policy=policy), **options)


def guarded_session(
    *, allow_private: bool = False, ports: frozenset[int] | None = None, timeout: float = 15, **options
) -> aiohttp.ClientSession:
    """An aiohttp session for addresses that people typed: no proxies, no cookies, `timeout` in all."""
    return aiohttp.ClientSession(
        connector=GuardedConnector(allow_private=allow_private, ports=ports),
        timeout=aiohttp.ClientTimeout(total=timeout, connect=min(CONNECT_SECONDS, timeout)),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        **options,
    )


@dataclass(frozen=True)
class Fetched:
    """An answer of any status; of its body, unpacked, no more than was asked for."""

    status: int
    body: bytes

    def json(self) -> Any:
        """What a 2xx answer says; nothing said is an empty dictionary. Raises ValueError for anything else."""
        if not 200 <= self.status < 300:
            raise ValueError(f"HTTP {self.status}")
        return json.loads(self.body or b"{}")


def fetch(
    method: str, url: str, *, timeout: float, allow_private: bool = False, most: int = MOST_BYTES, **options
) -> Fetched:
    """One request of code that waits for its answer, over a connection of its own.

    At most CONNECT_SECONDS, and no more than `timeout`, to be connected; then `timeout` for the answer.
    Raises what of `TROUBLES` happened; `was_never_reached` says whether the question can have left.
    """

    async def ask() -> Fetched:
        connect = min(CONNECT_SECONDS, timeout)
        limits = aiohttp.ClientTimeout(total=connect + timeout, connect=connect)
        session = guarded_session(allow_private=allow_private)
        options.setdefault("max_redirects", MOST_REDIRECTS)
        async with session, session.request(method, url, timeout=limits, **options) as answer:
            return Fetched(answer.status, await beginning(answer, most))

    return asyncio.run(ask())


async def beginning(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The first `most` bytes of a body."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) >= most:
            break
    return bytes(body[:most])


def was_never_reached(error: BaseException) -> bool:
    """No connection came about, so the question never left."""
    return isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL)
