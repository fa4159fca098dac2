"""The search page and the command palette: everything by one box, on every page of the staff."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import tickets
from helpdesk.knowledge import articles
from helpdesk.models import Article
from helpdesk.search import bounds
from monitoring import outages
from tests.cast import assemble
from tests.helpdesk.builders import a_ticket, the_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    stage = assemble()
    the_queue()
    stage.open = a_ticket(by=stage.selim, municipality=stage.odunpazari)
    stage.closed = a_ticket(subject="Fatura", body="Dün makbuz da çıkmadı", municipality=stage.merzifon)
    tickets.note(stage.closed, by=stage.ayse, body="Makbuz kâğıdı bitmiş")
    tickets.claim(stage.closed, by=stage.burak)
    tickets.resolve(stage.closed, by=stage.burak, note="Tamam")
    article = Article(slug="makbuz-cikmiyor", title_tr="Makbuz çıkmıyor", body_tr="Yazıcıyı açın.")
    articles.write(article, publish=True, by=stage.ayse)
    outages.declare(components=[stage.tahsilat], by=stage.nermin)
    return stage


def page(client, person, address: str) -> str:
    client.force_login(person)
    return client.get(address).content.decode()


def test_a_search_finds_closed_tickets_and_marks_what_answers(client, stage):
    found = page(client, stage.ayse, "/search/?q=makbuzlar")
    assert found.index(stage.open.number) < found.index(stage.closed.number), "in the subject first"
    assert "<mark>Makbuz</mark> kâğıdı bitmiş" in found and "çözüldü" in found


def test_the_watch_finds_tickets_but_reads_no_note(client, stage):
    found = page(client, stage.nermin, "/search/?q=makbuz")
    assert stage.closed.number in found and "kâğıdı" not in found


@pytest.mark.parametrize("address", ["/search/", "/search/palette/"])
def test_one_box_finds_every_kind(client, stage, address):
    assert "Odunpazarı Belediyesi" in page(client, stage.ayse, f"{address}?q=odunpazarında")
    assert "Selim Aydın" in page(client, stage.ayse, f"{address}?q=aydin")
    assert "/help/makbuz-cikmiyor/" in page(client, stage.ayse, f"{address}?q=makbuzların")
    assert "/status/outages/" in page(client, stage.ayse, f"{address}?q=tahsilat")
    assert 'href="/board/"' in page(client, stage.nermin, f"{address}?q=pano").split("<main")[-1]


def test_the_palette_stands_on_every_page_of_the_staff_and_of_nobody_else(client, stage):
    for person, address in (
        (stage.ayse, "/desk/"),
        (stage.nermin, "/monitoring/nodes/"),
        (stage.yonca, "/register/people/"),
    ):
        assert 'id="palette"' in page(client, person, address), address
    assert 'id="palette"' not in page(client, stage.selim, "/tickets/")


def test_a_page_of_answers_costs_the_same_for_one_ticket_and_for_many(client, stage):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client, stage.ayse, "/search/?q=makbuz")
        return len(asked)

    queries()
    few = queries()
    for _ in range(4):
        a_ticket(by=stage.selim)
    assert queries() == few


def test_a_search_that_was_broken_off_says_what_to_do(client, stage, monkeypatch):
    def too_long(*_args, **_named):
        raise bounds.SearchTooBroad

    monkeypatch.setattr("helpdesk.search.finding.find", too_long)
    client.force_login(stage.ayse)
    answer = client.get("/search/?q=makbuz")
    assert answer.status_code == 422 and "açılış:" in answer.content.decode()
    assert client.get("/search/palette/?q=makbuz").status_code == 200


def test_a_value_that_means_nothing_is_named(client, stage):
    assert "atlantis" in page(client, stage.ayse, "/search/?q=belediye:atlantis").split("nb-note")[1]
