"""The same evening through Chromium: on a desk and on a phone, open pages learn of it by themselves."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import DESK, PHONE, chromium, reader
from tests.journeys.house import House

pytestmark = [
    pytest.mark.long(110),
    pytest.mark.processes,
    pytest.mark.browser,
    pytest.mark.timeout(600),
]

WITHIN_A_MINUTE = 150_000
SOON = 60_000


@pytest.fixture(scope="module")
def house():
    with House(SMS_SEGMENTS_PER_SECOND="200") as house:
        house.until(
            lambda: b'nobet_nodes{state="ok"} 14' in house.get("/metrics")[1], "every node to answer", within=300
        )
        yield house


def test_the_evening_on_a_desk_and_on_a_phone(house):
    with chromium() as browser, ExitStack() as stack:

        def open_as(email: str, path: str, size: dict, **how) -> Page:
            page = stack.enter_context(reader(browser, house.url, email=email, size=size, **how))
            page.goto(path)
            return page

        boards = [open_as("nermin@nobet.demo", "/board/", size) for size in (DESK, PHONE)]
        desks = [open_as("ayse@nobet.demo", "/desk/", size) for size in (DESK, PHONE)]
        public = [open_as("", "/status/", size) for size in (DESK, PHONE)]
        for page in (*boards, *desks, *public):
            fits(page)
            expect(page.locator("main")).not_to_contain_text("Tahsilat (vezne): kesinti")

        operator = open_as("nermin@nobet.demo", "/scenario/", DESK)
        operator.get_by_role("button", name="Tahsilat dursun").click()

        for page in (*boards, *public):
            expect(page.locator("main")).to_contain_text("Tahsilat (vezne): kesinti", timeout=WITHIN_A_MINUTE)
            fits(page)

        clerk = open_as("selim@odunpazari.demo", "/tickets/new/", PHONE, scripts=False)
        fits(clerk)
        clerk.get_by_role("button", name="Biz de etkilendik").click()
        expect(clerk.get_by_role("button", name="Biz de etkilendik")).to_have_count(0)

        for page in desks:
            expect(page.locator("body")).to_contain_text("Hepsine yanıt ver", timeout=WITHIN_A_MINUTE)
            fits(page)

        message = compose_on_a_phone(open_as("nermin@nobet.demo", "/broadcasts/new/", PHONE))
        approver = open_as("kemal@nobet.demo", message, DESK)
        recipients = approver.locator("[data-recipients]").first.get_attribute("data-recipients")
        approver.fill("form[action$='approval/'] [name=typed_count]", str(recipients))
        approver.locator("form[action$='approval/'] button").click()
        expect(approver.locator("[data-adds-up]")).to_be_visible(timeout=WITHIN_A_MINUTE)
        fits(approver)


def compose_on_a_phone(page: Page) -> str:
    """Write, save and submit the crisis message; its address."""
    page.fill("[name=subject]", "Tahsilat durdu")
    page.fill("[name=text]", "e-Belediye: Tahsilat çalışmıyor. Ekip çalışıyor, sonraki bilgi 10.30.")
    page.check("[name=duties][value=mayor]")
    fits(page)
    page.click("button[value=save]")
    page.wait_for_url(re.compile(r"/broadcasts/\d+/$"))
    fits(page)
    address = page.url
    page.locator("form[action$='submission/'] button").click()
    expect(page.locator("main")).to_contain_text("ikinci", timeout=SOON)
    return address


def fits(page: Page) -> None:
    """Nothing hangs over the edge: a page scrolls down, never sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{page.url} is {wide} px too wide at {page.viewport_size}"
