"""live.js in Chromium: resume after a loss, jitter, the stale banner, the four ways."""

import json
import time
from contextlib import closing

import pytest
from playwright.sync_api import sync_playwright

from tests import servers
from tests.foundation.live.processes import database, server

PATIENCE = 90_000  # milliseconds

pytestmark = [pytest.mark.long(38), pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with database(tmp_path_factory.mktemp("stage")) as url:
        yield {"DATABASE_URL": url}


@pytest.fixture(scope="module")
def chromium():
    """A browser whose pages wait as long as a busy machine takes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=["--no-sandbox"])
        with closing(browser.new_context(bypass_csp=True)) as context:
            context.set_default_timeout(PATIENCE)
            context.set_default_navigation_timeout(PATIENCE)
            yield context
        browser.close()


@pytest.fixture(scope="module")
def daphne(stage):
    """A server for whoever neither stops it nor starts it again."""
    with server("daphne", stage) as running:
        yield running


@pytest.fixture
def square(daphne, chromium):
    """A running server and an open page on it."""
    page = chromium.new_page()
    yield daphne, page
    page.close()


def opened(page, running) -> None:
    page.goto(running.address)
    page.wait_for_function("told.some((event) => event.what === 'snapshot')")


def shown(page) -> dict:
    return json.loads(page.text_content("#things") or "{}")


def wait_until_shown(page, id, value) -> None:
    page.wait_for_function("([id, value]) => things.get(id)?.value === value", arg=[id, value], polling=50)


def test_the_page_shows_what_is_said(square):
    running, page = square
    opened(page, running)
    running.say("1", "down")
    wait_until_shown(page, "1", "down")


def test_the_first_frame_waits_for_a_script_that_comes_late(square):
    running, page = square
    page.route("**/square.js", lambda route: (time.sleep(2), route.continue_()))
    opened(page, running)


def test_a_handshake_that_hangs_is_given_up_for_another_way(daphne, chromium):
    with closing(chromium.new_page()) as page:
        page.add_init_script(HANGING_SOCKETS + IMPATIENT + HASTY)
        opened(page, daphne)
        assert page.evaluate("document.querySelector('[data-live]').livePage.way") == "stream"
        assert page.evaluate("window.opened") >= 2


def test_a_lost_delta_is_noticed_and_mended_without_a_snapshot(square):
    running, page = square
    opened(page, running)
    page.evaluate("document.querySelector('[data-live]').livePage.takeDelta = () => { window.lost = true; }")
    running.say("lost", "once")
    page.wait_for_function("window.lost")
    assert "lost" not in shown(page)
    page.evaluate("delete document.querySelector('[data-live]').livePage.takeDelta")

    running.say("next", "heard")
    wait_until_shown(page, "next", "heard")
    assert shown(page)["lost"]["value"] == "once"  # before what came later, and not only at the next head
    assert page.evaluate("told.filter((event) => event.what === 'snapshot').length") == 1


def test_after_a_restart_the_page_is_back_with_what_it_missed(stage, chromium):
    port = servers.free_port()
    page = chromium.new_page()
    with server("daphne", stage, port=port) as first:
        opened(page, first)
        first.kill()
    with server("daphne", stage) as elsewhere:
        elsewhere.say("gap", "closed")
    with server("daphne", stage, port=port):
        wait_until_shown(page, "gap", "closed")
    page.close()


def test_attempts_to_come_back_are_spread_over_time(square):
    running, page = square
    opened(page, running)
    delays = page.evaluate(
        """() => {
          const live = document.querySelector("[data-live]").livePage;
          const delays = [];
          const later = window.setTimeout;
          window.setTimeout = (work, delay) => { delays.push(delay); return later(() => {}, 0); };
          live.openStream = () => {};
          for (let attempt = 0; attempt < 200; attempt += 1) { live.failures = 3; live.retryLater(); }
          live.failures = 20;
          live.retryLater();
          window.setTimeout = later;
          return delays;
        }"""
    )
    early, latest = delays[:200], delays[200]
    assert max(early) <= 16_000 and latest <= 30_000
    assert min(early) < 4_000 and max(early) > 12_000 and len(set(early)) > 190


def test_a_page_that_hears_nothing_says_since_when(square):
    running, page = square
    opened(page, running)
    banner = page.locator("[data-live-banner]")
    assert not banner.is_visible()
    assert page.evaluate(AFTER_SILENCE, 24_000) is False
    assert page.evaluate(AFTER_SILENCE, 26_000) is True
    assert banner.is_visible()
    assert banner.locator("time").text_content().count(".") == 2
    assert page.evaluate("told.filter((event) => event.what === 'stale').length") == 1

    banner.wait_for(state="hidden")


AFTER_SILENCE = """(milliseconds) => {
  const live = document.querySelector("[data-live]").livePage;
  live.heardAt = Date.now() - milliseconds;
  live.checkFreshness();
  return live.isStale;
}"""
WITHOUT_SOCKETS = (
    "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10); } close() {} };"
)
HANGING_SOCKETS = """
window.opened = 0;
window.WebSocket = class { constructor() { window.opened += 1; this.readyState = 0; } close() {} };
"""
HASTY = "const realTimeout = setTimeout; window.setTimeout = (work, delay) => realTimeout(work, delay / 20);"
IMPATIENT = "Math.random = () => 0.01;"


@pytest.mark.parametrize(("blocked", "way"), [([], "stream"), (["**/square/stream/"], "poll")], ids=["stream", "poll"])
def test_without_a_socket_the_page_goes_on_another_way(daphne, chromium, blocked, way):
    with closing(chromium.new_page()) as page:
        page.add_init_script(WITHOUT_SOCKETS + IMPATIENT + HASTY)
        for address in blocked:
            page.route(address, lambda route: route.fulfill(status=501))
        opened(page, daphne)
        daphne.say("way", way)
        wait_until_shown(page, "way", way)
        assert page.evaluate("document.querySelector('[data-live]').livePage.way") == way
        assert not page.locator("[data-live-banner]").is_visible()


def test_when_nothing_answers_the_file_on_disk_is_read(daphne, chromium):
    with closing(chromium.new_page()) as page:
        page.add_init_script(WITHOUT_SOCKETS + IMPATIENT + HASTY)
        page.route("**/square/stream/", lambda route: route.fulfill(status=501))
        page.route("**/square.json", lambda route: route.abort())
        page.goto(daphne.address)
        page.wait_for_function("told.some((event) => event.what === 'still')")
        assert page.evaluate("told.find((event) => event.what === 'still').detail.things['1'].value") == "from the disk"
