"""The call sheet on paper: whatever the screen shows of it, a printer gets a plain, whole table."""

import pytest
from django.conf import settings
from django.test import Client

from runbooks.broadcasts.delivery import sending
from tests.cast import assemble
from tests.journeys.browser import PHONE, chromium, reader
from tests.runbooks.builders import approve, contacts_in, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A4 = {"width": 718, "height": 1000}  # what a page of 210 mm leaves between its margins, in CSS pixels
SEEN = """() => {
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  return {
    head: style(".rb-calls thead").display,
    row: style(".rb-calls tbody tr").display,
    cell: style(".rb-calls tbody td").display,
    cut: style(".rb-calls").overflowX,
    box: style(".rb-box").display,
    form: style(".rb-calls form").display,
    together: style(".rb-calls tbody").breakInside,
  };
}"""


@pytest.fixture
def sheet(live_server):
    """(address, session cookie) of a sheet of forty-two numbers."""
    cast = assemble()
    contacts_in(cast.odunpazari, 21)
    contacts_in(cast.merzifon, 21, first=100)
    broadcast = submitted(cast.nermin)
    approve(broadcast, cast.kemal)
    sending.dispatch_due()
    client = Client()
    client.force_login(cast.nermin)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}
    return f"{broadcast.get_absolute_url()}calls/", cookie


@pytest.mark.parametrize("size", [A4, PHONE], ids=["A4", "phone"])
def test_paper_gets_a_table_with_its_head_on_every_page_and_a_box_to_tick(live_server, sheet, size):
    address, cookie = sheet
    with chromium() as browser, reader(browser, live_server.url, size=size, scheme="dark") as page:
        page.context.add_cookies([cookie])
        page.goto(address)
        assert page.evaluate(SEEN)["box"] == "none"
        page.emulate_media(media="print")
        assert page.evaluate(SEEN) == {
            "head": "table-header-group",
            "row": "table-row",
            "cell": "table-cell",
            "cut": "visible",
            "box": "table-cell",
            "form": "none",
            "together": "avoid",
        }
