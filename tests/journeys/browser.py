"""Chromium as people use it: signed in or not, on a desk or a phone, light or dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
FOUR_K = {"width": 3840, "height": 2160}
PASSWORD = "nobet-demo-2026"


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def reader(
    browser: Browser,
    url: str,
    *,
    email: str = "",
    size: dict | None = None,
    scheme="light",
    scripts: bool = True,
    motion="no-preference",
) -> Iterator[Page]:
    """A page of its own cookie jar; signed in when `email` is given. Fails on script errors and CSP reports."""
    context = browser.new_context(
        base_url=url,
        viewport=size or DESK,
        color_scheme=scheme,
        reduced_motion=motion,
        locale="tr-TR",
        timezone_id="Europe/Istanbul",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    try:
        if email:
            sign_in(page, email)
        yield page
        assert complaints == [], complaints
    finally:
        context.close()


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, a line each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [
        f"{violation['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
