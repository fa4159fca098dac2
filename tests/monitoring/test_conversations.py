"""Kinds that talk before they judge: mail servers of many lines and STARTTLS, TCP that expects, DNS cut off, IPv6."""

import asyncio
import os
import socket
import ssl
import struct
import subprocess
from contextlib import asynccontextmanager

import aiohttp
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import yaml
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Sink

from monitoring.checks import rules as check_rules
from monitoring.checks.verdicts import Result
from monitoring.probing import dns as dns_kind
from monitoring.probing import icmp, run, sockets
from monitoring.probing.probe import WrongAnswer
from tests import servers
from tests.monitoring.test_prober import a_question
from tests.monitoring.test_tls_beside_blackbox import ROOT, context_of, leaf, papers, pem

pytestmark = pytest.mark.once("postgresql", "asks no database")

HOST = "127.0.0.1"
PORT = servers.free_range(1)
SELF_SIGNED = {"tls_config": {"insecure_skip_verify": True}}


async def asked(kind, rules=None, *, target=f"{HOST}:{PORT}", timeout=2.0):
    assert check_rules.faults(kind, rules or {}) == []
    question = a_question(1, target=target, kind=kind, rules=rules or {}, timeout=timeout)
    return await run.ask(question, allow_private=True)


@asynccontextmanager
async def talking(*script: bytes | None, context: ssl.SSLContext | None = None):
    """Says each line after something was heard, the first at once; None waits; the end closes."""

    async def talk(reader, writer):
        for number, line in enumerate(script):
            if number:
                await reader.readline()
            writer.write(line)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, HOST, PORT) as server:
        yield server


# --- mail -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "greeting", "error"),
    [
        ("smtp", b"220 posta.bel.test ESMTP\r\n", ""),
        ("smtp", b"220-posta.bel.test\r\n220-Yetkisiz kullanim yasaktir\r\n220 hazir\r\n", ""),
        ("smtp", b"220-posta.bel.test\r\n", "an unexpected greeting"),
        ("smtp", b"220-posta.bel.test\r\n554 yok\r\n", "an unexpected greeting"),
        ("smtp", b"554-posta.bel.test\r\n554 yok\r\n", "an unexpected greeting"),
        ("smtp", b"2200 sifir\r\n", "an unexpected greeting"),
        ("smtp", b"220-" + b"a" * 100_000 + b"\r\n", "an unexpected greeting"),
        ("smtp", b"220-x\r\n" * 200 + b"220 x\r\n", "an unexpected greeting"),
        ("imap", b"* OK [CAPABILITY IMAP4rev1] hazir\r\n", ""),
        ("imap", b"* ok hazir\r\n", ""),
        ("imap", b"* PREAUTH hazir\r\n", ""),
        ("imap", b"* BYE dolu\r\n", "an unexpected greeting"),
        ("imap", b"", "an unexpected greeting"),
    ],
)
async def test_a_greeting_has_as_many_lines_as_it_likes(kind, greeting, error):
    async with talking(greeting):
        assert (await asked(kind)).error == error


@pytest.fixture
async def post_office(tmp_path):
    """A real SMTP server with STARTTLS, and a certificate for thirty days that nobody knows."""
    context = context_of(papers("posta", names=(HOST,), days=30), tmp_path)
    office = UnthreadedController(
        Sink(), HOST, PORT, loop=asyncio.get_running_loop(), server_hostname="posta.bel.test", tls_context=context
    )
    office.server = await office.loop.create_server(office._factory_invoker, HOST, PORT)
    yield office
    office.server.close()


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({}, ""),
        ({"starttls": True} | SELF_SIGNED, ""),
        ({"starttls": True, "min_days": 20} | SELF_SIGNED, ""),
        ({"starttls": True, "min_days": 45} | SELF_SIGNED, "the certificate ends in 30 days"),
        ({"starttls": True}, "certificate: self-signed certificate"),
    ],
)
async def test_starttls_of_a_real_mail_server(post_office, rules, error):
    outcome = await asked("smtp", rules)
    assert outcome.error == error
    if rules.get("starttls") and "tls_config" in rules:
        assert outcome.figures["probe_ssl_earliest_cert_expiry"] > 0
        assert {"connect", "tls", "processing"} <= set(outcome.phases)


@pytest.mark.parametrize(
    ("kind", "script", "error"),
    [
        ("smtp", [b"220 x\r\n", b"250-x\r\n250 HELP\r\n"], "the server does not offer STARTTLS"),
        ("smtp", [b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"454 yok\r\n"], "the server does not offer STARTTLS"),
        ("smtp", [b"220 x\r\n", b"500 ne\r\n"], "the server does not offer STARTTLS"),
        ("smtp", [b"220 x\r\n", b"250 STARTTLS\r\n", b"220 ok\r\n250 araya giren\r\n"], "TLS handshake failed"),
        ("imap", [b"* OK x\r\n", b"* CAPABILITY X\r\nn1 BAD yok\r\n"], "the server does not offer STARTTLS"),
        ("imap", [b"* OK x\r\n", b"n1 OK basla\r\n* araya giren\r\n"], "TLS handshake failed"),
    ],
)
async def test_who_does_not_offer_starttls_or_says_more_in_plain_is_not_believed(kind, script, error):
    async with talking(*script):
        assert (await asked(kind, {"starttls": True} | SELF_SIGNED)).error == error


async def test_imap_starttls(tmp_path):
    context = context_of(papers("posta", names=(HOST,), days=30), tmp_path)

    async def talk(reader, writer):
        writer.write(b"* OK hazir\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK basla\r\n")
        await writer.start_tls(context)
        writer.close()

    async with await asyncio.start_server(talk, HOST, PORT):
        outcome = await asked("imap", {"starttls": True, "min_days": 20} | SELF_SIGNED)
    assert outcome.error == ""
    assert outcome.figures


# --- TCP that expects, beside blackbox_exporter -----------------------------

CONVERSATIONS = {
    "nothing": ([], b""),
    "a greeting": ([{"expect": "^SSH-2.0-"}], b"SSH-2.0-OpenSSH_9.2\r\n"),
    "another greeting": ([{"expect": "^SSH-2.0-"}], b"220 posta\r\n"),
    "a later line": ([{"expect": "^hazir$"}], b"bir\r\niki\nhazir\r\n"),
    "a line without an end": ([{"expect": "^hazir$"}], b"hazir"),
    "no line at all": ([{"expect": "."}], b""),
    "saying and hearing": ([{"send": "PING"}, {"expect": "PONG"}], b"+PONG\r\n"),
    "hearing, saying, hearing": ([{"expect": "^220", "send": "QUIT\r"}, {"expect": "^221"}], b"220 x\r\n221 y\r\n"),
    "hearing in the wrong order": ([{"expect": "^221"}, {"expect": "^220"}], b"220 x\r\n221 y\r\n"),
    "Turkish": ([{"expect": "açık"}], "Tahsilat açık\n".encode()),
}


@pytest.fixture
def theirs(tmp_path):
    modules = {
        name: {"prober": "tcp", "tcp": {"preferred_ip_protocol": "ip4", "query_response": steps}}
        for name, (steps, _said) in CONVERSATIONS.items()
    }
    (tmp_path / "blackbox.yml").write_text(yaml.safe_dump({"modules": modules}, allow_unicode=True))
    place = f"{HOST}:{servers.free_port()}"
    running = subprocess.Popen(
        [
            servers.program("prometheus-blackbox-exporter"),
            f"--config.file={tmp_path / 'blackbox.yml'}",
            f"--web.listen-address={place}",
        ],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    servers.answers(*place.split(":"))
    yield place
    servers.stop(running)


@pytest.mark.prometheus
@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_a_conversation_ends_as_blackbox_exporter_has_it(theirs, name):
    steps, said = CONVERSATIONS[name]

    async def talk(reader, writer):
        if steps and "expect" not in steps[0]:
            await reader.readline()
        writer.write(said)
        await writer.drain()
        await asyncio.wait([asyncio.ensure_future(reader.read())], timeout=0.2)
        writer.close()

    async with await asyncio.start_server(talk, HOST, PORT):
        ours = await asked("tcp", {"query_response": steps} if steps else {})
        asking = {"target": f"{HOST}:{PORT}", "module": name}
        async with aiohttp.ClientSession() as session, session.get(f"http://{theirs}/probe", params=asking) as answer:
            its = "probe_success 1" in await answer.text()
    assert ours.is_ok == its
    assert ours.error in ("", "the expected line did not come")


async def test_a_conversation_can_go_on_in_secret(post_office):
    steps = [
        {"expect": "^220 ", "send": "EHLO nobet\r"},
        {"expect": "^250 ", "send": "STARTTLS\r"},
        {"expect": "^220 ", "starttls": True, "send": ""},
        {"send": "EHLO nobet\r"},
        {"expect": "^250 "},
    ]
    outcome = await asked("tcp", {"query_response": steps} | SELF_SIGNED)
    assert outcome.error == ""
    assert outcome.figures["probe_ssl_earliest_cert_expiry"] > 0


def test_a_step_that_expects_a_dear_pattern_is_refused_when_typed():
    dear = {"query_response": [{"expect": "(" * 3}]}
    assert check_rules.faults("tcp", dear)
    assert check_rules.faults("tcp", {"query_response": [{"await": "x"}]})
    assert check_rules.faults("smtp", {"starttls": "evet"})


# --- DNS --------------------------------------------------------------------


def reply_to(data: bytes, *, by_tcp: bool) -> bytes | None:
    question = dns.message.from_wire(data)
    answer, name = dns.message.make_response(question), question.question[0].name.to_text()
    match name:
        case "genis.test.":
            if not by_tcp:
                answer.flags |= dns.flags.TC
                return answer.to_wire()
            answer.answer = [dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{number:0200}"' for number in range(30)))]
        case "takma.test.":
            answer.answer = [
                dns.rrset.from_text(name, 60, "IN", "CNAME", "asil.test."),
                dns.rrset.from_text("asil.test.", 60, "IN", "A", "192.0.2.7"),
            ]
        case "xn--deme-4qa.test.":
            answer.answer = [dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.8")]
        case "bozuk.test.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        case _:
            return None
    return answer.to_wire()


class Nameserver(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(b"cop", address)  # anybody can send us something
        if answer := reply_to(data, by_tcp=False):
            self.transport.sendto(answer, address)


@pytest.fixture
async def nameserver():
    async def by_tcp(reader, writer):
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        answer = reply_to(await reader.readexactly(length), by_tcp=True) or b""
        writer.write(struct.pack("!H", len(answer)) + answer)
        await writer.drain()
        writer.close()

    transport, _server = await asyncio.get_running_loop().create_datagram_endpoint(Nameserver, (HOST, PORT))
    async with await asyncio.start_server(by_tcp, HOST, PORT):
        yield
    transport.close()


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({"query_name": "genis.test", "query_type": "TXT"}, ""),
        ({"query_name": "takma.test", "validate_answer_rrs": {"fail_if_not_matches_regexp": ["192.0.2.7"]}}, ""),
        ({"query_name": "takma.test", "validate_answer_rrs": {"fail_if_not_matches_regexp": ["asil"]}}, ""),
        ({"query_name": "bozuk.test"}, "SERVFAIL"),
        ({"query_name": "bozuk.test", "valid_rcodes": ["SERVFAIL"]}, ""),
        ({"query_name": "ödeme.test"}, ""),
        ({"query_name": "sessiz.test"}, "timeout"),
    ],
)
async def test_dns_answers_of_every_sort(nameserver, rules, error):
    outcome = await asked("dns", rules, timeout=1.0)
    assert (outcome.error, outcome.raw) == (error, Result.FAIL if error else Result.OK)


async def test_a_name_server_with_two_addresses_is_asked_at_the_second(nameserver, monkeypatch):
    async def both(host, port):
        return [(socket.AF_INET, 0, 0, "", (address, port)) for address in ("127.0.0.9", HOST)]

    monkeypatch.setattr(dns_kind, "places", both)
    assert (await asked("dns", {"query_name": "takma.test"}, target=f"iki.test:{PORT}")).error == ""


# --- IPv6 -------------------------------------------------------------------


async def test_everything_that_connects_does_so_by_ipv6():
    async def answer(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "::1", PORT):
        assert (await asked("tcp", target=f"[::1]:{PORT}")).error == ""
        assert (await asked("http", target=f"http://[::1]:{PORT}/")).error == ""


@pytest.mark.parametrize(("family", "home"), [(socket.AF_INET, HOST), (socket.AF_INET6, "::1")])
async def test_an_echo_is_asked_and_told_apart_in_both_families(family, home):
    """Over datagrams of our own: the kernel here lets nobody ping."""
    _protocol, asks, answers = icmp.KINDS[family]

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            assert data[0] == asks
            self.transport.sendto(bytes([answers]) + data[1:], address)

    loop = asyncio.get_running_loop()
    transport, _echo = await loop.create_datagram_endpoint(Echo, (home, PORT))
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        await icmp.exchange(opened, (home, PORT), 4711)
    transport.close()


async def test_an_echo_of_somebody_else_is_none():
    loop = asyncio.get_running_loop()

    class Other(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            self.transport.sendto(data, address)

    transport, _other = await loop.create_datagram_endpoint(Other, (HOST, PORT))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened, pytest.raises(WrongAnswer):
        opened.setblocking(False)
        await icmp.exchange(opened, (HOST, PORT), 4711)
    transport.close()


async def test_papers_of_a_mail_server_are_judged_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "ca.pem").write_bytes(pem(ROOT.certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    sockets.trusting.cache_clear()

    async def answer(reader, writer):
        writer.write(b"220 posta\r\n")
        await writer.drain()
        writer.close()

    try:
        async with await asyncio.start_server(answer, HOST, PORT, ssl=context_of(leaf(names=(HOST,)), tmp_path)):
            assert (await asked("smtp", target=f"smtps://{HOST}:{PORT}")).error == ""
        async with await asyncio.start_server(answer, HOST, PORT, ssl=context_of(leaf(), tmp_path)):
            assert (await asked("smtp", target=f"smtps://{HOST}:{PORT}")).error.startswith("certificate: IP address")
    finally:
        sockets.trusting.cache_clear()
