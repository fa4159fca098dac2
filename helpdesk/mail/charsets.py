"""Bytes of letters as text, in the charsets of this country, declared or not. Pure.

A declaration is believed where the bytes fit it. Programs call windows-1254 "iso-8859-1", "us-ascii" or nothing
at all, and label UTF-8 as Latin-5 and the other way round: bytes that are valid UTF-8 beyond ASCII are UTF-8.
"""

import re
from email.header import decode_header

TURKISH = "cp1254"
UNDECLARED = {
    "",
    "us-ascii",
    "ascii",
    "iso-8859-1",
    "latin-1",
    "latin1",
    "windows-1252",
    "cp1252",
    "unknown-8bit",
    "8bit",
}
LATIN_5 = {"iso-8859-9", "latin5", "windows-1254", "cp1254", "iso8859-9", "x-windows-1254", "turkish"}
ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


def text_of(raw: bytes, declared: str = "") -> tuple[str, bool]:
    """The text, and whether all of it could be read."""
    name = declared.strip().strip("'\"").lower()
    if name not in ("utf-7", "utf7") and is_utf8(raw):
        return raw.decode("utf-8-sig"), True
    if name in UNDECLARED | LATIN_5 | {"utf-8", "utf8"}:
        return raw.decode(TURKISH, "replace"), True
    try:
        text = raw.decode(name)
    except (LookupError, UnicodeDecodeError):
        return raw.decode(TURKISH, "replace"), False
    return text, True


def is_utf8(raw: bytes) -> bool:
    """Whether the bytes are UTF-8, and not another charset of seven bits (ISO-2022)."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x1b" not in raw


def header_of(value: str) -> str:
    """A header line as it was meant: encoded words in any charset, and raw bytes without one."""
    pieces = decode_header(value) if ENCODED.search(value) else [(value, None)]
    return "".join(piece_of(content, charset) for content, charset in pieces)


def piece_of(content: str | bytes, charset: str | None) -> str:
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return text_of(raw, charset or "")[0]
