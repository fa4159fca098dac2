"""The address guard against every spelling, redirect and rebinding we know, over real sockets."""

import ast
import asyncio
import contextlib
import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import pytest
from django.conf import settings

from foundation.wire.addresses import (
    WEB_PORTS,
    AddressPolicy,
    Fetched,
    ForbiddenAddress,
    fetch,
    guarded_session,
    open_guarded,
    was_never_reached,
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
    AddressPolicy().admit(address, 443)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_only_by_policy(address):
    with pytest.raises(ForbiddenAddress):
        AddressPolicy().admit(address, 443)
    AddressPolicy(allow_private=True).admit(address, 443)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_never(address):
    for policy in (AddressPolicy(), AddressPolicy(allow_private=True)):
        with pytest.raises(ForbiddenAddress):
            policy.admit(address, 443)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9089, 9116])
def test_only_ports_of_the_web_where_people_type_addresses(port):
    with pytest.raises(ForbiddenAddress):
        AddressPolicy(ports=WEB_PORTS).admit("8.8.8.8", port)


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
    with pytest.raises(aiohttp.ClientError) as refused:
        await asyncio.to_thread(fetch, "GET", f"http://{host}:{port}/", timeout=3)
    assert was_never_reached(refused.value)
    assert hits == []


async def test_with_the_policy_the_same_address_opens(inner):
    port, hits = inner
    async with guarded_session(allow_private=True) as session, session.get(f"http://localhost:{port}/a") as answer:
        assert await answer.text() == "secret"
    reader, writer = await open_guarded("127.0.0.1", port, allow_private=True, timeout=3)
    writer.write(b"GET /b HTTP/1.0\r\n\r\n")
    assert b"200" in await reader.readline()
    writer.close()
    answer = await asyncio.to_thread(fetch, "GET", f"http://127.0.0.1:{port}/c", timeout=3, allow_private=True)
    assert (answer.status, answer.body) == (200, b"secret")
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
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            await asyncio.to_thread(fetch, "GET", url, timeout=0.3)
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
    with pytest.raises(aiohttp.ClientConnectorError, match="not an address we connect to"):
        await asyncio.to_thread(fetch, "GET", inward, timeout=3, allow_private=True)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"])
async def test_only_http_is_spoken(inner, url):
    port, hits = inner
    for address in (url, f"http://127.0.0.1:{port}/to/{url}"):
        with pytest.raises(aiohttp.ClientError):
            await asyncio.to_thread(fetch, "GET", address, timeout=3, allow_private=True)
    async with guarded_session(allow_private=True) as asynchronous:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await asynchronous.get(f"http://127.0.0.1:{port}/to/{url}")


async def test_endless_redirects_end(inner):
    port, hits = inner
    here = f"http://127.0.0.1:{port}/to/"
    with pytest.raises(aiohttp.TooManyRedirects):
        await asyncio.to_thread(fetch, "GET", here + here + here + here + here, timeout=3, allow_private=True)
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
    with pytest.raises(aiohttp.ClientConnectorError):
        await asyncio.to_thread(fetch, "GET", "http://127.0.0.1:1/", timeout=1)
    assert hits == []


def spoken(answers):
    """A server that says each of `answers` to one caller and hangs up; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        for answer in answers:
            caller, _ = listening.accept()
            caller.recv(65_536)
            caller.sendall(answer)
            caller.close()
        listening.close()

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


def test_no_more_of_an_answer_is_read_than_was_asked_for():
    packed = gzip.compress(b"0" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    port = spoken([head + packed])
    answer = fetch("GET", f"http://127.0.0.1:{port}/", timeout=5, allow_private=True, most=1000)
    assert (answer.status, answer.body) == (200, b"0" * 1000)


def test_only_a_connection_that_never_was_proves_that_nothing_was_said(inner):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    with pytest.raises(aiohttp.ClientError) as refused:
        fetch("POST", f"http://127.0.0.1:{nobody}/", timeout=2, allow_private=True)
    assert was_never_reached(refused.value)
    for said in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"nonsense\r\n\r\n"):
        with pytest.raises(aiohttp.ClientError) as broken:
            fetch("POST", f"http://127.0.0.1:{spoken([said])}/", timeout=2, allow_private=True)
        assert not was_never_reached(broken.value)


def test_who_takes_the_question_and_stays_silent_may_have_done_it():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(TimeoutError) as late:
            fetch("POST", f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3, allow_private=True)
    assert not was_never_reached(late.value)
    assert time.monotonic() - began < 3


def test_who_never_takes_the_connection_was_never_asked():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as fillers:
        for _ in range(4):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(deaf.getsockname())
        with pytest.raises(TimeoutError) as late:
            fetch("POST", f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout=0.3, allow_private=True)
    assert was_never_reached(late.value)


@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (302, b"{}"), (200, b"<html>"), (200, b"{")])
def test_only_a_good_answer_in_json_says_something(status, body):
    with pytest.raises(ValueError):
        Fetched(status, body).json()
    assert Fetched(202, b"").json() == {}


def test_no_code_of_ours_opens_sockets_by_a_library_that_is_not_guarded():
    """twilio and allauth bring requests along; they are installed, and ours never imports them."""
    unguarded = {"requests", "urllib3", "httpx", "http.client", "urllib.request"}
    # What the jar of cookies is spoken to with: a request and an answer that are never sent anywhere.
    values = {"monitoring/probing/http/cookies.py": {"http.client", "urllib.request"}}
    root = settings.BASE_DIR
    strays, read = [], 0
    for top in ("foundation", "monitoring", "helpdesk", "runbooks", "config", "django_sla"):
        for path in (root / top).rglob("*.py"):
            read += 1
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                wrong = [name for name in names if name in unguarded or name.partition(".")[0] in unguarded]
                where = str(path.relative_to(root))
                strays += [f"{where} imports {name}" for name in wrong if name not in values.get(where, ())]
    assert strays == [] and read > 300
