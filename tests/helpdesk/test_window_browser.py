"""The one window in Chromium: an hour of an agent's keys, pressed faster than the pages answer."""

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import assemble
from tests.helpdesk.builders import a_ticket, the_queue
from tests.journeys.browser import chromium, reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server):
    """Ayşe's page, at the first of two tickets; the session is made before Chromium, whose thread may not query."""
    the_queue()
    cast, client = assemble(), Client()
    words = {"municipality": cast.odunpazari, "component": cast.rapor, "by": cast.selim}
    numbers = [a_ticket(subject=f"Talep {place}", **words).number for place in (1, 2)]
    client.force_login(cast.ayse)
    value = client.session.session_key
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto("/desk/?view=unclaimed")
        yield page, numbers


def test_a_ticket_is_opened_put_right_taken_back_and_answered_by_keys_alone(desk):
    page, (first, second) = desk
    led = page.expect_navigation
    with led(url=f"**/tickets/{first}/?view=unclaimed"):
        page.keyboard.press("Enter")
    with led():
        page.keyboard.press("c")
    page.keyboard.press("m")
    page.wait_for_selector("#picking[open] [name=words]")
    with led(url="**undo=*"):
        page.keyboard.type("belge", delay=0)
        page.keyboard.press("Enter")
    assert page.inner_text("[data-pick][data-key=m]").startswith("Elektronik belge")
    with led():
        page.keyboard.press("z")
    assert page.inner_text("[data-pick][data-key=m]").startswith("Raporlama")
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.insert_text("Düzelttik")
    with led(url=f"**/tickets/{second}/?view=unclaimed"):
        page.keyboard.press("Alt+Enter")


def test_where_no_choices_come_enter_sets_none_and_the_plain_page_has_the_words(desk):
    page, (first, _second) = desk
    page.goto(f"/tickets/{first}/")
    page.keyboard.press("m")
    page.wait_for_selector("#picking[open] [name=words]")
    page.route("**part=choices**", lambda route: route.abort())
    with page.expect_navigation(url="**words=belge*"):
        page.keyboard.type("belge", delay=0)
        page.keyboard.press("Enter")
    assert page.input_value("[name=words]") == "belge"
