"""The address guard against every spelling, redirect and rebinding we know, over real sockets."""

import asyncio
import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import pytest
import requests

from foundation.wire.addresses import (
    WEB_PORTS,
    ForbiddenAddress,
    Policy,
    guarded_requests,
    guarded_session,
    open_guarded,
)

pytestmark = pytest.mark.once("sqlite", "asks no database")

PUBLIC = ["8.8.8.8", "195.175.39.39", "2001:4860:4860::8888", "2a00:1450:4001::1"]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:0001::",
    "64:ff9b::7f00:1",
    "64:ff9b::192.168.0.1",
]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "::",
    "::7f00:1",
    "2001:db8::1",
    "100::1",
    "4000::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_may_be_reached(address):
    Policy().admit(address, 443)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_only_by_policy(address):
    with pytest.raises(ForbiddenAddress):
        Policy().admit(address, 443)
    Policy(allow_private=True).admit(address, 443)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_never(address):
    for policy in (Policy(), Policy(allow_private=True)):
        with pytest.raises(ForbiddenAddress):
            policy.admit(address, 443)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9089, 9116])
def test_only_ports_of_the_web_where_people_type_addresses(port):
    with pytest.raises(ForbiddenAddress):
        Policy(ports=WEB_PORTS).admit("8.8.8.8", port)


@pytest.fixture
def inner():
    """A server on the loopback that must stay unreachable, and the hits it took."""
    hits = []

    class Secret(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"secret")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Secret)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], hits
    server.shutdown()
    server.server_close()


SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_the_loopback_gets_through(inner, host):
    port, hits = inner
    async with guarded_session(timeout=3) as session:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await session.get(f"http://{host}:{port}/")
    with pytest.raises(OSError):
        await open_guarded(host.strip("[]"), port, timeout=3)
    with pytest.raises(requests.ConnectionError):
        await asyncio.to_thread(guarded_requests().get, f"http://{host}:{port}/", timeout=3)
    assert hits == []


async def test_with_the_policy_the_same_address_opens(inner):
    port, hits = inner
    async with guarded_session(allow_private=True) as session, session.get(f"http://localhost:{port}/a") as answer:
        assert await answer.text() == "secret"
    reader, writer = await open_guarded("127.0.0.1", port, allow_private=True, timeout=3)
    writer.write(b"GET /b HTTP/1.0\r\n\r\n")
    assert b"200" in await reader.readline()
    writer.close()
    session = guarded_requests(allow_private=True)
    answer = await asyncio.to_thread(session.get, f"http://127.0.0.1:{port}/c", timeout=3)
    assert answer.text == "secret"
    assert hits == ["/a", "/b", "/c"]


class Names:
    """A name server of the test: each look-up of `name` takes the next answer."""

    def __init__(self, monkeypatch, name, *answers):
        self.name, self.answers, self.asked = name, list(answers), 0
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.answer)

    def answer(self, host, port, *arguments, **options):
        if host != self.name:
            return self.real(host, port, *arguments, **options)
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [info for address in addresses for info in self.real(address, port, *arguments, **options)]


@pytest.mark.parametrize("answers", [[["127.0.0.1"]], [["8.8.8.8"], ["127.0.0.1"]], [["127.0.0.1", "::1"]]])
async def test_a_name_that_changes_its_mind_gains_nothing(inner, monkeypatch, answers):
    port, hits = inner
    Names(monkeypatch, "rebind.example", *answers)
    url = f"http://rebind.example:{port}/"
    for _ in range(3):
        async with guarded_session(timeout=0.3) as session:
            with pytest.raises((aiohttp.ClientError, TimeoutError)):
                await session.get(url)
        with pytest.raises((OSError, TimeoutError)):
            await open_guarded("rebind.example", port, timeout=0.3)
        with pytest.raises(requests.RequestException):
            await asyncio.to_thread(guarded_requests().get, url, timeout=0.3)
    assert hits == []


async def test_each_connection_resolves_once_and_goes_where_it_was_judged(inner, monkeypatch):
    port, hits = inner
    names = Names(monkeypatch, "once.example", ["127.0.0.1"], ["169.254.169.254"])
    _, writer = await open_guarded("once.example", port, allow_private=True, timeout=3)
    assert names.asked == 1
    assert writer.get_extra_info("peername")[0] == "127.0.0.1"
    writer.close()


async def test_a_redirect_is_judged_like_any_other_address(inner):
    port, hits = inner
    inward = f"http://127.0.0.1:{port}/to/http://169.254.169.254:{port}/"
    async with guarded_session(allow_private=True, timeout=3) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await session.get(inward)
    assert isinstance(refused.value.os_error, ForbiddenAddress)
    with pytest.raises(requests.ConnectionError, match="not an address we connect to"):
        await asyncio.to_thread(guarded_requests(allow_private=True).get, inward, timeout=3)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"])
async def test_only_http_is_spoken(inner, url):
    port, hits = inner
    session = guarded_requests(allow_private=True)
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get(url)
    with pytest.raises(requests.exceptions.InvalidSchema):
        await asyncio.to_thread(session.get, f"http://127.0.0.1:{port}/to/{url}", timeout=3)
    async with guarded_session(allow_private=True) as asynchronous:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await asynchronous.get(f"http://127.0.0.1:{port}/to/{url}")


async def test_endless_redirects_end(inner):
    port, hits = inner
    here = f"http://127.0.0.1:{port}/to/"
    with pytest.raises(requests.TooManyRedirects):
        await asyncio.to_thread(guarded_requests(allow_private=True).get, here + here + here + here + here, timeout=3)
    assert len(hits) <= 4


async def test_one_deadline_covers_everything():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        with pytest.raises(TimeoutError):
            await open_guarded("127.0.0.1", port, allow_private=True, timeout=0.3)
        for filler in fillers:
            filler.close()


async def test_a_forbidden_address_among_others_is_only_skipped(inner, monkeypatch):
    port, hits = inner
    Names(monkeypatch, "both.example", ["169.254.169.254", "127.0.0.1"])
    _, writer = await open_guarded("both.example", port, allow_private=True, timeout=3)
    assert writer.get_extra_info("peername")[0] == "127.0.0.1"
    writer.close()


async def test_proxies_of_the_environment_are_not_used(inner, monkeypatch):
    port, hits = inner
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    with pytest.raises(requests.ConnectionError):
        await asyncio.to_thread(guarded_requests().get, "http://127.0.0.1:1/", timeout=1)
    assert hits == []
