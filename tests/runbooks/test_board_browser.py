"""The board and the wall in Chromium: axe clean in both themes, no sideways scrolling, live."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from monitoring import outages
from tests.cast import assemble
from tests.journeys.browser import DESK, PHONE, chromium, faults, reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crisis():
    """One outage nobody has seen, one that Leyla took."""
    cast = assemble()
    taken = outages.declare(components=[cast.tahsilat], by=cast.leyla)
    outages.acknowledge(taken, by=cast.leyla)
    cast.unseen = outages.declare(province=cast.amasya_province, by=cast.leyla)
    return cast


@pytest.fixture
def cookie(crisis, live_server):
    """Nermin's session; made before Chromium starts, whose thread may not query."""
    client = Client()
    client.force_login(crisis.nermin)
    value = client.session.session_key
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(live_server, crisis, cookie, scheme, size):
    pages = [
        reverse("runbooks:board") + "?q=merzifon",
        reverse("runbooks:outage_declaration"),
        reverse("runbooks:outage_panel", args=[crisis.unseen.pk]),
        reverse("runbooks:wall"),
        reverse("runbooks:wall_screens"),
    ]
    with chromium() as browser, reader(browser, live_server.url, scheme=scheme, size=size) as page:
        page.context.add_cookies([cookie])
        for address in pages:
            page.goto(address)
            assert faults(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_the_grid_is_walked_by_keyboard_and_the_choice_is_kept(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:board"))
        assert page.locator("[data-panel=map]").is_visible()
        page.locator("[data-view=grid]").focus()
        page.keyboard.press("Enter")
        assert page.locator("[data-panel=grid] a.nb-tile").first.is_visible()
        page.reload()
        assert page.locator("[data-panel=grid]").is_visible()
        page.locator("[data-panel=grid] a.nb-tile").first.press("Enter")
        page.wait_for_url("**/board/?province=*")
        assert page.locator(".nb-found li").count() >= 1


def test_without_scripts_the_board_takes_an_outage(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url, scripts=False) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:board"))
        page.locator("button[id^=take-]").first.click()
        assert page.locator("button[id^=take-]").count() == 0
        assert "Nermin Kaya" in page.text_content("#board")
