"""Whatever a person types that is run has a bound that holds: sheets, lists, Markdown, searches, templates, macros."""

import io
import re
import time
import zipfile
from pathlib import Path

import pytest

from foundation.directory import spreadsheets
from foundation.directory.sheets import SheetForm
from foundation.language import collation
from helpdesk.knowledge import articles
from monitoring.registry import csv_import
from monitoring.templatetags import reports
from runbooks.broadcasts.compose import audience, drafts
from tests.cast import assemble
from tests.helpdesk.builders import a_ticket

SECONDS = 2.0  # of processor time on a machine that is busy with other things; most of it is far below
SIZE = 20_000  # the longest text that a page takes as Markdown


def cost(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


MARKDOWN = {
    "brackets that open": "[" * SIZE,
    "links in links": "[a](" * (SIZE // 4),
    "images in links": "![[" * (SIZE // 3),
    "stars": "*a **b " * (SIZE // 7),
    "underscores": "_" * SIZE,
    "back-ticks of every length": "".join("`" * length + " " for length in range(1, 190))[:SIZE],
    "quotations in quotations": "> " * (SIZE // 2),
    "lists in lists": "".join(" " * depth + "- a\n" for depth in range(180))[:SIZE],
    "a table of many columns": ("|" * 4_000 + "\n" + "|-" * 4_000 + "|\n" + "|" * 4_000)[:SIZE],
    "ampersands": "&#" * (SIZE // 2),
    "references": "".join(f"[{n}]: a\n" for n in range(1_500))[:SIZE] + "[1]",
    "open tags": "<" * SIZE,
    "addresses": "<http://a" * (SIZE // 9),
}


@pytest.mark.once("sqlite", "asks no database: Markdown to HTML")
@pytest.mark.parametrize("kind", MARKDOWN)
def test_markdown_as_long_as_its_field_is_drawn_in_a_moment(kind):
    for draw in (articles.drawn, reports._markdown.render):
        assert cost(lambda draw=draw: draw(MARKDOWN[kind])) < SECONDS


SHEETS = {
    "one line of one and a half megabytes": "a" * 1_500_000,
    "quotes that never close": '"' * 1_499_999,
    "a line of separators": ";" * 1_000_000,
    "many lines": "kod;ad;bileşen\n" + "N1;Ad;EBYS\n" * 100_000,
    "columns without an end": "kod;ad;" + "x;" * 200_000 + "\n1;2;",
}


@pytest.mark.django_db
@pytest.mark.once("sqlite", "the cost of reading text")
@pytest.mark.parametrize("kind", SHEETS)
def test_a_sheet_as_large_as_it_may_be_is_read_or_refused_in_a_moment(kind):
    text = SHEETS[kind][: SheetForm.MOST_BYTES]
    assert cost(lambda: csv_import.read(text)) < 3 * SECONDS
    assert cost(lambda: refused_or_read(text)) < 3 * SECONDS


def refused_or_read(text: str) -> object:
    try:
        return audience.read_file(text)
    except audience.FileIsWrong as wrong:
        return wrong


@pytest.mark.once("sqlite", "asks no database: reads a file")
def test_a_workbook_that_unpacks_to_a_gigabyte_is_refused_before_it_does():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"<a/>")
        book.writestr("xl/worksheets/sheet1.xml", b" " * (1 << 27))
    assert len(packed.getvalue()) < 1_500_000
    with pytest.raises(spreadsheets.BadSpreadsheet):
        spreadsheets.as_csv(packed.getvalue())
    assert cost(lambda: pytest.raises(spreadsheets.BadSpreadsheet, spreadsheets.as_csv, packed.getvalue())) < SECONDS


SEARCHES = {
    "one long word": "a" * 100_000,
    "many words": "a " * 50_000,
    "signs that mean something to LIKE": "%_\\" * 30_000,
    "operators": "& | ! ( ) : * <-> " * 5_000,
    "a quotation mark alone": "'\"`",
}


BOXES = {
    "ayse": ("/desk/", "/search/palette/", "/search/", "/help/", "/municipalities/"),
    "selim": ("/tickets/", "/tickets/new/", "/tickets/new/articles/"),
    "nermin": ("/board/",),
    "yonca": ("/register/people/", "/register/municipalities/", "/register/provinces/", "/register/components/"),
    "": ("/status/find/",),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", SEARCHES)
def test_a_search_of_any_length_is_answered(kind, client):
    cast = assemble()
    a_ticket(municipality=cast.odunpazari, by=cast.selim)
    for name, addresses in BOXES.items():
        client.force_login(getattr(cast, name)) if name else client.logout()
        for address in addresses:
            began = time.process_time()
            answer = client.get(address, {"q": SEARCHES[kind], "subject": SEARCHES[kind], "view": "all"})
            assert answer.status_code == 200 and time.process_time() - began < 2 * SECONDS, address


@pytest.mark.once("sqlite", "asks no database: reads the tree")
def test_every_search_box_asks_the_one_rule():
    root = Path(__file__).resolve().parents[2]
    reading = re.compile(r'.*\.get\("q".*')
    lines = [
        (path.name, line)
        for context in ("foundation", "monitoring", "helpdesk", "runbooks", "config")
        for path in (root / context).rglob("*.py")
        for line in reading.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(lines) > 6
    assert [found for found in lines if "texts.sought(" not in found[1]] == []


@pytest.mark.once("sqlite", "asks no database: folds letters")
def test_folding_costs_its_length_and_no_more():
    assert cost(lambda: collation.fold("İıĞ" * 100_000)) < SECONDS


@pytest.mark.once("sqlite", "asks no database: fills text in")
def test_a_template_is_filled_in_by_names_alone():
    """No attribute, no index, no width: `{saat.__class__}` and `{saat:>999999999}` stay the words that they are."""
    for hostile in ("{saat.__class__}", "{saat[0]}", "{saat:>999999999}", "{" * 1_600, "{saat!r}"):
        assert cost(lambda text=hostile: drafts.fill(text, {"saat": "10.04"})) < SECONDS
        assert len(drafts.fill(hostile, {"saat": "10.04"})) <= len(hostile) + 5


@pytest.mark.once("sqlite", "asks no database: reads the model")
def test_what_is_drawn_as_markdown_is_no_longer_than_what_was_tried():
    from helpdesk.models import Article
    from monitoring.models import PostIncidentReport

    for model in (Article, PostIncidentReport):
        assert model._meta.get_field("text_tr" if model is PostIncidentReport else "body_tr").max_length <= SIZE
