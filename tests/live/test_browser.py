"""live.js in Chromium: resume after a loss, jitter, the stale banner, the four ways."""

import json
import time
from contextlib import ExitStack

import pytest
from playwright.sync_api import sync_playwright

from tests import servers
from tests.live.processes import database, server

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with database(tmp_path_factory.mktemp("stage")) as url:
        yield {"DATABASE_URL": url}


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def square(stage, chromium):
    """A running server and an open page on it."""
    with server("daphne", stage) as running:
        page = chromium.new_page(bypass_csp=True)
        yield running, page
        page.close()


def opened(page, running) -> None:
    page.goto(running.address)
    page.wait_for_function("told.some((event) => event.what === 'snapshot')")


def shown(page) -> dict:
    return json.loads(page.text_content("#things") or "{}")


def wait_until_shown(page, id, value, timeout=10_000) -> None:
    page.wait_for_function(
        "([id, value]) => things.get(id)?.value === value", arg=[id, value], timeout=timeout, polling=50
    )


def test_the_page_shows_what_is_said_within_a_second(square):
    running, page = square
    opened(page, running)
    began = time.monotonic()
    running.say("1", "down")
    wait_until_shown(page, "1", "down")
    assert time.monotonic() - began < 1.5


def test_a_lost_delta_is_noticed_and_mended_without_a_snapshot(square):
    running, page = square
    opened(page, running)
    page.evaluate("document.querySelector('[data-live]').livePage.takeDelta = () => {}")
    running.say("lost", "once")
    page.wait_for_timeout(1500)
    assert "lost" not in shown(page)
    page.evaluate("delete document.querySelector('[data-live]').livePage.takeDelta")

    running.say("next", "heard")
    wait_until_shown(page, "lost", "once")
    wait_until_shown(page, "next", "heard")
    assert page.evaluate("told.filter((event) => event.what === 'snapshot').length") == 1


def test_after_a_restart_the_page_is_back_with_what_it_missed(stage, chromium):
    port = servers.free_port()
    page = chromium.new_page(bypass_csp=True)
    with server("daphne", stage, port=port) as first:
        opened(page, first)
        first.kill()
    with server("daphne", stage) as elsewhere:
        elsewhere.say("gap", "closed")
    with server("daphne", stage, port=port):
        wait_until_shown(page, "gap", "closed", timeout=40_000)
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
    page.clock.install()
    opened(page, running)
    banner = page.locator("[data-live-banner]")
    assert not banner.is_visible()
    page.evaluate("document.querySelector('[data-live]').livePage.hear = () => {}")
    page.clock.run_for(24_000)
    assert not banner.is_visible()
    page.clock.run_for(4_000)
    assert banner.is_visible()
    assert banner.locator("time").text_content().count(".") == 2
    assert page.evaluate("told.filter((event) => event.what === 'stale').length") == 1

    page.evaluate("delete document.querySelector('[data-live]').livePage.hear")
    page.clock.run_for(5_000)
    page.clock.resume()
    banner.wait_for(state="hidden", timeout=40_000)


WITHOUT_SOCKETS = (
    "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10); } close() {} };"
)
IMPATIENT = "Math.random = () => 0.01;"


@pytest.mark.parametrize(("blocked", "way"), [([], "stream"), (["**/square/stream/"], "poll")], ids=["stream", "poll"])
def test_without_a_socket_the_page_goes_on_another_way(stage, chromium, blocked, way):
    with server("daphne", stage) as running, ExitStack() as closing:
        page = chromium.new_page(bypass_csp=True)
        closing.callback(page.close)
        page.add_init_script(WITHOUT_SOCKETS + IMPATIENT)
        for address in blocked:
            page.route(address, lambda route: route.fulfill(status=501))
        opened(page, running)
        running.say("way", way)
        wait_until_shown(page, "way", way, timeout=30_000)
        assert page.evaluate("document.querySelector('[data-live]').livePage.way") == way
        assert not page.locator("[data-live-banner]").is_visible()


def test_when_nothing_answers_the_file_on_disk_is_read(stage, chromium):
    with server("daphne", stage) as running, ExitStack() as closing:
        page = chromium.new_page(bypass_csp=True)
        closing.callback(page.close)
        page.add_init_script(WITHOUT_SOCKETS + IMPATIENT)
        page.route("**/square/stream/", lambda route: route.fulfill(status=501))
        page.route("**/square.json", lambda route: route.abort())
        page.goto(running.address)
        page.wait_for_function("told.some((event) => event.what === 'still')", timeout=20_000)
        assert page.evaluate("told.find((event) => event.what === 'still').detail.things['1'].value") == "from the disk"
