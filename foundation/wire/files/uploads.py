"""Files from outside: which we take, what we call them, where they lie, how they go out.

Nothing here opens, shows or unpacks a file. It is kept under a random name outside the
web root and leaves only as a download that the browser may not run.
"""

import mimetypes
import re
import struct
import unicodedata
import uuid
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic
from django.core.files.base import File
from django.http import FileResponse
from django.utils.translation import gettext as _

from foundation import Refusal

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
MOST = 10
LONGEST_NAME = 120
HEAD, TAIL = 8192, 65_557
MOST_ENTRIES = 5_000
LARGEST_UNPACKED = 1024 * MEGABYTE
HIGHEST_RATIO = 200

# The extension as the sender wrote it, and those by which the content may be known.
BINARY = {
    "png": {".png"},
    "jpg": {".jpg"},
    "jpeg": {".jpg"},
    "gif": {".gif"},
    "webp": {".webp"},
    "heic": {".heif", ".heic"},
    "tif": {".tif"},
    "tiff": {".tif"},
    "mp4": {".mp4"},
    "pdf": {".pdf"},
    "doc": {".doc"},
    "xls": {".xls"},
    "ppt": {".ppt"},
    "msg": {".msg"},
    "dwg": {".dwg"},
}
ZIPPED = {
    "zip": "",
    "docx": "word/",
    "xlsx": "xl/",
    "pptx": "ppt/",
    "odt": "content.xml",
    "ods": "content.xml",
    "udf": "content.xml",
}
TEXT = {"txt", "csv", "log", "dxf", "ics", "eml"}
# Netcad drawings and signatures (S/MIME, KEP) have no public mark; anything unknown that is neither text nor a
# program passes.
UNMARKED = {"ncz", "p7s", "p7m"}
RISKY = {".exe", ".html", ".htm", ".svg", ".xml", ".js", ".jar", ".bat", ".sh", ".php", ".elf", ".msi", ".lnk"}
KNOWN = {*BINARY, *ZIPPED, *TEXT, *UNMARKED}
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
UNSAFE = re.compile(r'[<>:"|?*\\/%;&$`\']')


class FileRefused(Refusal):
    """A file that we do not take; the sentence says which and why."""

    status = 422


@dataclass(frozen=True)
class AcceptedFile:
    """A file that we take: the name people see, its kind (an extension) and its size in bytes."""

    file: File
    name: str
    kind: str
    size: int

    @property
    def content_type(self) -> str:
        """By its kind, for people to read; downloads never carry it."""
        return mimetypes.guess_type(f"a.{self.kind}")[0] or "application/octet-stream"


def accept_all(files: Iterable[File]) -> list[AcceptedFile]:
    """Judge every file before any is kept. Raises `FileRefused` for the first that we do not take."""
    files = list(files)
    if len(files) > MOST:
        raise FileRefused(_("Please send at most %(most)d files.") % {"most": MOST})
    return [accept(file) for file in files]


def accept(file: File) -> AcceptedFile:
    """Judge one file by its size, its name and its content. Raises `FileRefused`."""
    name, size = clean_name(file.name or ""), file.size
    if size > LARGEST:
        raise FileRefused(_("“%(name)s” is larger than 20 MB.") % {"name": name})
    if not size:
        raise FileRefused(_("“%(name)s” is empty.") % {"name": name})
    kind = name.rpartition(".")[2].lower()
    if kind not in KNOWN:
        raise FileRefused(_("We do not take files like “%(name)s”. Pictures, PDF, office documents and ZIP are fine.")
                          % {"name": name})  # fmt: skip
    if not is_what_it_says(file, kind):
        raise FileRefused(_("“%(name)s” is not what its name says, so we do not take it.") % {"name": name})
    return AcceptedFile(file, name, kind, size)


def is_what_it_says(file: File, kind: str) -> bool:
    file.seek(0)
    head = file.read(HEAD)
    try:
        if kind in ZIPPED:
            return is_calm_zip(file, ZIPPED[kind])
        if kind in TEXT:
            return is_plain_text(head)
        signs = marks(head)
        return not signs & RISKY and not is_plain_text(head) if kind in UNMARKED else bool(signs & BINARY[kind])
    finally:
        file.seek(0)


def marks(head: bytes) -> set[str]:
    """The extensions that content like this goes by."""
    try:
        return {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def is_plain_text(head: bytes) -> bool:
    """Text without markup that a browser would run."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"\0" not in head and not start.startswith((b"<", b"#!", b"mz"))


def is_calm_zip(file: File, holds: str) -> bool:
    """A ZIP whose directory lists no bomb and no macros; nothing is unpacked.

    `holds` is what an office document of the kind must contain.
    """
    if not 0 <= entries_of(file) <= MOST_ENTRIES:
        return False
    try:
        inside = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    unpacked = sum(entry.file_size for entry in inside)
    packed = sum(entry.compress_size for entry in inside) or 1
    calm = unpacked <= LARGEST_UNPACKED and (unpacked < MEGABYTE or unpacked / packed <= HIGHEST_RATIO)
    names = [entry.filename for entry in inside]
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return calm and not has_macros and (not holds or any(name.startswith(holds) for name in names))


def entries_of(file: File) -> int:
    """How many entries the end record announces, read before anything is parsed; -1 for no ZIP."""
    file.seek(max(0, file.size - TAIL))
    tail = file.read(TAIL)
    place = tail.rfind(b"PK\x05\x06")
    return struct.unpack_from("<H", tail, place + 10)[0] if 0 <= place <= len(tail) - 22 else -1


def clean_name(name: str) -> str:
    """A name safe to show and to save under: one path part, no invisible or reserved letters.

    Normalised before anything is judged, so that no letter vanishes afterwards.
    """
    name = unicodedata.normalize("NFKC", name)
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = name.replace("\\", "/").rpartition("/")[2]
    name = UNSAFE.sub("_", name).strip(" .")
    if not name or RESERVED.fullmatch(name):
        name = f"dosya_{name}"
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 5:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
    return name[:LONGEST_NAME]


def random_place(instance, filename: str) -> str:
    """`upload_to` for a FileField: a random name without extension, in one of 256 folders."""
    name = str(uuid.uuid4())
    return str(PurePosixPath("attachments", name[:2], name))


def as_download(file: File, name: str) -> FileResponse:
    """The file as something to save: never shown, never run, never cached by others."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
