"""Asking a malware scanner about a file: clamd's INSTREAM over a socket. Off without `CLAMD_ADDRESS`.

The network is spoken to here, so nobody asks with a transaction open.
Source of the protocol: clamd(8), "INSTREAM" and the "z" prefix.
"""

import socket
import struct
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from foundation.wire.files.uploads import FileRefused, clean_name

TIMEOUT_SECONDS = 10  # seconds for each word to or from the scanner
CHUNK = 64 * 1024


class ScanVerdict(StrEnum):
    NOT_ASKED = "not_asked"  # no scanner is set up
    WAITING = "waiting"  # it has to be asked again: it is away or could not say
    CLEAN = "clean"
    INFECTED = "infected"


def refuse_infected(files: Iterable[File]) -> None:
    """Raises `FileRefused` for the first that the scanner warns of; the others pass, or wait where they are kept."""
    for file in files:
        if ask(file) == ScanVerdict.INFECTED:
            name = clean_name(file.name or "")
            raise FileRefused(
                _("“%(name)s” contains malware, so we do not take it. Please have your computer checked.")
                % {"name": name}
            )


def ask_ahead(files: Iterable[File]) -> None:
    """Ask before whoever takes the files opens a transaction; `ask` then repeats what was said."""
    for file in files:
        file.scan_verdict = ask(file)  # type: ignore[attr-defined]  # goes where the file goes


def ask_later(files: Iterable[File]) -> None:
    """For who takes files with a transaction open: they wait where they are kept, and a sweep asks about them."""
    for file in files:
        file.scan_verdict = first_verdict()  # type: ignore[attr-defined]  # goes where the file goes


def first_verdict() -> ScanVerdict:
    """What a file stands at before anybody asked about it."""
    return ScanVerdict.WAITING if settings.CLAMD_ADDRESS else ScanVerdict.NOT_ASKED


def ask(file: File) -> ScanVerdict:
    """The scanner's word about this file; WAITING whenever there is no clear one. The file is read and rewound."""
    if not settings.CLAMD_ADDRESS:
        return ScanVerdict.NOT_ASKED
    if said_ahead := getattr(file, "scan_verdict", None):
        return said_ahead
    try:
        with connected(settings.CLAMD_ADDRESS) as line:
            return verdict_in(exchange(line, file))
    except OSError:
        return ScanVerdict.WAITING
    finally:
        file.seek(0)


def connected(address: str) -> socket.socket:
    """`unix:/run/clamav/clamd.ctl` or `tcp://host:3310`."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(TIMEOUT_SECONDS)
        line.connect(parts.path)
        return line
    return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=TIMEOUT_SECONDS)


def exchange(line: socket.socket, file: File) -> bytes:
    line.sendall(b"zINSTREAM\0")
    file.seek(0)
    while chunk := file.read(CHUNK):
        line.sendall(struct.pack(">I", len(chunk)) + chunk)
    line.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and (more := line.recv(4096)):
        answer += more
    return answer


def verdict_in(answer: bytes) -> ScanVerdict:
    """`stream: OK`, `stream: Eicar-Signature FOUND`, or an error ("size limit exceeded"), which is no word."""
    verdict = answer.rstrip(b"\0\r\n ")
    if verdict.endswith(b" FOUND"):
        return ScanVerdict.INFECTED
    return ScanVerdict.CLEAN if verdict == b"stream: OK" else ScanVerdict.WAITING
