"""Someone at a browser without scripts: a cookie jar, pages, and the forms on them."""

import re
from html import unescape

import requests

from tests.journeys.browser import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Someone:
    """Signed in by e-mail address; follows redirects, fills in what a form hides."""

    def __init__(self, url: str, email: str):
        self.url = url
        self.jar = requests.Session()
        self.jar.headers["Accept-Language"] = "tr"
        self.sees("/accounts/login/")
        answer = self.does("/accounts/login/", login=email, password=PASSWORD)
        assert "/accounts/login" not in answer.url, f"{email} could not sign in"

    def sees(self, path: str) -> str:
        """The page at `path`; it has to be there."""
        answer = self.jar.get(self.address(path), timeout=30)
        assert answer.status_code == 200, (path, answer.status_code)
        self.page = answer.text
        return answer.text

    def knocks(self, path: str) -> int:
        return self.jar.get(self.address(path), timeout=30, allow_redirects=False).status_code

    def does(self, path: str, **fields) -> requests.Response:
        """Send the form of the page last seen to `path`; its hidden fields go along."""
        hidden = dict(hidden_fields(self.page))
        answer = self.jar.post(
            self.address(path), data={**hidden, **fields}, headers={"Referer": self.url + "/"}, timeout=60
        )
        self.page = answer.text
        return answer

    def address(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path


def hidden_fields(page: str):
    for tag in HIDDEN.findall(page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            yield name[1], unescape(value[1]) if value else ""
