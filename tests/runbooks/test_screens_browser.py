"""Board, wall and public page as people meet them: a 4K wall, a telephone, keys alone, a still screen, a voice."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from monitoring import outages
from monitoring.status.page_cache import cached_pages
from tests.cast import assemble
from tests.journeys.browser import DESK, FOUR_K, PHONE, chromium, reader

pytestmark = [pytest.mark.long(45), pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Of a screen as wide as two arms (1.2 m) at four metres, letters below these pixels are guessed, not read.
SMALLEST, CREDIT = 44, 26


@pytest.fixture
def crisis():
    cast = assemble()
    taken = outages.declare(components=[cast.tahsilat], by=cast.leyla)
    outages.acknowledge(taken, by=cast.leyla)
    cast.unseen = outages.declare(province=cast.amasya_province, by=cast.leyla)
    cached_pages.forget()
    return cast


def cookie_of(person, live_server) -> dict:
    client = Client()
    client.force_login(person)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}


@pytest.fixture
def cookie(crisis, live_server):
    return cookie_of(crisis.nermin, live_server)


SMALL_TEXTS = """([least, credit]) => [...document.querySelectorAll("#board *")].filter((each) => {
  const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !each.offsetParent || each.closest("svg, .nb-vh")) return false;
  return parseFloat(getComputedStyle(each).fontSize) < (each.matches(".nb-credit") ? credit : least);
}).map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 30)}`)"""
STICKS_OUT = """() => [...document.querySelectorAll("#board > *")].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.right > innerWidth || box.bottom > innerHeight || box.left < 0 || box.top < 0;
}).map((each) => each.tagName + "." + each.className)"""


def test_the_wall_is_read_from_four_metres_and_holds_everything(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url, size=FOUR_K) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:wall"))
        for turn in range(3):
            page.evaluate(SHOW, turn)
            assert page.evaluate(SMALL_TEXTS, [SMALLEST, CREDIT]) == [], turn
            assert page.evaluate(STICKS_OUT) == [], turn
            assert page.locator("[data-clock]").is_visible() and page.locator("[data-fresh]").is_visible()


SHOW = (
    """(turn) => document.querySelectorAll("[data-turn]").forEach((view, place) => { view.hidden = place !== turn; })"""
)


def test_no_edge_of_the_wall_stays_where_it_is(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url, size=FOUR_K, motion="reduce") as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:wall"))
        places = {page.evaluate(DRIFTED, minute) for minute in range(4)}
        assert len(places) == 4
        assert page.evaluate("getComputedStyle(document.querySelector('#board')).transitionDuration") == "0s"


DRIFTED = """(minute) => new Promise((told) => {
  Date.now = () => minute * 60000 + 5;
  const here = () => [1, 2, 3].find((each) => document.body.classList.contains(`drift-${each}`)) || 0;
  const moved = () => getComputedStyle(document.querySelector("#board")).translate;
  const look = () => (here() === minute ? told(moved()) : setTimeout(look, 50));
  look();
})"""


@pytest.mark.parametrize("person", ["nermin", "yonca", "ayse", "selim"])
def test_the_bar_on_top_is_one_line_for_every_role_and_loses_no_door(live_server, crisis, person):
    cookie = cookie_of(getattr(crisis, person), live_server)
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("accounts:profile"))
        names = None
        for width in (1920, 1280, 1024, 768, 390, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(BAR) == [], width
            seen = page.evaluate(DOORS)
            names = names or seen
            assert sorted(seen) == sorted(names), width


# What sticks out of the bar, or lies on a second line of it.
BAR = """() => {
  const all = [...document.querySelectorAll(".nb-top .nb-nav > a, .nb-more > summary")];
  const shown = all.filter((one) => one.offsetParent);
  const first = shown[0].getBoundingClientRect();
  return shown.map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
    .filter(([, box]) => box.right > innerWidth || Math.abs(box.top - first.top) > 8).map(([name]) => name);
}"""
DOORS = """() => {
  const menu = document.querySelector(".nb-top .nb-more");
  if (menu) menu.open = true;
  const doors = [...document.querySelectorAll(".nb-top .nb-nav a")];
  return doors.filter((one) => one.offsetParent).map((one) => one.textContent.trim());
}"""


def test_the_menu_of_doors_is_opened_walked_and_left_by_keyboard(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url, size=PHONE) as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:board"))
        page.locator(".nb-more > summary").press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.nb-menu') !== null")
        page.keyboard.press("Escape")
        assert not page.locator(".nb-menu").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def tab_to(page, selector: str, most: int = 80) -> None:
    """With the Tab key alone, as somebody without a mouse comes there, always seeing where they are."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches(':focus-visible')") is False:
            raise AssertionError(f"lost sight before {selector}")
        if page.evaluate("(one) => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"never came to {selector}")


def test_an_operator_takes_an_outage_with_the_keyboard_alone(live_server, crisis, cookie):
    with chromium() as browser, reader(browser, live_server.url, motion="reduce") as page:
        page.context.add_cookies([cookie])
        page.goto(reverse("runbooks:board"))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "nb-skip"
        page.keyboard.press("Enter")
        tab_to(page, f"#take-{crisis.unseen.pk}")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#take-{crisis.unseen.pk}", state="detached")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_clerk_walks_the_public_page_with_the_keyboard_alone(live_server, crisis, size):
    with chromium() as browser, reader(browser, live_server.url, size=size, motion="reduce") as page:
        page.goto(reverse("monitoring:status"))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        tab_to(page, "#q")
        page.keyboard.type("merzifon")
        page.keyboard.press("Enter")
        page.wait_for_url("**/status/find/**")
        tab_to(page, "a[href$='/status/05004/']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/status/05004/")
        tab_to(page, ".nb-outage a")


def test_a_voice_says_the_new_headline_once_and_the_reader_stays_where_they_were(live_server, crisis):
    with chromium() as browser, reader(browser, live_server.url) as page:
        page.goto(reverse("monitoring:status"))
        page.fill("#q", "merzi")
        page.route("**/status/", with_another_headline)
        page.evaluate("document.dispatchEvent(new CustomEvent('live:delta', { detail: { changes: [] } }))")
        page.wait_for_selector("#status-said:not(:empty)", state="attached", timeout=60_000)
        assert page.text_content("#status-said") == "7 açık kesinti"
        assert page.get_attribute("#status-said", "aria-live") == "polite"
        assert page.evaluate("document.activeElement.id") == "q"
        assert page.input_value("#q") == "merzi"
        page.unroute_all(behavior="ignoreErrors")


def with_another_headline(route):
    answer = route.fetch()
    before, _, rest = answer.text().partition('<h1 id="now">')
    route.fulfill(response=answer, body=f'{before}<h1 id="now">7 açık kesinti</h1>{rest.partition("</h1>")[2]}')


def test_nothing_moves_for_those_who_asked_for_stillness(live_server, cookie):
    with chromium() as browser, reader(browser, live_server.url, motion="reduce") as page:
        page.context.add_cookies([cookie])
        for address in (reverse("runbooks:board"), reverse("monitoring:status")):
            page.goto(address)
            assert page.evaluate(MOVING) == [], address


MOVING = """() => {
  document.querySelectorAll("td, li, p").forEach((each) => each.classList.add("nb-changed"));
  return document.getAnimations().map((one) => one.animationName || "transition");
}"""
