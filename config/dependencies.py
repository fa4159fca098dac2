"""What of others an installation holds: by the lock, with licences from the installed packages.

`manage.py notices` writes THIRD-PARTY-NOTICES.md, `manage.py sbom` a CycloneDX document.
"""

import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from django.conf import settings

NOTICES = Path("THIRD-PARTY-NOTICES.md")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
VENDORED = Path("config/static/vendor/manifest.json")
FONT_LICENCE = "Bitstream Vera, with changes in the public domain"
ELSEWHERE = "named on its page"  # not installed on this platform
HEAD = """# Third-party notices

What Nöbet is installed with (`requirements-production.txt`) and what lies in this tree of others, each under its own
licence. The text of each licence travels with its package (`*.dist-info` in the environment) or lies beside the file.
Written by `manage.py notices`; `manage.py sbom` prints the same as CycloneDX, with addresses and hashes.

| Package | Version | Licence |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class LockedPackage:
    """One package: where it comes from, and the SHA-256 of each file that the lock allows."""

    name: str
    version: str
    licence: str
    ecosystem: str = "pypi"
    files: tuple[tuple[str, str], ...] = ()

    @property
    def purl(self) -> str:
        return f"pkg:{self.ecosystem}/{self.name}@{self.version}"


def shipped() -> list[LockedPackage]:
    """The packages of an installation and the vendored files, by name."""
    return [*locked(), *vendored()]


def locked() -> Iterator[LockedPackage]:
    text = (settings.BASE_DIR / "requirements-production.txt").read_text(encoding="utf-8")
    files = locked_files()
    for name, version in LOCKED.findall(text):
        yield LockedPackage(name, version, licence_of(name), files=files.get((name, version), ()))


def locked_files() -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """(name, version) → (address, SHA-256) of every file in the lock."""
    lock = tomllib.loads((settings.BASE_DIR / "uv.lock").read_text(encoding="utf-8"))
    found = {}
    for package in lock["package"]:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        pairs = tuple((file["url"], file["hash"].removeprefix("sha256:")) for file in files)
        found[package["name"], package["version"]] = pairs
    return found


def licence_of(name: str) -> str:
    """As the installed package says it: an SPDX expression, a short word, or its classifier."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE
    classifiers = [each for each in said.get_all("Classifier") or [] if each.startswith("License :: ")]
    words = [*(said.get_all("License-Expression") or []), *(said.get_all("License") or []), ""]
    word = next(filter(None, words), "").strip()
    if not word or "\n" in word or len(word) > 60:
        word = classifiers[0].rsplit(" :: ", 1)[1] if classifiers else (word.splitlines() or [ELSEWHERE])[0]
    return word


def vendored() -> Iterator[LockedPackage]:
    for row in json.loads((settings.BASE_DIR / VENDORED).read_text(encoding="utf-8")):
        if not row["target"].startswith("tests/"):
            yield LockedPackage(row["package"], row["version"], row["licence"], "npm")
    yield LockedPackage("dejavu-fonts", "2.37", FONT_LICENCE, "generic")


def notices() -> str:
    return HEAD + "".join(f"| {each.name} | {each.version} | {each.licence} |\n" for each in shipped())


def outdated(text: str) -> list[str]:
    """What the notices lack or name too much: package and version."""
    written = set(re.findall(r"^\| (\S+) \| (\S+) \|", text, re.MULTILINE)) - {("Package", "Version")}
    wanted = {(each.name, each.version) for each in shipped()}
    return sorted(f"{name} {version}" for name, version in (written - {("---", "---")}) ^ wanted)


def sbom() -> dict:
    """CycloneDX 1.6; the same tree gives the same document."""
    parts = [component(each) for each in shipped()]
    ours = {"type": "application", "name": "nobet", "version": project()["version"], "bom-ref": "nobet"}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts))}",
        "version": 1,
        "metadata": {"component": ours | {"licenses": [{"license": {"id": project()["license"]}}]}},
        "components": parts,
        "dependencies": [{"ref": "nobet", "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def component(each: LockedPackage) -> dict:
    files = [
        {"type": "distribution", "url": url, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for url, digest in each.files
    ]
    return {
        "type": "library",
        "bom-ref": each.purl,
        "name": each.name,
        "version": each.version,
        "purl": each.purl,
        "licenses": [{"license": {"name": each.licence}}],
        "externalReferences": files,
    }


def project() -> dict:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
