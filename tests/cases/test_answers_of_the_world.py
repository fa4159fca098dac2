"""Answers of legal servers that were outages, broken ones that were green, secrets that followed a redirect."""

import asyncio
import gzip
import json
import socket
import time
import zlib
from urllib.parse import urlsplit

import brotli
import pytest

from foundation.wire import addresses
from monitoring.checks import rules
from monitoring.checks.verdicts import Result
from monitoring.probing import sockets
from monitoring.probing.http.bodies import text_of, unpacked
from monitoring.probing.http.requests import Request
from monitoring.probing.probe import BODY_LIMIT, WrongAnswer
from monitoring.probing.run import ask
from tests import servers
from tests.monitoring.test_prober import a_question

pytestmark = pytest.mark.once("postgresql", "asks no database")

HOST = "127.0.0.1"
PORT = servers.free_range(2)  # the second one is another origin
PAGE = "<h1>Tahsilat açık, işlem yapılabiliyor</h1>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MUST_HOLD = {"fail_if_body_not_matches_regexp": ["Tahsilat açık"]}


class Server:
    """Answers every request with the same packets, and keeps what it was asked."""

    def __init__(self, *packets: bytes, port: int = PORT, host: str = HOST) -> None:
        self.packets, self.place, self.asked = packets, (host, port), list[str]()

    async def __aenter__(self) -> "Server":
        self.server = await asyncio.start_server(self.answer, *self.place)
        return self

    async def __aexit__(self, *_trouble) -> None:
        self.server.close()

    async def answer(self, reader, writer) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        for packet in self.packets:
            writer.write(packet)
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.close()


async def asked(*, target=f"http://{HOST}:{PORT}/", timeout=1.0, allow_private=True, **its_rules):
    question = a_question(1, target=target, kind="http", rules=its_rules, timeout=timeout)
    return await ask(question, allow_private=allow_private)


async def answered(*packets: bytes, **its_rules):
    async with Server(*packets):
        return await asked(**its_rules)


def page(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body) if length is None else length}", "", ""]
    return "\r\n".join(lines).encode() + body


# --- good answers -----------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"), id="gzip"),
        pytest.param(page(zlib.compress(PAGE.encode()), "Content-Encoding: deflate"), id="deflate"),
        pytest.param(page(brotli.compress(PAGE.encode()), "Content-Encoding: br"), id="br"),
        pytest.param(
            page(brotli.compress(gzip.compress(PAGE.encode())), "Content-Encoding: gzip", "content-encoding: BR"),
            id="gzip, then br",
        ),
        pytest.param(page(PAGE.encode("iso-8859-9"), "Content-Type: text/html; charset=iso-8859-9"), id="Latin-5"),
        pytest.param(page(PAGE.encode("cp1254"), 'content-type: text/html; Charset="Windows-1254"'), id="windows-1254"),
        pytest.param(page(f'<meta charset="windows-1254">{PAGE}'.encode("cp1254")), id="meta"),
        pytest.param(
            page(f'<META http-equiv=Content-Type content="text/html; charset=iso-8859-9">{PAGE}'.encode("cp1254")),
            id="the meta of old pages",
        ),
        pytest.param(page(PAGE.encode("cp1254")), id="windows-1254 without a word"),
        pytest.param(page(b"\xff\xfe" + PAGE.encode("utf-16-le"), "Content-Type: text/html; charset=utf-8"), id="mark"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + page(PAGE.encode()), id="100 first"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + page(PAGE.encode()), id="103 first"),
        pytest.param(page(PAGE.encode(), "Content-Length: 47"), id="a length said twice"),
    ],
)
async def test_a_good_answer_is_good_however_it_is_packed_and_written(answer):
    assert (await answered(answer, **MUST_HOLD)).error == ""


async def test_the_end_of_chunks_is_counted_not_looked_for():
    first, second = b"c\r\n0\r\n\r\n", "Tahsilat açık".encode()
    packets = [CHUNKED + first, second[:7] + b"\r\n%x\r\n" % len(second) + second + b"\r\n0\r\n\r\n"]
    assert (await answered(*packets, **MUST_HOLD)).error == ""


# --- broken ones ------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(b"Tahsilat", length=5_000), "the answer broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nTahsilat\r\n", "the answer broke off"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nTahsilat",
            "the chunks of the answer are nonsense",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "no HTTP answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\nTahsilat", "no HTTP answer"),
        (page(b"Tahsilat", "Content-Encoding: gzip"), "the body cannot be unpacked"),
        (page(gzip.compress(PAGE.encode(), mtime=0)[:30], "Content-Encoding: gzip"), "the body cannot be unpacked"),
        (page(b"Tahsilat", "Content-Encoding: kriptex"), "the body is packed in an unknown way"),
        (page(b"Tahsilat", "Content-Encoding: gzip, gzip, gzip, gzip"), "the body is packed in an unknown way"),
    ],
)
async def test_a_broken_answer_is_a_fault_that_is_named(answer, error):
    outcome = await answered(answer, fail_if_body_not_matches_regexp=["Tahsilat"])
    assert (outcome.error, outcome.raw) == (error, Result.FAIL)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_is_cut_at_the_bound(coding):
    packer = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[coding]
    bomb = packer(packer(bytes(50_000_000))) if coding != "br" else packer(bytes(50_000_000))
    codings = [coding] * (2 if coding != "br" else 1)
    began = time.process_time()
    assert len(unpacked(bomb, codings)) == BODY_LIMIT
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("label", ["idna", "punycode", "rot13", "unicode_escape", "zlib", "utf-7", "x" * 40])
def test_a_charset_is_one_of_the_webs_or_none(label):
    assert text_of("açık".encode(), f"text/html; charset={label}") == "açık"


# --- secrets ----------------------------------------------------------------

SECRETS = {"Authorization": "Bearer gizli", "cookie": "oturum=gizli", "X-Api-Key": "gizli", "Accept-Language": "tr"}
ELSEWHERE = [f"http://localhost:{PORT + 1}/", f"//{HOST}:{PORT + 1}/", f"http://{HOST}:{PORT + 1}/"]


@pytest.mark.parametrize("there", ELSEWHERE, ids=["another name", "another port", "both"])
async def test_only_the_first_host_sees_what_a_check_sends(there):
    away = page(b"", f"Location: {there}").replace(b"200 OK", b"302 Found")
    async with Server(away) as first, Server(page(b"ok"), port=PORT + 1) as second:
        outcome = await asked(headers=SECRETS)
    assert outcome.error == ""
    assert first.asked[0].count("gizli") == 3
    assert "gizli" not in second.asked[0]
    assert "Accept-Language: tr" in second.asked[0]


async def test_on_its_own_host_a_redirect_takes_them_along():
    async with Server(page(b"", "Location: /son").replace(b"200 OK", b"302 Found")) as first:
        await asked(headers=SECRETS)
    assert [one.count("gizli") for one in first.asked] == [3] * 11


def test_what_was_left_behind_is_not_picked_up_on_the_way_back():
    home = Request.of(a_question(1, target="https://a.test/", rules={"headers": SECRETS}))
    there = home.redirected(302, "https://b.test/")
    assert b"gizli" in home.as_bytes()
    assert b"gizli" not in there.redirected(302, "https://a.test/").as_bytes()
    assert b"gizli" not in home.redirected(302, "http://a.test/").as_bytes()


def test_a_form_is_not_handed_to_another_host():
    form = {"method": "POST", "body": "parola=gizli"}
    home = Request.of(a_question(1, target="http://a.test/giris", rules=form))
    with pytest.raises(WrongAnswer):
        home.redirected(307, "http://b.test/giris")
    assert home.redirected(308, "https://a.test/giris").body == b"parola=gizli"
    assert home.redirected(303, "http://b.test/son").as_bytes().startswith(b"GET /son ")
    assert b"gizli" not in home.redirected(303, "http://b.test/son").as_bytes()


async def test_a_redirect_is_judged_when_its_socket_opens():
    away = page(b"", "Location: http://169.254.169.254/latest/").replace(b"200 OK", b"302 Found")
    assert (await answered(away)).error == "forbidden address"


# --- names and addresses ----------------------------------------------------


@pytest.mark.parametrize(
    ("target", "host", "line"),
    [
        ("https://ödeme.bel.test/", "xn--deme-4qa.bel.test", "GET / HTTP/1.1"),
        ("https://TAHSİLAT.bel.test/", None, "GET / HTTP/1.1"),
        ("https://bel.test/işlem/açık?ş=ı", "bel.test", "GET /i%C5%9Flem/a%C3%A7%C4%B1k?%C5%9F=%C4%B1 HTTP/1.1"),
        ("https://bel.test/%C3%A7?a=%20", "bel.test", "GET /%C3%A7?a=%20 HTTP/1.1"),
        ("https://[2001:db8::1]:8443/", "2001:db8::1", "GET / HTTP/1.1"),
    ],
)
def test_addresses_travel_in_ascii(target, host, line):
    request = Request.of(a_question(1, target=target))
    assert request.as_bytes().decode("ascii").startswith(line)
    assert request.host == (host or request.host)
    assert request.host.isascii()


@pytest.mark.parametrize(
    "location",
    ["mailto:a@b.test", "javascript:alert(1)", "http://[::1/", "http://a:99999/", "/a\x01b", "ftp://a.test/"],
)
def test_a_location_that_is_no_address_is_a_fault(location):
    with pytest.raises(WrongAnswer):
        Request.of(a_question(1, target="http://a.test/")).redirected(302, location)


def full_house(address: str) -> list[socket.socket]:
    """A port that takes no more callers: who calls now hears nothing at all."""
    listening = socket.create_server((address, PORT), backlog=0)
    calls = [listening]
    for _call in range(4):
        calling = socket.socket()
        calling.setblocking(False)
        calling.connect_ex((address, PORT))
        calls.append(calling)
    return calls


@pytest.fixture
def two_addresses(monkeypatch):
    async def both(host, port):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in ("127.0.0.2", "127.0.0.1")
        ]

    monkeypatch.setattr(sockets, "places", both)


async def test_the_next_address_is_tried_while_the_first_says_nothing(two_addresses):
    silent = full_house("127.0.0.2")
    try:
        async with Server(page(b"ok")):
            outcome = await asked(target=f"http://iki.test:{PORT}/", timeout=3.0)
    finally:
        for one in silent:
            one.close()
    assert outcome.error == ""
    assert 0.2 < outcome.phases["connect"] < 2


async def test_the_next_address_is_tried_when_the_first_refuses_and_all_refusing_is_a_refusal(two_addresses):
    async with Server(page(b"ok")):
        assert (await asked(target=f"http://iki.test:{PORT}/")).error == ""
    assert (await asked(target=f"http://iki.test:{PORT}/")).error == "connection refused"


async def test_each_address_of_a_name_is_judged(two_addresses, monkeypatch):
    opened = []
    monkeypatch.setattr(sockets, "guarded_socket", lambda info, policy: opened.append(info) or addresses.guarded_socket)
    assert (await asked(target=f"http://iki.test:{PORT}/", allow_private=False)).error == "forbidden address"
    assert opened == []


def test_the_first_request_says_who_it_is_for():
    request = Request.of(a_question(1, target="https://10.0.0.1/", rules={"headers": {"HOST": "vezne.test:8443"}}))
    assert request.tls_name == "vezne.test"
    assert b"\r\nHOST: vezne.test:8443\r\n" in request.as_bytes()
    assert request.redirected(302, "/son").tls_name == "vezne.test"
    assert request.redirected(302, "https://10.0.0.1/son").tls_name == "10.0.0.1"
    assert urlsplit("https://10.0.0.1/son") == request.redirected(302, "https://10.0.0.1/son").url


def test_a_name_and_password_in_the_address_are_sent_as_such():
    request = Request.of(a_question(1, target="https://ad:par%40ola@bel.test/"))
    assert b"\r\nAuthorization: Basic YWQ6cGFyQG9sYQ==\r\n" in request.as_bytes()
    assert b"\r\nHost: bel.test\r\n" in request.as_bytes()


# --- values in JSON ---------------------------------------------------------

VALUES = {"queue": {"depth": 3, "names": ["a"], "late": None, "share": 0.5}, "up": True, "state": "ok", "empty": ""}


@pytest.mark.parametrize(
    ("wanted", "is_right"),
    [
        ({"path": "queue.depth"}, True),
        ({"path": "queue.late"}, False),
        ({"path": "queue.gone"}, False),
        ({"path": "queue.depth", "equals": 3}, True),
        ({"path": "up", "equals": 1}, False),
        ({"path": "up", "equals": True}, True),
        ({"path": "queue.depth", "below": 10}, True),
        ({"path": "queue.depth", "above": 3}, False),
        ({"path": "queue.share", "above": 0, "below": 1}, True),
        ({"path": "up", "below": 10}, False),
        ({"path": "state", "below": 10}, False),
        ({"path": "queue.gone", "above": -1}, False),
        ({"path": "queue.depth", "type": "number"}, True),
        ({"path": "queue.depth", "type": "number", "below": 3}, False),
        ({"path": "up", "type": "number"}, False),
        ({"path": "up", "type": "boolean"}, True),
        ({"path": "queue.names", "type": "array"}, True),
        ({"path": "queue", "type": "object"}, True),
        ({"path": "queue.late", "type": "null"}, True),
        ({"path": "empty", "type": "string"}, True),
        ({"path": "queue.depth", "type": "string"}, False),
    ],
)
async def test_a_value_is_of_its_type_and_within_its_bounds(wanted, is_right):
    assert rules.faults("http", {"json": [wanted]}) == []
    outcome = await answered(page(json.dumps(VALUES).encode()), json=[wanted])
    assert outcome.error == ("" if is_right else f"{wanted['path']} is not as it should be")


def test_demands_on_values_are_checked_when_typed():
    for wrong in ({"path": "a", "type": "int"}, {"path": "a", "above": "3"}, {"above": 3}, {"path": "a", "more": 1}):
        assert rules.faults("http", {"json": [wrong]}), wrong
