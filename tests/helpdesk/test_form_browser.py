"""The form of a ticket in Chromium: what follows from the answers comes while they are given."""

import pytest
from django.conf import settings
from django.test import Client

from helpdesk.knowledge import articles
from helpdesk.models import Article
from tests.cast import assemble
from tests.helpdesk.builders import the_queue
from tests.journeys.browser import chromium, reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server):
    """Selim's; the session is made before Chromium, whose thread may not query."""
    the_queue()
    cast, client = assemble(), Client()
    article = Article(slug="makbuz", title_tr="Makbuz yazdırılmıyor", body_tr="Yazıcıyı açın.", component=None)
    articles.write(article, publish=True, by=cast.ayse)
    client.force_login(cast.selim)
    value = client.session.session_key
    with chromium() as browser, reader(browser, live_server.url) as opened:
        opened.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        opened.goto("/tickets/new/")
        yield opened


def test_articles_and_times_come_with_the_answers_and_take_no_word_away(page):
    page.fill("[name=body]", "sabahtan beri")
    page.fill("[name=subject]", "makbuz yazdıramıyoruz, makbuz yazdırılmıyor")
    page.wait_for_selector("#offers a[href='/help/makbuz/']")
    before = page.inner_text("#promise")
    for question in ("impact", "urgency"):
        page.locator(f"[name={question}]").first.check(force=True)
    page.locator("[name=module]").first.check(force=True)
    page.wait_for_function("before => document.getElementById('promise').innerText !== before", arg=before)
    page.wait_for_selector("#promise dl")
    assert page.input_value("[name=body]") == "sabahtan beri"


def test_without_an_answer_the_form_stays_as_it_was(page):
    page.route("**/promise/?*", lambda route: route.abort())
    before = page.inner_text("#promise")
    with page.expect_event("requestfailed"):
        page.locator("[name=impact]").first.check(force=True)
    assert page.inner_text("#promise") == before
