"""Certificates good and bad, beside a real blackbox_exporter: chains, names, dates, uses, old servers."""

import asyncio
import os
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from prometheus_client.parser import text_string_to_metric_families as read_text

from monitoring.probing import run, sockets
from tests import servers
from tests.monitoring.test_prober import a_question

pytestmark = [pytest.mark.prometheus, pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")]

HOST, NAME = "127.0.0.1", "vezne.bel.test"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nmerhaba"
CURVE = ec.SECP256R1()


@dataclass
class Papers:
    """A certificate with its key, and what it was signed by."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: list[x509.Certificate] = field(default_factory=list)


def papers(
    name: str,
    *,
    by: Papers | None = None,
    names: tuple[str, ...] = (),
    authority: bool = False,
    since: int = -1,
    days: int = 60,
    use=ExtendedKeyUsageOID.SERVER_AUTH,
    key=None,
    algorithm=None,
    hides: bool = False,
) -> Papers:
    """`since` and `days` from today; `hides` leaves its issuer out of what is shown."""
    key, at = key or ec.generate_private_key(CURVE), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=since))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        kinds = [x509.IPAddress(ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names]
        built = built.add_extension(x509.SubjectAlternativeName(kinds), critical=False)
    if not authority:
        built = built.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    certificate = built.sign(by.key if by else key, algorithm or hashes.SHA256())
    above = [by.certificate, *by.chain] if by and not hides else []
    return Papers(certificate, key, above)


ROOT = papers("kök", authority=True, days=900)
MIDDLE = papers("ara", by=ROOT, authority=True, days=300)
EXPIRED_MIDDLE = papers("eski ara", by=ROOT, authority=True, since=-90, days=-3)
STRANGER = papers("yabancı", authority=True)
NO_AUTHORITY = papers("sade", by=ROOT, names=("sade.bel.test",))


def leaf(**more) -> Papers:
    return papers("x", **{"by": MIDDLE, "names": (NAME,), **more})


CASES: dict[str, tuple[Callable[[], Papers], bool]] = {
    "good": (leaf, True),
    "by the root itself": (lambda: leaf(by=ROOT), True),
    "capitals": (lambda: leaf(names=("VEZNE.Bel.Test",)), True),
    "any name of the town": (lambda: leaf(names=("*.bel.test",)), True),
    "any name of a higher town": (lambda: leaf(names=("*.test",)), False),
    "a star in two places": (lambda: leaf(names=("*.*.test",)), False),
    "a part of a name": (lambda: leaf(names=("v*.bel.test",)), False),
    "one of several names": (lambda: leaf(names=("a.test", NAME, "b.test")), True),
    "the common name alone": (lambda: papers(NAME, by=MIDDLE), False),
    "another name": (lambda: leaf(names=("tahsilat.bel.test",)), False),
    "an address instead of the name": (lambda: leaf(names=(HOST,)), False),
    "over": (lambda: leaf(since=-90, days=-1), False),
    "not yet": (lambda: leaf(since=2), False),
    "over in the middle": (lambda: leaf(by=EXPIRED_MIDDLE), False),
    "without its middle": (lambda: leaf(hides=True), False),
    "by itself": (lambda: papers(NAME, names=(NAME,)), False),
    "by a stranger": (lambda: leaf(by=STRANGER), False),
    "by one who may not sign": (lambda: leaf(by=NO_AUTHORITY), False),
    "for clients": (lambda: leaf(use=ExtendedKeyUsageOID.CLIENT_AUTH), False),
    "for code": (lambda: leaf(use=ExtendedKeyUsageOID.CODE_SIGNING), False),
    "an RSA key": (lambda: leaf(key=rsa.generate_private_key(65537, 2048)), True),
}
OLD = {"TLS 1.2": (ssl.TLSVersion.TLSv1_2, True), "TLS 1.1": (ssl.TLSVersion.TLSv1_1, False)}


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def context_of(shown: Papers, folder: Path, most: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    file = folder / f"{shown.certificate.serial_number}.pem"
    plain = serialization.NoEncryption()
    secret = shown.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(pem(shown.certificate, *shown.chain) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if most:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, most
    return context


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """blackbox_exporter; both it and we trust our root and nobody else."""
    (tmp_path / "ca.pem").write_bytes(pem(ROOT.certificate))
    trusted = {"SSL_CERT_FILE": str(tmp_path / "ca.pem"), "SSL_CERT_DIR": "/nonexistent"}
    for name, value in trusted.items():
        monkeypatch.setenv(name, value)
    sockets.trusting.cache_clear()
    module = {"preferred_ip_protocol": "ip4", "headers": {"Host": NAME}}
    (tmp_path / "blackbox.yml").write_text(yaml.safe_dump({"modules": {"named": {"prober": "http", "http": module}}}))
    place = f"{HOST}:{servers.free_port()}"
    running = subprocess.Popen(
        [
            servers.program("prometheus-blackbox-exporter"),
            f"--config.file={tmp_path / 'blackbox.yml'}",
            f"--web.listen-address={place}",
        ],
        env={"PATH": os.environ["PATH"], **trusted},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    servers.answers(*place.split(":"))
    yield place
    servers.stop(running)
    sockets.trusting.cache_clear()


async def both(context: ssl.SSLContext, theirs: str) -> tuple[bool, bool, str]:
    """Whether we and they are content with a server that shows this, and what we say of it."""

    async def answer(reader, writer):
        await reader.read(4096)
        writer.write(PAGE)
        await writer.drain()
        writer.close()

    port = servers.free_port()
    async with await asyncio.start_server(answer, HOST, port, ssl=context):
        target = f"https://{HOST}:{port}/"
        question = a_question(1, target=target, kind="http", rules={"headers": {"Host": NAME}}, timeout=3.0)
        ours = await run.ask(question, allow_private=True)
        asked = {"target": target, "module": "named"}
        async with aiohttp.ClientSession() as session, session.get(f"http://{theirs}/probe", params=asked) as said:
            families = {family.name: family for family in read_text(await said.text())}
    return ours.is_ok, bool(families["probe_success"].samples[0].value), ours.error


async def test_certificates_are_trusted_or_not_as_it_trusts_them(theirs, tmp_path):
    seen = {}
    for name, (make, _right) in CASES.items():
        seen[name] = await both(context_of(make(), tmp_path), theirs)
    assert {name: said for name, said in seen.items() if said[:2] != (CASES[name][1],) * 2} == {}
    refused = [error for ours, _theirs, error in seen.values() if not ours]
    assert all(error.startswith("certificate: ") for error in refused), refused


async def test_old_servers(theirs, tmp_path):
    seen = {name: await both(context_of(leaf(), tmp_path, most), theirs) for name, (most, _right) in OLD.items()}
    assert {name: said[:2] for name, said in seen.items()} == {name: (right,) * 2 for name, (_m, right) in OLD.items()}


async def test_the_name_is_said_when_shaking_hands(theirs, tmp_path):
    """A server of many names shows a stranger's papers to whoever does not say which one is meant."""
    right, wrong = context_of(leaf(), tmp_path), context_of(leaf(by=STRANGER), tmp_path)
    named: list[str] = []

    def choose(connection, name, _context):
        named.append(name)
        connection.context = right if name == NAME else wrong

    wrong.sni_callback = choose
    assert await both(wrong, theirs) == (True, True, "")
    assert named == [NAME, NAME]
