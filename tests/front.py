"""The front door of deploy/nginx as it is, in front of given ports: only names, ports and folders are put in."""

import datetime
import ipaddress
import os
import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
MAIN = """
{user} worker_processes 1; daemon off; pid {work}/pid; error_log {work}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 9000; }}
http {{
    access_log off; include /etc/nginx/mime.types; default_type application/octet-stream;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
    include {work}/nobet.conf;
}}
"""


@dataclass
class Front:
    """A running nginx; `url` is where browsers knock, `insecurely` believes its certificate."""

    port: int
    work: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def insecurely(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.work / "tls.pem"))


@contextmanager
def front(*, pages: int, sockets: int, snapshot: Path, port: int = 0) -> Iterator[Front]:
    """nginx with our configuration before the workers at `pages` and daphne at `sockets`."""
    with tempfile.TemporaryDirectory(prefix="nobet-nginx-") as name:
        work, port = Path(name), port or servers.free_port()
        work.chmod(0o755)
        certify(work)
        (work / "nobet.conf").write_text(
            placed(work, port, {"8001": pages, "8002": sockets}, snapshot).replace("/srv/nobet", str(ROOT))
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (work / "nginx.conf").write_text(MAIN.format(work=work, user=user))
        running = subprocess.Popen(
            [servers.program("nginx"), "-c", str(work / "nginx.conf"), "-e", f"{work}/error.log"]
        )
        try:
            servers.answers("127.0.0.1", port)
            yield Front(port, work)
        finally:
            servers.stop(running)


def placed(work: Path, port: int, upstreams: dict[str, int], snapshot: Path) -> str:
    """The text of deploy/nginx/nobet.conf for this machine."""
    text = (ROOT / "deploy/nginx/nobet.conf").read_text(encoding="utf-8")
    included = (ROOT / "deploy/nginx/public.conf").read_text(encoding="utf-8")
    text = text.replace("include /srv/nobet/deploy/nginx/public.conf;", included)
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{servers.free_port()};").replace(
        "listen 443", f"listen 127.0.0.1:{port}"
    )
    text = text.replace("nobet.example.bel.tr", "localhost").replace("/etc/nobet/", f"{work}/")
    text = text.replace("/srv/nobet/var/snapshot", str(snapshot))
    for written, real in upstreams.items():
        text = text.replace(f"127.0.0.1:{written}", f"127.0.0.1:{real}")
    return text


def certify(folder: Path) -> None:
    """A certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "tls.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "tls.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
