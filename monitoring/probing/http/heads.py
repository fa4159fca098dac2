"""Heads that llhttp refuses and that Go's client and browsers read all the same, put into a form that both take.

Asked for only where llhttp gave up, so that the usual answer is read once.
"""

import re

from monitoring.probing.probe import WrongAnswer

NO_ANSWER = "no HTTP answer"
SWITCHING_PROTOCOLS = 101
WITHOUT_BODY = (SWITCHING_PROTOCOLS, 204, 304)

END = re.compile(rb"\r?\n\r?\n")
FIRST_LINE = re.compile(rb"(HTTP/\d\.\d) +(\d{3})(?: .*)?", re.S)
TOKEN = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
CONTROLS = bytes(sign if sign >= 32 and sign != 127 else 32 for sign in range(256))


def is_interim(status: int) -> bool:
    """An answer before the answer (RFC 9110, 15.2)."""
    return 100 <= status < 200 and status != SWITCHING_PROTOCOLS


def mended(raw: bytes) -> bytes | None:
    """The last head in plain form, with what follows it; None while its end has not come. Raises WrongAnswer."""
    while end := END.search(raw):
        head, rest = raw[: end.start()], raw[end.end() :]
        first, *lines = re.sub(rb"\r?\n[ \t]+", b" ", head).split(b"\n")
        match = FIRST_LINE.fullmatch(first.rstrip(b"\r"))
        if not match:
            raise WrongAnswer(NO_ANSWER)
        version, status = match.groups()
        if not is_interim(int(status)):
            return b"\r\n".join([version + b" " + status + b" ", *plain(lines, version, int(status)), b"", rest])
        raw = rest
    return None


def plain(lines: list[bytes], version: bytes, status: int) -> list[bytes]:
    """Lines whose name is none are left out, as browsers do; a length said twice is said once (RFC 9110, 8.6).

    HTTP/1.0 knows no chunks. Raises WrongAnswer where nobody can tell how the body is framed.
    """
    out, lengths, codings = [], set[bytes](), list[bytes]()
    for line in lines:
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t\r")
        if not colon:
            raise WrongAnswer(NO_ANSWER)
        if name.lower() == b"content-length":
            lengths.add(value)
        elif name.lower() == b"transfer-encoding":
            codings.append(value.lower())
        elif TOKEN.fullmatch(name):
            out.append(name + b": " + value.translate(CONTROLS))
    if version != b"HTTP/1.0" and codings:
        if codings != [b"chunked"]:
            raise WrongAnswer(NO_ANSWER)
        out.append(b"Transfer-Encoding: chunked")
    if status in WITHOUT_BODY:
        return out
    if len(lengths) > 1:
        raise WrongAnswer(NO_ANSWER)
    return out + [b"Content-Length: " + length for length in lengths if length]
