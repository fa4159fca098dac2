"""Our `/probe` beside a real blackbox_exporter: the same doors, the same answers under the same names."""

import asyncio
import os
import ssl
import subprocess
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import TestCase, override_settings
from prometheus_client.parser import text_string_to_metric_families as read_text

from monitoring.models import Check
from monitoring.probing import sockets
from tests import servers
from tests.monitoring.land import a_province
from tests.monitoring.test_prometheus import SHIPPED

HOST = "127.0.0.1"
PLAIN, TLS, FOREIGN, SILENT, REFUSED = range(5)  # the ports, counted from the first
PAGES = {
    "/": b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nmerhaba",
    "/away": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "/loop": b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "/broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PATIENCE = {"X-Prometheus-Scrape-Timeout-Seconds": "1.5"}

# What one of the two does not say, and why nobody misses it.
OURS_ALONE = {"probe_timeout_seconds"}  # theirs has it from 0.26 on
THEIRS_ALONE = {
    "probe_ip_protocol",  # we ask the first address that accepts, whichever it is
    "probe_ip_addr_hash",
    "probe_failed_due_to_regex",  # our checks keep why they failed in words
    "probe_http_content_length",
    "probe_http_uncompressed_body_length",
    "probe_http_version",
    "probe_http_last_modified_timestamp_seconds",
    "probe_ssl_last_chain_expiry_timestamp_seconds",
    "probe_ssl_last_chain_info",
    "probe_tls_version_info",
}
MEASURED = {"probe_duration_seconds", "probe_dns_lookup_time_seconds", "probe_http_duration_seconds"}


class Authority:
    """A certificate authority of our own, with one in between that ends sooner than what it signs."""

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        self.root, self.root_key = signed(f"{name} kök", days=900)
        self.middle, self.middle_key = signed(f"{name} ara", days=20, by=(self.root, self.root_key))
        self.file = folder / f"{name}-ca.pem"
        self.file.write_bytes(pem(self.root))

    def context(self) -> ssl.SSLContext:
        """For a server on this machine, which presents its own certificate and the one in between."""
        leaf, key = signed(HOST, days=60, by=(self.middle, self.middle_key), address=HOST)
        chain = self.folder / f"{self.name}.pem"
        plain = serialization.NoEncryption()
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        chain.write_bytes(pem(leaf) + pem(self.middle) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def signed(name: str, *, days: int, by=None, address: str = ""):
    """A certificate and its key; an authority unless it is for an address."""
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority, signing = by or (None, key)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not address, path_length=None), critical=True)
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate = certificate.add_extension(names, critical=False)
    return certificate.sign(signing, hashes.SHA256()), key


class Street:
    """Five neighbouring doors: plain, with a certificate, with a stranger's, one that is silent, one that is shut."""

    def __init__(self, known: Authority, stranger: Authority):
        self.first = servers.free_range(5)
        self.known, self.stranger = known, stranger
        self.loop, self.is_open = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self.live()], daemon=True)

    def port(self, number: int) -> int:
        return self.first + number

    async def live(self) -> None:
        self.leaving = asyncio.Event()
        await asyncio.start_server(answer, HOST, self.port(PLAIN))
        await asyncio.start_server(answer, HOST, self.port(TLS), ssl=self.known.context())
        await asyncio.start_server(answer, HOST, self.port(FOREIGN), ssl=self.stranger.context())
        await asyncio.start_server(lambda reader, writer: self.leaving.wait(), HOST, self.port(SILENT))
        self.is_open.set()
        await self.leaving.wait()

    def open(self) -> None:
        self.thread.start()
        assert self.is_open.wait(10)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.leaving.set)
        self.thread.join(5)


async def answer(reader, writer) -> None:
    head = await reader.read(4096)
    words = head.split()
    if len(words) > 1:
        writer.write(PAGES.get(words[1].decode("latin-1"), GONE))
        await writer.drain()
    writer.close()


@pytest.mark.prometheus
@override_settings(PROBE_ALLOW_PRIVATE=True)
class BesideTheRealOne(TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nobet-blackbox-")))
        known, stranger = Authority(folder, "bizim"), Authority(folder, "yabanci")
        self.street = Street(known, stranger)
        self.street.open()
        self.addCleanup(self.street.close)
        self.trust(known.file)
        self.start_blackbox(known.file)
        a_province("69", 1)
        self.check_of = Check.objects.get()

    def trust(self, file: Path) -> None:
        """Both programs read SSL_CERT_FILE; ours once."""
        self.enterContext(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(file))
        sockets.trusting.cache_clear()
        self.addCleanup(sockets.trusting.cache_clear)

    def start_blackbox(self, authority: Path) -> None:
        self.theirs = f"{HOST}:{servers.free_port()}"
        running = subprocess.Popen(
            [
                servers.program("prometheus-blackbox-exporter"),
                f"--config.file={SHIPPED / 'blackbox.yml'}",
                f"--web.listen-address={self.theirs}",
            ],
            env={"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": "/nonexistent"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(servers.stop, running)
        servers.answers(*self.theirs.split(":"))

    def both(self, target: str, module: str = "http_2xx") -> tuple[dict, dict]:
        """What the two say of one target: by metric name and labels, the values."""
        kind = {"http_2xx": "http", "tcp_connect": "tcp", "tls_connect": "tls"}[module]
        Check.objects.filter(pk=self.check_of.pk).update(target=target, kind=kind)
        asked = {"target": target, "module": module}
        ours = self.client.get("/probe", asked, headers=PATIENCE)
        theirs = requests.get(f"http://{self.theirs}/probe", asked, headers=PATIENCE, timeout=10)
        self.assertEqual((ours.status_code, theirs.status_code), (200, 200))
        return samples(ours.content.decode()), samples(theirs.text)

    def agree(self, target: str, module: str = "http_2xx") -> dict:
        """Every name that both give is the same gauge with the same value; what one gives alone is named above."""
        ours, theirs = self.both(target, module)
        self.assertEqual({key for key in ours.keys() - theirs.keys() if key[0] not in OURS_ALONE}, set(), target)
        self.assertEqual({key for key in theirs.keys() - ours.keys() if key[0] not in THEIRS_ALONE}, set(), target)
        for key in ours.keys() & theirs.keys():
            if key[0] not in MEASURED:
                self.assertEqual(ours[key], theirs[key], (target, key))
        return {name: value for (name, labels), value in ours.items() if not labels}

    def web(self, path: str, port: int = PLAIN, scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{self.street.port(port)}{path}"

    def test_http(self):
        for path, success, status in [
            ("/", 1, 200),
            ("/gone", 0, 404),
            ("/broken", 0, 500),
            ("/away", 1, 200),
        ]:
            said = self.agree(self.web(path))
            self.assertEqual((said["probe_success"], said["probe_http_status_code"]), (success, status), path)

    def test_nobody_answers(self):
        for target in (self.web("/", REFUSED), self.web("/", SILENT)):
            self.assertEqual(self.agree(target)["probe_success"], 0, target)

    def test_a_circle_of_redirects_is_left(self):
        said = self.agree(self.web("/loop"))
        self.assertEqual((said["probe_success"], said["probe_http_status_code"]), (0, 302))

    def test_silence_ends_with_the_scrapers_patience(self):
        ours, theirs = self.both(self.web("/", SILENT))
        for said in (ours, theirs):
            self.assertGreater(said["probe_duration_seconds", ()], 0.9)
            self.assertLess(said["probe_duration_seconds", ()], 1.4)

    def test_certificates(self):
        said = self.agree(self.web("/", TLS, "https"))
        self.assertEqual((said["probe_success"], said["probe_http_ssl"]), (1, 1))
        ends = self.street.known.middle.not_valid_after_utc.timestamp()
        self.assertEqual(said["probe_ssl_earliest_cert_expiry"], ends, "the earliest of the chain, not the leaf's")
        self.assertEqual(self.agree(self.web("/", FOREIGN, "https"))["probe_success"], 0)

    def test_tcp_and_tls(self):
        for number, module, success in [
            (PLAIN, "tcp_connect", 1),
            (REFUSED, "tcp_connect", 0),
            (TLS, "tls_connect", 1),
            (FOREIGN, "tls_connect", 0),
            (SILENT, "tls_connect", 0),
        ]:
            said = self.agree(f"{HOST}:{self.street.port(number)}", module)
            self.assertEqual(said["probe_success"], success, (number, module))


def samples(text: str) -> dict[tuple, float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in read_text(text)
        if family.name.startswith("probe_")
        for sample in family.samples
    }
