"""The page of a run in Chromium: it goes on by itself, and takes nothing away from whoever writes on it."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from runbooks.runs import starting
from tests.cast import assemble
from tests.journeys.browser import chromium, reader
from tests.runbooks.plans import a_plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return assemble()


@pytest.fixture
def address(cast) -> str:
    """Of a run whose first step waits for a note."""
    return reverse("runbooks:run", args=[starting.start(a_plan("noted", "manual"), by=cast.nermin).pk])


@pytest.fixture
def page(live_server, cast, address):
    """Nermin writes a note and looks elsewhere; the session is made before Chromium, whose thread may not query."""
    client = Client()
    client.force_login(cast.nermin)
    value = client.session.session_key
    with chromium() as browser, reader(browser, live_server.url) as opened:
        opened.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        opened.goto(address)
        opened.fill("#note", "hat B'ye geçildi")
        opened.locator("main a").first.focus()
        yield opened
        opened.unroute_all(behavior="ignoreErrors")


def answers_with(page, old: str, new: str) -> None:
    def change(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(old, new) + "<i id='later'></i>")

    page.route("**/standing/", change)


def test_what_is_written_stays_while_the_page_goes_on(page):
    answers_with(page, "nothing", "nothing")
    page.wait_for_selector("#later", state="attached")
    assert page.input_value("#note") == "hat B'ye geçildi"
    assert page.locator("[data-refetch-lost]").is_hidden()


def test_words_for_a_step_that_somebody_else_finished_are_shown_and_get_into_no_other(page):
    answers_with(page, "/steps/1/", "/steps/2/")
    page.wait_for_selector("#later", state="attached")
    assert page.input_value("#note") == ""
    assert page.locator("[data-refetch-lost] q").inner_text() == "hat B'ye geçildi"


def test_an_answer_that_says_nothing_new_moves_nothing(page):
    page.route("**/standing/", lambda route: route.fulfill(body="<i id='later'></i>", content_type="text/html"))
    page.wait_for_selector("#later", state="attached")
    page.evaluate("document.getElementById('later').textContent = 'mine'")
    with page.expect_response("**/standing/"):
        pass
    page.wait_for_timeout(200)
    assert page.text_content("#later") == "mine"


def test_an_answer_whose_only_news_are_the_tokens_of_its_forms_moves_nothing(page):
    """Both of them, Django's and the one that makes an act happen once, are new in every answer."""

    def again(route):
        own = route.fetch().text()
        again.tokens.append(re.search(r'name="once" value="([^"]+)"', own)[1])
        again.shown = again.shown or own.partition("<time")[0]
        body = re.sub(r'(name="once" value=")[^"]+', rf"\g<1>{again.tokens[-1]}", again.shown)
        route.fulfill(body=body + "<i id='later'></i>", content_type="text/html")

    again.tokens, again.shown = [], ""
    page.route("**/standing/", again)
    page.wait_for_selector("#later", state="attached")
    page.evaluate("document.getElementById('later').textContent = 'mine'")
    with page.expect_response("**/standing/"):
        pass
    page.wait_for_timeout(200)
    assert page.text_content("#later") == "mine"
    assert len(set(again.tokens)) == len(again.tokens) > 1
