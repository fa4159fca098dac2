"""A body unpacked by its Content-Encoding and read in its charset, never larger than the bound."""

import re
import zlib
from collections.abc import Callable

import brotli

from monitoring.probing.probe import BODY_LIMIT, WrongAnswer

MOST_CODINGS = 3
LONGEST_DECLARATION = 1024  # bytes in which HTML may say its charset (WHATWG)
UNKNOWN_CODING = "the body is packed in an unknown way"
BROKEN_CODING = "the body cannot be unpacked"

MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
DECLARED = re.compile(rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w:.-]{1,40})""", re.I)
CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.I)
# Labels by the WHATWG's rule: whoever says Latin-1 or Latin-5 writes Windows' larger set.
CHARSETS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "iso88599", "iso_8859-9", "latin5", "l5", "latin-5"), "cp1254"),
    **dict.fromkeys(("iso-ir-148", "csisolatin5", "iso_8859-9:1989", "windows-1254", "cp1254", "x-cp1254"), "cp1254"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1", "latin1", "l1", "latin-1"), "cp1252"),
    **dict.fromkeys(("us-ascii", "ascii", "windows-1252", "cp1252", "x-cp1252"), "cp1252"),
    **dict.fromkeys(("utf-16", "utf-16le", "unicode", "ucs-2"), "utf-16-le"),
    "utf-16be": "utf-16-be",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{name: name for name in ("koi8-r", "koi8-u", "gbk", "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis")},
}


def unpacked(body: bytes, codings: list[str]) -> bytes:
    """The body as it was before the codings of its Content-Encoding headers; the last one was put on last.

    At most BODY_LIMIT bytes are ever made of it. Raises WrongAnswer for what cannot be unpacked.
    """
    names = [name for line in codings for name in re.split(r"[\s,]+", line.lower()) if name not in ("", "identity")]
    if len(names) > MOST_CODINGS or any(name not in CODINGS for name in names):
        raise WrongAnswer(UNKNOWN_CODING)
    was_cut = len(body) >= BODY_LIMIT
    for name in reversed(names):
        body, is_whole = CODINGS[name](body)
        if not is_whole and not was_cut:
            raise WrongAnswer(BROKEN_CODING)
        was_cut = was_cut or len(body) >= BODY_LIMIT
    return body


def gunzipped(body: bytes) -> tuple[bytes, bool]:
    """All members of a gzip file (RFC 1952), and whether the last one has its end, or the bound was reached."""
    out, left, is_whole = b"", body, not body
    while left and len(out) < BODY_LIMIT:
        piece, is_whole, left = inflated(left, zlib.MAX_WBITS + 16, BODY_LIMIT - len(out))
        out += piece
        if not left.startswith(b"\x1f\x8b"):
            break  # filling behind the last member
    return out, is_whole or len(out) >= BODY_LIMIT


def undeflated(body: bytes) -> tuple[bytes, bool]:
    """As the standard says (with zlib's frame) and as some servers have it (without)."""
    if not body:
        return b"", True
    framed = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    out, is_whole, _left = inflated(body, zlib.MAX_WBITS if framed else -zlib.MAX_WBITS, BODY_LIMIT)
    return out, is_whole or len(out) >= BODY_LIMIT


def inflated(body: bytes, window: int, most: int) -> tuple[bytes, bool, bytes]:
    """What comes out, whether the end was seen, what stands behind it."""
    engine = zlib.decompressobj(window)
    try:
        out = engine.decompress(body, most)
    except zlib.error:
        raise WrongAnswer(BROKEN_CODING) from None
    return out, engine.eof, engine.unused_data


def unbrotlied(body: bytes) -> tuple[bytes, bool]:
    engine, out = brotli.Decompressor(), b""
    try:
        out = engine.process(body, output_buffer_limit=BODY_LIMIT)
    except brotli.error:
        raise WrongAnswer(BROKEN_CODING) from None
    return out[:BODY_LIMIT], not body or engine.is_finished() or len(out) >= BODY_LIMIT


CODINGS: dict[str, Callable[[bytes], tuple[bytes, bool]]] = {
    "gzip": gunzipped,
    "x-gzip": gunzipped,
    "deflate": undeflated,
    "br": unbrotlied,
}


def text_of(body: bytes, content_type: str) -> str:
    """The body's letters. Its byte order mark counts first, then the header, then what the page says of itself.

    A page that says nothing is UTF-8, and where it is not, it was written on a Turkish Windows.
    """
    for mark, charset in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    if declared := charset_in(content_type) or charset_of_page(body):
        return body.decode(declared, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError as wrong:
        cut_letter = len(body) >= BODY_LIMIT and wrong.start >= len(body) - 3
        return body.decode("utf-8" if cut_letter else "cp1254", "replace")


def charset_in(content_type: str) -> str:
    found = CHARSET.search(content_type)
    return CHARSETS.get(found[1].lower(), "") if found else ""


def charset_of_page(body: bytes) -> str:
    found = DECLARED.search(body[:LONGEST_DECLARATION])
    named = CHARSETS.get(found[1].decode("latin-1").lower(), "") if found else ""
    return "utf-8" if named.startswith("utf-16") else named  # the declaration itself was read as bytes
