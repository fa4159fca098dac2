"""For maintainers: fetch the front-end files we ship, and write down what they are."""

import base64
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand


@dataclass(frozen=True)
class Piece:
    """One file of one npm package, and where it lies in our tree."""

    package: str
    version: str
    licence: str
    file: str
    target: str


PIECES = (
    Piece("htmx.org", "2.0.11", "0BSD", "dist/htmx.min.js", "config/static/vendor/htmx.min.js"),
    Piece("axe-core", "4.14.1", "MPL-2.0", "axe.min.js", "tests/vendor/axe.min.js"),
)
MANIFEST = Path("config/static/vendor/manifest.json")


class Command(BaseCommand):
    help = "Fetch vendored front-end files with npm pack and rewrite their manifest."

    def handle(self, **options) -> None:
        rows = []
        for piece in PIECES:
            content = fetch(piece)
            target = settings.BASE_DIR / piece.target
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            rows.append({**piece.__dict__, "sha512": sha512(content)})
            self.stdout.write(f"{piece.package} {piece.version} → {piece.target}")
        (settings.BASE_DIR / MANIFEST).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def fetch(piece: Piece) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        package = f"{piece.package}@{piece.version}"
        packed = subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
        )
        archive = (Path(folder) / packed.stdout.split()[-1]).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile(f"package/{piece.file}")
        if member is None:
            raise FileNotFoundError(f"{package} has no {piece.file}")
        return member.read()


def sha512(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
