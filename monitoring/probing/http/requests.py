"""What an HTTP probe sends, and what of it a redirect may take along."""

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from yarl import URL

from monitoring.probing.probe import Probe, WrongAnswer

Headers = dict[str, tuple[str, str]]  # by the name in lower case

NO_ADDRESS = "not an address of the web"
BODY_ELSEWHERE = "redirected to another host with what the check sends"
# What a check says of itself to whoever answers. Every other header may be a key: it is for the first host alone.
HARMLESS = frozenset(
    ("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "dnt", "pragma", "user-agent")
)
OF_A_BODY = frozenset(("content-encoding", "content-language", "content-location", "content-type"))
PORTS = {"http": 80, "https": 443}
WITH_A_LENGTH = ("POST", "PUT", "PATCH")


@dataclass(slots=True)
class Request:
    """One request; `headers` are the check's own, `cookies` those that answers have set."""

    url: SplitResult
    method: str
    headers: Headers
    body: bytes
    cookies: str = ""
    host: str = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        """Raises WrongAnswer for what is no address of the web."""
        try:
            self.host, self.port = self.url.hostname or "", self.url.port or PORTS[self.url.scheme]
        except (KeyError, ValueError):
            raise WrongAnswer(NO_ADDRESS) from None
        if not self.host:
            raise WrongAnswer(NO_ADDRESS)

    @classmethod
    def of(cls, question: Probe) -> "Request":
        """The first one."""
        rules = question.rules
        headers = {name.lower(): (name, value) for name, value in rules.get("headers", {}).items()}
        url = question.url if question.target.isascii() else in_ascii(question.target)
        return cls(url, rules.get("method", "GET"), headers, str(rules.get("body", "")).encode())

    @property
    def is_encrypted(self) -> bool:
        return self.url.scheme == "https"

    @property
    def tls_name(self) -> str:
        """Whose certificate is expected: a check of an address may name its host."""
        named = self.headers.get("host")
        return (urlsplit(f"//{named[1]}").hostname if named else "") or self.host

    # --- on the wire ------------------------------------------------------

    def as_bytes(self) -> bytes:
        """The request as it is sent; a header may not carry a line of its own."""
        path = (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")
        headers = {
            "host": ("Host", self.url.netloc.rpartition("@")[2]),
            "user-agent": ("User-Agent", "Nobet"),
            "accept": ("Accept", "*/*"),
            "connection": ("Connection", "close"),
            **self.credentials(),
            **self.headers,
        }
        if self.cookies:
            ours = self.headers.get("cookie")
            headers["cookie"] = ("Cookie", f"{ours[1]}; {self.cookies}" if ours else self.cookies)
        if self.body or self.method in WITH_A_LENGTH:
            headers["content-length"] = ("Content-Length", str(len(self.body)))
        lines = [f"{self.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.values())]
        text = "\r\n".join(lines)
        if text.count("\r") + text.count("\n") != 2 * (len(lines) - 1):
            raise WrongAnswer("a header carries a line break")
        return text.encode() + b"\r\n\r\n" + self.body

    def credentials(self) -> Headers:
        """Name and password that stand in the address itself."""
        who, at, _host = self.url.netloc.rpartition("@")
        if not at:
            return {}
        name, _colon, password = who.partition(":")
        pair = unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
        return {"authorization": ("Authorization", f"Basic {b64encode(pair).decode()}")}

    # --- elsewhere --------------------------------------------------------

    def redirected(self, status: int, location: str) -> "Request":
        """Where an answer sends us, as Go's client goes; but of secrets nothing leaves scheme, host and port.

        What was left behind is not picked up again on the way back. Raises WrongAnswer for no address of the
        web, and rather than hand a body (a form with a password) to another host.
        """
        there = Request(joined(self.url, location), self.method, dict(self.headers), self.body)
        if status in (301, 302, 303):
            there.body = b""
            there.method = "HEAD" if self.method == "HEAD" else "GET"
            there.drop(OF_A_BODY)
        if urlsplit(location).netloc:
            there.drop({"host"})
        if there.origin != self.origin:
            if there.body and not (self.host == there.host and there.is_encrypted):
                raise WrongAnswer(BODY_ELSEWHERE)
            there.drop(set(there.headers) - HARMLESS - OF_A_BODY)
        return there

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.url.scheme, self.host, self.port

    def drop(self, names: set[str] | frozenset[str]) -> None:
        self.headers = {name: pair for name, pair in self.headers.items() if name not in names}


def in_ascii(text: str) -> SplitResult:
    """The address as it travels: the host in punycode, other letters in percents."""
    try:
        return urlsplit(str(URL(text)))
    except ValueError:
        raise WrongAnswer(NO_ADDRESS) from None


def joined(base: SplitResult, location: str) -> SplitResult:
    """Raises WrongAnswer where the location leads to no address."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in location):
        raise WrongAnswer(NO_ADDRESS)
    try:
        return urlsplit(str(URL(base.geturl()).join(URL(location))))
    except ValueError:
        raise WrongAnswer(NO_ADDRESS) from None
