"""Each kind of question over real sockets: rules, redirects, certificates, guards."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import dns.message
import dns.rrset
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitoring.checks.verdicts import Result
from monitoring.probing.run import ask
from tests import servers
from tests.monitoring.test_prober import a_question

pytestmark = pytest.mark.once("postgresql", "asks no database")

PORT = servers.free_range(1)
HOST = "127.0.0.1"


async def outcome(rules=None, *, path="/", kind="http", target=None, allow_private=True, timeout=1.0):
    target = target or f"http://{HOST}:{PORT}{path}"
    question = a_question(1, target=target, kind=kind, rules=rules or {}, timeout=timeout)
    return await ask(question, allow_private=allow_private)


@pytest.fixture
async def web():
    """Answers by path: /json, /chunked, /redirect, /loop, /inward, /half, /echo."""

    async def answer(reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = request.split()[1]
        writer.write(PAGES.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        if path == "/echo":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + request.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, HOST, PORT) as server:
        yield server


PAGES = {
    "/": b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX-Part: vezne\r\n\r\nmerhaba",
    "/json": b'HTTP/1.1 200 OK\r\n\r\n{"status":"ok","queue":[{"depth":3}]}',
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nmer\r\n4\r\nhaba\r\n0\r\n\r\n",
    "/redirect": b"HTTP/1.1 302 Found\r\nLocation: /json\r\n\r\n",
    "/loop": b"HTTP/1.1 302 Found\r\nLocation: /loop\r\n\r\n",
    "/inward": b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n\r\n",
    "/half": b"HTTP/1.1 200",
    "/echo": b"",
}


@pytest.mark.parametrize(
    ("path", "rules", "error"),
    [
        ("/", {}, ""),
        ("/", {"fail_if_body_not_matches_regexp": ["merhaba"]}, ""),
        ("/chunked", {"fail_if_body_not_matches_regexp": ["^merhaba$"]}, ""),
        ("/", {"fail_if_body_not_matches_regexp": ["iyi"]}, "the body lacks what it must hold"),
        ("/", {"fail_if_body_matches_regexp": ["mer"]}, "the body holds what it must not"),
        ("/", {"valid_status_codes": [204]}, "HTTP 200"),
        ("/", {"fail_if_not_ssl": True}, "not encrypted"),
        ("/", {"fail_if_header_not_matches": [{"header": "X-Part", "regexp": "^vezne$"}]}, ""),
        (
            "/",
            {"fail_if_header_not_matches": [{"header": "X-Gone", "regexp": "."}]},
            "header X-Gone is not as it should be",
        ),
        (
            "/",
            {"fail_if_header_matches": [{"header": "X-Part", "regexp": "v"}]},
            "header X-Part is as it should not be",
        ),
        ("/json", {"json": [{"path": "queue.0.depth", "equals": 3}]}, ""),
        ("/json", {"json": [{"path": "status", "equals": "down"}]}, "status is not as it should be"),
        ("/json", {"json": [{"path": "nowhere.1", "equals": 1}]}, "nowhere.1 is not as it should be"),
        ("/redirect", {}, ""),
        ("/redirect", {"follow_redirects": False}, "HTTP 302"),
        ("/loop", {}, "too many redirects"),
        ("/half", {}, "no HTTP answer"),
        ("/gone", {}, "HTTP 404"),
        ("/", {"headers": {"X": "a\r\nEvil: b"}}, "a header carries a line break"),
    ],
)
async def test_rules_of_http(web, path, rules, error):
    result = await outcome(rules, path=path)
    assert (result.error, result.raw) == (error, Result.FAIL if error else Result.OK)


async def test_phases_add_up_to_the_duration(web):
    result = await outcome()
    assert set(result.phases) == {"resolve", "connect", "processing", "transfer"}
    assert sum(result.phases.values()) == pytest.approx(result.duration, abs=0.01)


async def test_a_redirect_into_our_own_network_is_refused(web):
    assert (await outcome(path="/inward")).error == "forbidden address"


@pytest.mark.parametrize("host", [HOST, "2130706433", "[::ffff:127.0.0.1]"])
async def test_private_addresses_need_the_platforms_policy(web, host):
    result = await outcome(target=f"http://{host}:{PORT}/", allow_private=False)
    assert result.raw is Result.FAIL
    assert result.error == "forbidden address"


async def test_tcp_opens_the_door_or_says_why(web):
    assert (await outcome(kind="tcp", target=f"{HOST}:{PORT}")).is_ok
    assert (await outcome(kind="tcp", target=f"{HOST}:9")).error == "connection refused"


async def test_a_silent_server_is_a_timeout():
    async with await asyncio.start_server(lambda reader, writer: asyncio.sleep(5), HOST, PORT):
        result = await outcome(timeout=0.3)
    assert (result.error, result.raw) == ("timeout", Result.FAIL)
    assert 0.25 < result.duration < 1


def a_certificate(path, days: int):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "belediye.test")])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at - timedelta(days=90))
        .not_valid_after(at + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize(("days", "error"), [(60, ""), (5, "the certificate ends in 5 days")])
async def test_tls_tells_how_long_the_certificate_lasts(tmp_path, days, error):
    context = a_certificate(tmp_path / "pem", days)
    async with await asyncio.start_server(lambda reader, writer: writer.close(), HOST, PORT, ssl=context):
        rules = {"tls_config": {"insecure_skip_verify": True}}
        result = await outcome(rules, kind="tls", target=f"{HOST}:{PORT}")
        unverified = await outcome(kind="tls", target=f"{HOST}:{PORT}")
    assert result.error == error
    left = result.figures["probe_ssl_earliest_cert_expiry"] - datetime.now(UTC).timestamp()
    assert left == pytest.approx(days * 86_400, abs=60)
    assert unverified.error.startswith("certificate: ")


@pytest.mark.parametrize(
    ("kind", "greeting", "error"),
    [
        ("smtp", b"220 posta.test ESMTP\r\n", ""),
        ("smtp", b"554 no\r\n", "an unexpected greeting"),
        ("imap", b"* OK ready\r\n", ""),
        ("imap", b"* BYE\r\n", "an unexpected greeting"),
    ],
)
async def test_mail_servers_say_hello(kind, greeting, error):
    async def greet(reader, writer):
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, HOST, PORT):
        assert (await outcome(kind=kind, target=f"{HOST}:{PORT}")).error == error


class Nameserver(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        if question.question[0].name.to_text() == "belediye.test.":
            answer.answer.append(dns.rrset.from_text("belediye.test.", 60, "IN", "A", "192.0.2.7"))
        else:
            answer.set_rcode(3)
        self.transport.sendto(answer.to_wire(), address)


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ({"query_name": "belediye.test"}, ""),
        ({"query_name": "yok.test"}, "NXDOMAIN"),
        ({}, "no name to ask for"),
        (
            {"query_name": "belediye.test", "validate_answer_rrs": {"fail_if_not_matches_regexp": ["192.0.2.9"]}},
            "the answer is not as it should be",
        ),
    ],
)
async def test_dns_answers_are_read(rules, error):
    transport, _server = await asyncio.get_running_loop().create_datagram_endpoint(Nameserver, (HOST, PORT))
    try:
        assert (await outcome(rules, kind="dns", target=f"{HOST}:{PORT}")).error == error
    finally:
        transport.close()


def test_questions_share_the_codes_of_success():
    """Ten thousand sets of a hundred numbers would be a third of the prober's memory."""
    assert a_question(1).wanted_status is a_question(2).wanted_status
    assert 299 in a_question(1).wanted_status
    assert 300 not in a_question(1).wanted_status
