"""An answer while it comes. llhttp counts its frames; what a frame means for a probe is ours."""

from dataclasses import dataclass, field

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from monitoring.probing.http import heads
from monitoring.probing.probe import BODY_LIMIT, WrongAnswer

LONGEST_HEAD = 1_000_000  # bytes; browsers stop at a quarter of it
BROKE_OFF = "the answer broke off"
BAD_FRAMES = "the chunks of the answer are nonsense"

Fields = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class HttpAnswer:
    """One HTTP answer, its body cut at the limit. `trouble` says what is wrong with its frames."""

    status: int
    fields: Fields
    body: bytes
    trouble: str = ""
    certificate: dict[str, float] = field(default_factory=dict)

    def values(self, name: str) -> list[str]:
        """The values of a header, in order; its name in lower case."""
        return values_of(self.fields, name)


def values_of(fields: Fields, name: str) -> list[str]:
    wanted = name.encode("latin-1", "replace")
    return [as_text(value) for key, value in fields if key.lower() == wanted]


def as_text(value: bytes) -> str:
    """UTF-8 where it is, else a letter for each byte."""
    try:
        return value.decode().strip(" \t")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip(" \t")


class IncomingAnswer:
    """Fed with pieces as they come, however the wire cut them. Interim answers pass by."""

    __slots__ = (
        "bodiless",
        "fields",
        "has_head",
        "is_odd",
        "is_over",
        "parser",
        "pieces",
        "raw",
        "size",
        "status",
        "trouble",
    )

    def __init__(self, method: str) -> None:
        self.bodiless = method == "HEAD"
        self.status, self.size, self.trouble, self.raw = 0, 0, "", b""
        self.has_head = self.is_over = self.is_odd = False
        self.pieces: list[bytes] = []
        self.begin()

    def begin(self) -> None:
        self.fields: Fields = []
        self.parser = HttpResponseParser(self)
        # As Go's client reads heads: line feeds alone, folded lines, a length beside chunks, any version.
        self.parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_version=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    # --- what the connection tells ----------------------------------------

    def feed(self, data: bytes) -> None:
        """Raises WrongAnswer for a head that is none; a broken body is `trouble` of an answer with a head."""
        if self.has_head:
            self.parse(data)
            return
        self.raw += data
        if not self.is_odd:
            self.parse(data)
        if self.is_odd and (head := heads.mended(self.raw)) is not None:
            self.is_odd = False
            self.begin()
            self.parse(head)
            if self.is_odd:
                raise WrongAnswer(heads.NO_ANSWER)
        if not self.has_head and len(self.raw) > LONGEST_HEAD:
            raise WrongAnswer(heads.NO_ANSWER)

    def parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            self.is_over = self.has_head
        except HttpParserError:
            if self.has_head:
                self.break_off(BAD_FRAMES)
            else:
                self.is_odd = True

    def end(self) -> None:
        """The other side said its last word. Only a body without a length may end so."""
        if not self.has_head:
            raise WrongAnswer(heads.NO_ANSWER)
        self.break_off(BROKE_OFF if self.says("content-length") or self.says("transfer-encoding") else "")

    def break_off(self, why: str) -> None:
        if not self.is_over:  # what follows the answer is not looked at
            self.is_over, self.trouble = True, why

    def says(self, name: str) -> bool:
        """Whether a header of this name (in lower case) is there."""
        return any(key.lower() == name.encode() for key, _value in self.fields)

    def answer(self) -> HttpAnswer:
        return HttpAnswer(self.status, self.fields, b"".join(self.pieces)[:BODY_LIMIT], self.trouble)

    # --- what llhttp tells ------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:
            self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        if self.has_head or self.is_odd:
            return
        status = self.parser.get_status_code()
        if heads.is_interim(status):
            self.fields = []
        elif self.is_read_differently():
            self.is_odd = True
        else:
            self.status, self.has_head, self.is_over = status, True, self.bodiless
            self.parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=False)

    def is_read_differently(self) -> bool:
        """What llhttp takes and Go does not, or reads in another way."""
        if not self.raw.startswith(b"HTTP/"):
            return True
        codings = [value.strip(b" \t").lower() for name, value in self.fields if name.lower() == b"transfer-encoding"]
        return bool(codings) and (codings != [b"chunked"] or self.parser.get_http_version() == "1.0")

    def on_body(self, data: bytes) -> None:
        if self.has_head and not self.is_over:
            self.pieces.append(data)
            self.size += len(data)
            self.is_over = self.size >= BODY_LIMIT

    def on_message_complete(self) -> None:
        self.is_over = self.is_over or self.has_head
