"""Cookies that an answer of a redirect sets, for the length of one probe."""

from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import cast
from urllib.parse import SplitResult
from urllib.request import Request as BareRequest


class Cookies:
    """Costs nothing until a redirect sets one; each stays with the hosts and paths it was set for."""

    def __init__(self) -> None:
        self.jar: CookieJar | None = None

    def keep(self, lines: list[str], url: SplitResult) -> None:
        if not lines:
            return
        self.jar, said = self.jar or CookieJar(), Message()
        for line in lines:
            said["Set-Cookie"] = line
        self.jar.extract_cookies(cast("HTTPResponse", SaidHeaders(said)), BareRequest(url.geturl()))

    def sent_to(self, url: SplitResult) -> str:
        if self.jar is None:
            return ""
        asked = BareRequest(url.geturl())
        self.jar.add_cookie_header(asked)
        return asked.get_header("Cookie", "")


class SaidHeaders:
    """What the jar asks of an answer."""

    def __init__(self, headers: Message) -> None:
        self.headers = headers

    def info(self) -> Message:
        return self.headers
