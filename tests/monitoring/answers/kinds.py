"""What is drawn. Each kind is a function of the dice that gives one case; what is odd about it is in its labels."""

import gzip
import zlib
from collections.abc import Callable
from random import Random

import brotli

from tests.monitoring.answers.street import CLOSE, HOLD, RESET, Case, Reply

PAGE = "<h1>Tahsilat açık, işlem yapılabiliyor</h1>"
OK = b"HTTP/1.1 200 OK\r\n"
HOLDS = {"fail_if_body_not_matches_regexp": ["Tahsilat"]}


def cut(raw: bytes, dice: Random) -> list[bytes]:
    """The same bytes in one to four packets, cut anywhere."""
    marks = sorted(dice.randrange(len(raw) + 1) for _cut in range(dice.choice((0, 0, 1, 1, 2, 3))))
    pieces = [raw[start:end] for start, end in zip([0, *marks], [*marks, len(raw)], strict=True)]
    return [piece for piece in pieces if piece] or [b""]


def one(kind: str, raw: bytes, dice: Random, *, ending: str = CLOSE, labels: set[str] | None = None, **more) -> Case:
    return Case(kind, {"": Reply(cut(raw, dice), 0.002, ending)}, labels=labels or set(), **more)


def chunks(body: bytes, dice: Random, most: int = 40) -> bytes:
    out = b""
    while body:
        size = dice.randint(1, most)
        piece, body = body[:size], body[size:]
        digits = f"{len(piece):{dice.choice(('x', 'X', '04x'))}}".encode()
        out += digits + dice.choice((b"", b"", b"", b";a", b";a=b", b';a="b"')) + b"\r\n" + piece + b"\r\n"
    return out


# --- framing ------------------------------------------------------------------


def lengths(dice: Random) -> Case:
    body = PAGE.encode()[: dice.randint(0, 60)]
    size = len(body)
    sort = dice.choice(LENGTHS)
    lines, label = sort(size, dice)
    ending = dice.choice((CLOSE, CLOSE, HOLD, RESET))
    head = OK + b"".join(b"Content-Length:" + line + b"\r\n" for line in lines)
    return one("length", head + b"\r\n" + body, dice, ending=ending, labels={label, ending} - {CLOSE})


LENGTHS: list[Callable[[int, Random], tuple[list[bytes], str]]] = [
    lambda size, dice: ([b" %d" % size], "right"),
    lambda size, dice: ([b" %d" % size], "right"),
    lambda size, dice: ([b" %d" % (size + dice.randint(1, 9_000))], "short of its length"),
    lambda size, dice: ([b" %d" % max(0, size - dice.randint(1, 9))], "longer than its length"),
    lambda size, dice: ([b" %d" % size] * 2, "said twice"),
    lambda size, dice: ([b" %d" % size, b" %d" % (size + 1)], "two lengths"),
    lambda size, dice: ([b" %d, %d" % (size, size)], "a list of lengths"),
    lambda size, dice: ([b" -%d" % size], "negative"),
    lambda size, dice: ([b" +%d" % size], "with a plus"),
    lambda size, dice: ([b" 0x%x" % size], "hexadecimal"),
    lambda size, dice: ([b" "], "empty length"),
    lambda size, dice: ([b" 99999999999999999999999"], "beyond 64 bits"),
    lambda size, dice: ([b" iki"], "a word"),
    lambda size, dice: ([b"\t%d \t" % size], "white space around"),
    lambda size, dice: ([b" %05d" % size], "leading zeros"),
    lambda size, dice: ([b"%d" % size], "no space"),
    lambda size, dice: ([b" 1 %d" % size], "a space inside"),
    lambda size, dice: ([], "no length"),
]


def chunked(dice: Random) -> Case:
    """Good chunks, at any cut; words that look like the end stand in the data."""
    body = dice.choice((b"", b"0\r\n\r\n")) + PAGE.encode() + dice.choice((b"", b"\r\n0\r\n\r\nbitti", b"0\r\n"))
    trailer = dice.choice((b"", b"", b"X-Sum: 1\r\n", b"X-A: 1\r\nX-B: 2\r\n"))
    te = dice.choice((b"chunked", b"Chunked", b"CHUNKED", b" chunked "))
    both = dice.choice((b"", b"", b"Content-Length: 3\r\n", b"Content-Length: 3\r\nContent-Length: 3\r\n"))
    raw = OK + both + b"Transfer-Encoding:" + te + b"\r\n\r\n" + chunks(body, dice) + b"0\r\n" + trailer + b"\r\n"
    ending = dice.choice((CLOSE, HOLD))
    labels = {"a length beside chunks"} if both.count(b"\n") == 1 else {"two lengths beside chunks"} if both else set()
    return one("chunked", raw, dice, ending=ending, labels=labels, rules=HOLDS)


NONSENSE: list[tuple[str, bytes]] = [
    ("a word for a size", b"zz\r\nhi\r\n0\r\n\r\n"),
    ("no size", b"\r\nhi\r\n0\r\n\r\n"),
    ("0x before the size", b"0x2\r\nhi\r\n0\r\n\r\n"),
    ("a negative size", b"-2\r\nhi\r\n0\r\n\r\n"),
    ("a size beyond 64 bits", b"ffffffffffffffffff\r\nhi\r\n0\r\n\r\n"),
    ("many zeros before the size", b"0000000000000000000002\r\nhi\r\n0\r\n\r\n"),
    ("a chunk longer than its size", b"1\r\nhi\r\n0\r\n\r\n"),
    ("a chunk shorter than its size", b"3\r\nhi\r\n0\r\n\r\n"),
    ("no end", b"2\r\nhi\r\n"),
    ("half an end", b"2\r\nhi\r\n0\r\n"),
    ("half a chunk", b"ff\r\nhi"),
    ("half a size", b"2\r\nhi\r\n1"),
    ("spaces behind the size", b"2  \r\nhi\r\n0\r\n\r\n"),
    ("a space before the size", b" 2\r\nhi\r\n0\r\n\r\n"),
    ("spaces in the extension", b"2 ; a = b\r\nhi\r\n0\r\n\r\n"),
    ("an open quote in the extension", b'2;a="b\r\nhi\r\n0\r\n\r\n'),
    ("odd signs in the extension", b"2;\x01\xff\r\nhi\r\n0\r\n\r\n"),
    ("line feeds alone in chunks", b"2\nhi\n0\n\n"),
    ("a line feed alone behind a size", b"2\nhi\r\n0\r\n\r\n"),
    ("a line feed alone behind the data", b"2\r\nhi\n0\r\n\r\n"),
    ("a line feed alone behind the end", b"2\r\nhi\r\n0\n\r\n"),
    ("a trailer without a colon", b"2\r\nhi\r\n0\r\nXy\r\n\r\n"),
    ("a trailer without an end", b"2\r\nhi\r\n0\r\nX: y\r\n"),
    ("a second answer behind it", b"2\r\nhi\r\n0\r\n\r\nHTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n"),
    ("rubbish behind it", b"2\r\nhi\r\n0\r\n\r\n\x00\xff\xfe"),
    ("no chunks at all", b"merhaba"),
    ("nothing", b""),
]


def nonsense(dice: Random) -> Case:
    label, body = dice.choice(NONSENSE)
    lead = chunks(b"Tahsilat", dice) if dice.random() < 0.5 else b""
    raw = OK + b"Transfer-Encoding: chunked\r\n\r\n" + lead + body
    return one("nonsense in chunks", raw, dice, labels={label})


CODINGS: list[tuple[str, bytes]] = [
    ("identity as transfer encoding", b"Transfer-Encoding: identity\r\n"),
    ("gzip, chunked as transfer encoding", b"Transfer-Encoding: gzip, chunked\r\n"),
    ("chunked twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    ("chunked, chunked", b"Transfer-Encoding: chunked, chunked\r\n"),
    ("chunked, identity", b"Transfer-Encoding: chunked, identity\r\n"),
    ("an unknown transfer encoding", b"Transfer-Encoding: sifreli\r\n"),
    ("an empty transfer encoding", b"Transfer-Encoding: \r\n"),
    ("a tab before chunked", b"Transfer-Encoding:\tchunked\r\n"),
    ("a vertical tab before chunked", b"Transfer-Encoding: \x0bchunked\r\n"),
    ("chunked in quotes", b'Transfer-Encoding: "chunked"\r\n'),
    ("a folded transfer encoding", b"Transfer-Encoding:\r\n chunked\r\n"),
]


def transfer(dice: Random) -> Case:
    label, line = dice.choice(CODINGS)
    version = dice.choice((b"1.1", b"1.1", b"1.0"))
    body = chunks(b"Tahsilat", dice) + b"0\r\n\r\n" if dice.random() < 0.7 else b"Tahsilat"
    labels = {label} | ({"chunks under HTTP/1.0"} if version == b"1.0" else set())
    return one("transfer encoding", b"HTTP/" + version + b" 200 OK\r\n" + line + b"\r\n" + body, dice, labels=labels)


# --- heads --------------------------------------------------------------------

FIRST_LINES: list[tuple[str, bytes]] = [
    ("no reason", b"HTTP/1.1 200\r\n"),
    ("an empty reason", b"HTTP/1.1 200 \r\n"),
    ("a reason in Turkish", "HTTP/1.1 200 İşlem tamam\r\n".encode()),
    ("a reason in Latin-5", "HTTP/1.1 200 İşlem tamam\r\n".encode("cp1254")),
    ("two spaces before the code", b"HTTP/1.1  200 OK\r\n"),
    ("HTTP/1.0", b"HTTP/1.0 200 OK\r\n"),
    ("HTTP/2.0", b"HTTP/2.0 200 OK\r\n"),
    ("HTTP/1.2", b"HTTP/1.2 200 OK\r\n"),
    ("HTTP/3.7", b"HTTP/3.7 200 OK\r\n"),
    ("HTTP/11", b"HTTP/11 200 OK\r\n"),
    ("HTTP/1", b"HTTP/1 200 OK\r\n"),
    ("HTTP/1.10", b"HTTP/1.10 200 OK\r\n"),
    ("http in small letters", b"http/1.1 200 OK\r\n"),
    ("ICY", b"ICY 200 OK\r\n"),
    ("RTSP", b"RTSP/1.0 200 OK\r\n"),
    ("two digits", b"HTTP/1.1 20 OK\r\n"),
    ("four digits", b"HTTP/1.1 2000 OK\r\n"),
    ("a word for the code", b"HTTP/1.1 iki OK\r\n"),
    ("code 299", b"HTTP/1.1 299 OK\r\n"),
    ("code 600", b"HTTP/1.1 600 OK\r\n"),
    ("code 999", b"HTTP/1.1 999 OK\r\n"),
    ("an empty line before", b"\r\nHTTP/1.1 200 OK\r\n"),
    ("a tab for a space", b"HTTP/1.1\t200\tOK\r\n"),
    ("a NUL in the reason", b"HTTP/1.1 200 O\x00K\r\n"),
    ("HTTP/0.9", b"<html>Tahsilat</html>"),
    ("nothing but the code", b"200 OK\r\n"),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
    ("SMTP", b"220 posta.belediye.test ESMTP\r\n"),
]


def first_line(dice: Random) -> Case:
    label, line = dice.choice(FIRST_LINES)
    return one("first line", line + b"Content-Length: 8\r\n\r\nTahsilat", dice, labels={label})


HEADERS: list[tuple[str, bytes]] = [
    ("folded", b"X-A: bir\r\n iki\r\n"),
    ("folded by a tab", b"X-A: bir\r\n\tiki\r\n"),
    ("folded twice", b"X-A: bir\r\n iki\r\n  uc\r\n"),
    ("folded at once", b" X-A: bir\r\n"),
    ("an empty fold", b"X-A: bir\r\n \r\n"),
    ("a space before the colon", b"X-A : bir\r\n"),
    ("a space in the name", b"X A: bir\r\n"),
    ("no colon", b"X-A\r\n"),
    ("no name", b": bir\r\n"),
    ("no value", b"X-A:\r\n"),
    ("no value, no colon, spaces", b"X-A   \r\n"),
    ("odd signs in the name", b"X(A): bir\r\n"),
    ("slash in the name", b"X/A: bir\r\n"),
    ("Turkish in the name", "X-Ş: bir\r\n".encode()),
    ("a control in the value", b"X-A: a\x01b\r\n"),
    ("a NUL in the value", b"X-A: a\x00b\r\n"),
    ("a NUL in the name", b"X\x00A: b\r\n"),
    ("a delete in the value", b"X-A: a\x7fb\r\n"),
    ("a carriage return in the value", b"X-A: a\rb\r\n"),
    ("two carriage returns", b"X-A: a\r\r\n"),
    ("Turkish in the value", "X-A: İşlem\r\n".encode()),
    ("Latin-5 in the value", "X-A: İşlem\r\n".encode("cp1254")),
    ("a long value", b"X-A: " + b"a" * 9_000 + b"\r\n"),
    ("a long name", b"X-" + b"A" * 5_000 + b": bir\r\n"),
    ("many headers", b"".join(b"X-%d: bir\r\n" % number for number in range(300))),
    ("repeated", b"X-A: bir\r\nx-a: iki\r\nX-a: bir\r\n"),
    ("a line feed alone", b"X-A: bir\n"),
    ("line feeds alone", b"X-A: bir\nX-B: iki\n"),
    ("connection upgrade", b"Connection: upgrade\r\nUpgrade: h2c\r\n"),
    ("connection close twice", b"Connection: close\r\nConnection: close\r\n"),
    ("connection nonsense", b"Connection: ,,;\r\n"),
    ("a proxy's connection", b"Proxy-Connection: keep-alive\r\n"),
    ("expired before it began", b"Expires: 0\r\nDate: dun\r\nLast-Modified: bugun\r\n"),
]


def header(dice: Random) -> Case:
    label, lines = dice.choice(HEADERS)
    length = b"Content-Length: 8\r\n"
    ordered = (lines, length) if dice.random() < 0.5 else (length, lines)
    labels = {label} | ({"first"} if ordered[0] == lines else set())
    return one("header", OK + b"".join(ordered) + b"\r\nTahsilat", dice, labels=labels, rules=HOLDS)


def line_feeds(dice: Random) -> Case:
    """Each line of the head ends as it likes."""
    lines = [b"HTTP/1.1 200 OK", b"Server: eski", b"Content-Length: 8", b""]
    raw = b"".join(line + dice.choice((b"\r\n", b"\n")) for line in lines) + b"Tahsilat"
    return one("line feeds alone", raw, dice, ending=dice.choice((CLOSE, HOLD)), rules=HOLDS)


def huge(dice: Random) -> Case:
    size = dice.choice((4_000, 60_000, 70_000, 200_000, 900_000, 1_100_000))
    filler = b"X-Pad: " + b"a" * (size if dice.random() < 0.5 else 500) + b"\r\n"
    raw = OK + filler * max(1, size // len(filler)) + b"Content-Length: 8\r\n\r\nTahsilat"
    labels = {"a head beyond a megabyte"} if size > 1_000_000 else set()
    return one("huge head", raw, dice, labels=labels)


def rules_on_headers(dice: Random) -> Case:
    lines = dice.choice(
        (b"", b"X-A: bir\r\n", b"X-A: iki\r\n", b"X-A: bir\r\nx-a: iki\r\n", b"x-A: iki\r\nX-a: bir\r\n")
    )
    key = dice.choice(("fail_if_header_matches", "fail_if_header_not_matches"))
    wanted = {"header": dice.choice(("X-A", "x-a")), "regexp": dice.choice(("^bir$", "iki", "."))}
    if dice.random() < 0.5:
        wanted["allow_missing"] = True
    labels = {"a header that must not match is missing"} if not lines and key == "fail_if_header_matches" else set()
    raw = OK + lines + b"Content-Length: 8\r\n\r\nTahsilat"
    return one("rules on headers", raw, dice, rules={key: [wanted]}, labels=labels)


# --- interim answers and bodiless ones ----------------------------------------


def interim(dice: Random) -> Case:
    count = dice.choice((1, 1, 2, 3, 5, 6, 9))
    lines = [
        dice.choice((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n", EARLY, EARLY_LONG))
        for _number in range(count)
    ]
    end = dice.choice((b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nTahsilat", b"HTTP/1.1 500 no\r\n\r\n", b""))
    labels = {"more than five interim answers"} if count > 5 else set()
    return one("interim answers", b"".join(lines) + end, dice, labels=labels)


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
EARLY_LONG = b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"


def bodiless(dice: Random) -> Case:
    status = dice.choice((200, 204, 205, 304, 404, 101))
    method = dice.choice(("GET", "HEAD", "HEAD", "POST", "OPTIONS"))
    lengths = tuple(b"Content-Length: %s\r\n" % length for length in (b"8", b"0", b"a"))
    framing = dice.choice((b"", *lengths, b"Transfer-Encoding: chunked\r\n"))
    body = dice.choice((b"", b"", b"Tahsilat"))
    ending = dice.choice((CLOSE, HOLD))
    rules = {"method": method, "valid_status_codes": [status]}
    in_words = method == "HEAD" and framing.endswith(b"a\r\n") and status in (101, 204, 304)
    labels = {f"status {status}", method} | ({"HEAD with a length in words"} if in_words else set())
    raw = b"HTTP/1.1 %d X\r\n" % status + framing + b"\r\n" + body
    return one("bodiless", raw, dice, ending=ending, rules=rules, labels=labels)


# --- time ---------------------------------------------------------------------


def slow(dice: Random) -> Case:
    raw = OK + b"Content-Length: 8\r\n\r\nTahsilat"
    pieces = [raw[start : start + 9] for start in range(0, len(raw), 9)]
    never = dice.random() < 0.3
    ending = dice.choice((CLOSE, HOLD))
    if never:
        pieces, ending = pieces[: dice.randint(1, 4)], HOLD
    return Case("slow", {"": Reply(pieces, dice.choice((0.01, 0.03)), ending)}, slow=True, rules=HOLDS)


def kept_open(dice: Random) -> Case:
    """Servers that keep the connection although they were asked to close."""
    version = dice.choice((b"1.1", b"1.0"))
    framing = dice.choice((b"Content-Length: 8\r\n", b"Transfer-Encoding: chunked\r\n"))
    body = b"8\r\nTahsilat\r\n0\r\n\r\n" if framing.startswith(b"T") else b"Tahsilat"
    labels = {"chunks under HTTP/1.0"} if version == b"1.0" and framing.startswith(b"T") else set()
    raw = (
        b"HTTP/"
        + version
        + b" 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60\r\n"
        + framing
        + b"\r\n"
        + body
    )
    return one("kept open", raw, dice, ending=HOLD, labels=labels, slow=bool(labels))


# --- bodies -------------------------------------------------------------------


def raw_deflate(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(body) + engine.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", lambda body: gzip.compress(body, mtime=0)),
    "gzip of two members": ("gzip", lambda body: gzip.compress(body[:9], mtime=0) + gzip.compress(body[9:], mtime=0)),
    "deflate with zlib's frame": ("deflate", zlib.compress),
    "deflate without a frame": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
}


def packed(dice: Random) -> Case:
    """blackbox_exporter unpacks what its module names; where it is not told, it reads the packed bytes."""
    label = dice.choice(tuple(PACKERS))
    name, packer = PACKERS[label]
    body = packer(PAGE.encode() * dice.choice((1, 1, 50)))
    told, labels = dice.random() < 0.7, {label}
    damage = dice.choice(("", "", "", "half", "behind", "wrong"))
    if damage == "half":
        body, labels = body[: len(body) // 2], labels | {"half of brotli" if name == "br" else "half of a packed body"}
    elif damage == "behind":
        body, labels = body + b"\0\0filler", labels | {"filling behind a packed body"}
    elif damage == "wrong":
        body, labels = PAGE.encode(), labels | {"not packed at all"}
    if not told:
        labels.add("blackbox was not told that it is packed")
    rules = {dice.choice(("fail_if_body_not_matches_regexp", "fail_if_body_matches_regexp")): ["Tahsilat a.*k, i.*lem"]}
    raw = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name.encode(), len(body)) + body
    return one("packed", raw, dice, rules=rules, theirs={"compression": name} if told else {}, labels=labels)


def charset(dice: Random) -> Case:
    codec = dice.choice(("utf-8", "utf-8", "iso-8859-9", "windows-1254", "utf-16"))
    how = dice.choice(("header", "meta", "a byte order mark", "nothing"))
    text = PAGE
    if how == "meta":
        text = f'<html><head><meta charset="{codec}"></head><body>{PAGE}'
    body = text.encode(codec if codec != "utf-16" else "utf-16-le")
    if how == "a byte order mark":
        body = {"utf-8": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(codec, b"") + body
    head = b"Content-Type: text/html" + (f"; charset={codec}".encode() if how == "header" else b"") + b"\r\n"
    words = dice.choice(("Tahsilat", "Tahsilat açık", "işlem yapılabiliyor", "yok"))
    labels = {how, "a charset beside UTF-8"} if codec != "utf-8" else {how}
    raw = OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return one("charset", raw, dice, rules={"fail_if_body_not_matches_regexp": [words]}, labels=labels)


# --- redirects ----------------------------------------------------------------

SENT = OK + b"Content-Length: 8\r\n\r\nTahsilat"
LOCATIONS: list[tuple[str, str]] = [
    ("relative", "son"),
    ("relative with a dot", "./son"),
    ("up and down", "x/../son"),
    ("absolute path", "/{who}/{number}/son"),
    ("scheme-relative", "//127.0.0.1:{port}/{who}/{number}/son"),
    ("whole", "http://127.0.0.1:{port}/{who}/{number}/son"),
    ("with a fragment", "/{who}/{number}/son#bolum"),
    ("scheme in capitals", "HTTP://127.0.0.1:{port}/{who}/{number}/son"),
    ("by name", "http://localhost:{port}/{who}/{number}/son"),
    ("with a name and password", "http://ad:parola@127.0.0.1:{port}/{who}/{number}/son"),
    ("nowhere", ""),
    ("only a fragment", "#bolum"),
    ("only a question", "?soru"),
    ("spaces around", "  /{who}/{number}/son  "),
    ("a space inside", "/{who}/{number}/son?a b"),
    ("Turkish in the path", "/{who}/{number}/ödeme"),
    ("Turkish in the question", "/{who}/{number}/son?ş=ı"),
    ("in percents", "/{who}/{number}/%C3%B6deme"),
    ("a stray percent", "/{who}/{number}/%zz"),
    ("a control", "/{who}/{number}/s\x01on"),
    ("a tab inside", "/{who}/{number}/s\ton"),
    ("mail", "mailto:belediye@belediye.test"),
    ("javascript", "javascript:alert(1)"),
    ("ftp", "ftp://127.0.0.1/son"),
    ("no host", "http:///son"),
    ("scheme without slashes", "http:son"),
    ("a port beyond all", "http://127.0.0.1:99999/son"),
    ("a port in words", "http://127.0.0.1:seksen/son"),
    ("an open bracket", "http://[::1/son"),
    ("a shut door", "http://127.0.0.1:1/son"),
    ("a name that does not exist", "http://yok.invalid/son"),
    ("a space in the host", "http://127.0.0.1 :{port}/son"),
    ("backslashes", "\\\\127.0.0.1:{port}\\son"),
    ("a colon first", ":son"),
]


def redirect(dice: Random) -> Case:
    label, location = dice.choice(LOCATIONS)
    status = dice.choice((301, 302, 303, 307, 308))
    method = dice.choice(("GET", "GET", "HEAD", "POST", "PUT", "DELETE"))
    rules: dict = {"method": method}
    if method in ("POST", "PUT"):
        rules |= {"body": "a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    line = b"HTTP/1.1 %d X\r\nLocation: " % status + location.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    places = ("son", "ödeme", "%C3%B6deme", "%25zz", "son?%C5%9F=%C4%B1", "son?ş=ı", "son?a%20b", "son?a b", "bas?soru")
    replies = {"bas": Reply([line]), **dict.fromkeys(places, Reply([SENT]))}
    labels = {label, str(status), method}
    if label == "by name" and status > 303 and "body" in rules:
        labels.add("a body for another host")
    return Case("redirect", replies, rules, labels=labels, start="bas")


def chain(dice: Random) -> Case:
    """So many redirects in a row, or round and round; some are broken behind their head."""
    count = dice.choice((1, 2, 9, 10, 11, 12))
    status = dice.choice((301, 302, 303, 307, 308))
    broken = (b"Content-Length: 99\r\n\r\nkisa", b"\r\nhtml", b"Transfer-Encoding: chunked\r\n\r\nzz")
    tail = dice.choice((b"Content-Length: 0\r\n\r\n", *broken))
    replies = {}
    for step in range(count):
        there = f"{step + 1}" if dice.random() < 0.98 else "0"
        head = f"HTTP/1.1 {status} X\r\nLocation: {there}\r\n".encode()
        replies[str(step)] = Reply(cut(head + tail, dice), 0.002)
    replies[str(count)] = Reply([SENT])
    return Case("chain", replies, {"follow_redirects": dice.random() < 0.9}, start="0")


def odd_redirect(dice: Random) -> Case:
    status = dice.choice((300, 304, 305, 306, 309))
    raw = b"HTTP/1.1 %d X\r\nLocation: son\r\nContent-Length: 0\r\n\r\n" % status
    return Case("no redirect", {"bas": Reply([raw]), "son": Reply([SENT])}, start="bas")


def cookie(dice: Random) -> Case:
    """Who brings the cookie back is let in; who does not goes round."""
    line, label = dice.choice(COOKIES)
    head = f"HTTP/1.1 302 X\r\nLocation: {dice.choice(('bas', './bas'))}\r\n{line}Content-Length: 0\r\n\r\n".encode()
    return Case("cookie", {"bas": Reply([head]), "bas?with-cookie": Reply([SENT])}, labels={label}, start="bas")


COOKIES = [
    ("Set-Cookie: a=b\r\n", "plain"),
    ("Set-Cookie: a=b; Path=/\r\n", "for all paths"),
    ("Set-Cookie: a=b; Path=/baska\r\n", "for another path"),
    ("Set-Cookie: a=b; Secure\r\n", "for https"),
    ("Set-Cookie: a=b; Max-Age=0\r\n", "gone at once"),
    ("Set-Cookie: a=b; HttpOnly; SameSite=Lax\r\n", "of today"),
    ("Set-Cookie: a=b; Domain=belediye.test\r\n", "of another host"),
    ("Set-Cookie: a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n", "expired"),
    ("Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n", "two"),
    ('Set-Cookie: a="b c"\r\n', "in quotes"),
    ("Set-Cookie: \r\n", "empty"),
    ("", "none"),
]


# --- bytes that fell over --------------------------------------------------------

CHUNKS = b"8\r\nTahsilat\r\n0\r\n\r\n"
SIGNS = b'\r\n \t:;,0aZ\x00\x7f\xff"-'


def mutated(dice: Random) -> Case:
    """A good answer in which one to three bytes went wrong."""
    if dice.random() < 0.5:
        raw = bytearray(OK + b"Server: x\r\nContent-Length: 8\r\n\r\nTahsilat")
    else:
        raw = bytearray(OK + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS)
    for _fall in range(dice.choice((1, 1, 2, 3))):
        place = dice.randrange(len(raw))
        match dice.randrange(3):
            case 0:
                raw[place] = dice.choice(SIGNS)
            case 1:
                raw.insert(place, dice.choice(SIGNS))
            case _:
                del raw[place]
    fallen = bytes(raw)
    labels = {"folded at once"} if fallen.partition(b"\n")[2][:1] in (b" ", b"\t") else set()
    labels |= {"fallen bytes among chunks"} if b"chunked" in fallen and not fallen.endswith(CHUNKS) else set()
    return one("fallen bytes", fallen, dice, labels=labels)


KINDS: list[Callable[[Random], Case]] = [
    lengths,
    chunked,
    chunked,
    nonsense,
    transfer,
    first_line,
    header,
    header,
    line_feeds,
    huge,
    rules_on_headers,
    interim,
    bodiless,
    bodiless,
    slow,
    kept_open,
    packed,
    packed,
    charset,
    charset,
    redirect,
    redirect,
    redirect,
    chain,
    odd_redirect,
    cookie,
    mutated,
    mutated,
    mutated,
]


def drawn(number: int, seed: int) -> Case:
    """The case of this number: the same for the same seed, whichever others are drawn."""
    dice = Random(f"{seed}-{number}")
    return KINDS[number % len(KINDS)](dice)
