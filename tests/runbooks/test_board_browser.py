"""The board and the wall in Chromium: axe clean in both themes, no sideways scrolling, live."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from monitoring import outages
from tests.cast import assemble
from tests.journeys.browser import DESK, PHONE, chromium, faults, reader

pytestmark = [pytest.mark.long(50), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


LISTENING = """
window.tones = [];
window.AudioContext = class {
  constructor() { this.currentTime = 0; this.destination = {}; }
  resume() {}
  createOscillator() {
    return { frequency: {}, connect() {}, stop() {}, start() { tones.push(this.frequency.value); } };
  }
};
window.titles = [];
addEventListener("DOMContentLoaded", () => {
  const watched = new MutationObserver(() => titles.push(document.title));
  watched.observe(document.querySelector("title"), { childList: true });
});
"""


def until(page, expression: str) -> None:
    """The page's policy forbids what `wait_for_function` does; asking from outside is allowed."""
    for _turn in range(900):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


def moved(page) -> None:
    """Fetch the moving part now, as a delta would."""
    page.evaluate("document.dispatchEvent(new CustomEvent('live:delta', { detail: { changes: [] } }))")


def test_a_new_s1_is_heard_and_seen_by_whoever_asked_for_it_and_said_to_readers(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([cookie])
        page.add_init_script(LISTENING)
        page.goto(reverse("runbooks:board"))
        page.locator("[data-sound]").check()
        assert page.evaluate("tones") == [660]
        page.route("**/board/moving/**", with_a_new_s1)
        moved(page)
        until(page, "tones.length === 4")
        until(page, "titles.some((title) => title.startsWith('■'))")
        assert page.text_content("#board-said") == page.text_content("h1").strip()
        assert page.text_content("#board-said").startswith("3 açık kesinti")
        assert page.locator("[data-sound]").is_checked()
        page.route("**/board/moving/**", with_the_same_s1)
        moved(page)
        until(page, "document.querySelector('h1').textContent.includes('üç açık kesinti')")
        assert len(page.evaluate("tones")) == 4
        page.unroute_all(behavior="ignoreErrors")


def with_a_new_s1(route):
    answer_with_s1(route, "3 açık kesinti")


def with_the_same_s1(route):
    answer_with_s1(route, "üç açık kesinti")


def answer_with_s1(route, heading: str) -> None:
    answer = route.fetch()
    known = 'data-new-s1="'
    more = answer.text().replace("2 açık kesinti", heading)
    route.fulfill(response=answer, body=more.replace(known, f"{known}4242 ", 1))


def test_without_asking_a_new_s1_is_silent(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([cookie])
        page.add_init_script(LISTENING)
        page.goto(reverse("runbooks:board"))
        page.route("**/board/moving/**", with_a_new_s1)
        moved(page)
        until(page, "document.querySelector('[data-new-s1]').dataset.newS1.includes('4242')")
        assert page.evaluate("tones") == []
        page.unroute_all(behavior="ignoreErrors")


def test_a_screen_is_let_in_by_its_link_and_takes_turns(live_server, crisis, cookie):
    with chromium() as browser:
        with reader(browser, live_server.url) as page:
            page.context.add_cookies([cookie])
            page.goto(reverse("runbooks:wall_screens"))
            link = page.input_value("#wall-link")
        with reader(browser, live_server.url) as screen:
            screen.goto(reverse("runbooks:wall") + "#" + link.partition("#")[2])
            screen.wait_for_selector("#board [data-turn]", state="attached", timeout=90_000)
            assert screen.url == live_server.url + reverse("runbooks:wall")
            assert screen.locator("[data-clock]").is_visible() and screen.locator("[data-fresh]").is_visible()
            shown = {screen.evaluate(TURN, turn) for turn in range(3)}
            assert len(shown) == 3


# The view that the wall shows in this turn, and whether it shows only that one.
TURN = """(turn) => new Promise((told) => {
  Date.now = () => turn * 20000 + 5;
  const shown = () => [...document.querySelectorAll("[data-turn]")].findIndex((view) => !view.hidden);
  const look = () => (shown() === turn ? told(shown()) : setTimeout(look, 50));
  look();
})"""
