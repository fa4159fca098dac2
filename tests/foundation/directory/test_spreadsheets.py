"""Workbooks of clerks: the same rows as their CSV would give, and none that harms us."""

import csv
import io
import time as clock
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from foundation.directory.spreadsheets import BadSpreadsheet, as_csv, is_spreadsheet

pytestmark = pytest.mark.once("sqlite", "asks no database")

CELL = '<table:table-cell office:value-type="{kind}" {more}><text:p>{text}</text:p></table:table-cell>'
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(data)), delimiter=";"))


def an_xlsx(*sheets: list[list[object]], **options) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd.mm.yyyy hh:mm", **options})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def a_zip(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return out.getvalue()


def an_ods(*tables: str) -> bytes:
    body = "".join(f'<table:table table:name="S{n}">{table}</table:table>' for n, table in enumerate(tables))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body>'
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return a_zip({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def a_text(text: str) -> str:
    return CELL.format(kind="string", more="", text=text)


def a_number(number: str) -> str:
    return CELL.format(kind="float", more=f'office:value="{number}"', text=number)


def a_changed(data: bytes, name: str, change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        files = {item.filename: box.read(item) for item in box.infolist()}
    return a_zip(files | {name: change(files[name])})


ODS_TAIL = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def test_a_cell_is_what_somebody_would_have_typed():
    row = ["Şube; ödeme", 5321234567, "0532 111 00 01", "01001", 0.5, True, date(2026, 12, 1), time(1, 30)]
    assert rows_of(an_xlsx([["a"], row, [datetime(2026, 12, 1, 10, 30), -7, "iki\nsatır", '"tırnak"']])) == [
        ["a", "", "", "", "", "", "", ""],
        [*row[:1], "5321234567", *row[2:4], "0.5", "1", "2026-12-01", "01:30"],
        ["2026-12-01 10:30", "-7", "iki satır", '"tırnak"', "", "", "", ""],
    ]


def test_an_ods_gives_the_same_rows():
    rows = (
        f"<table:table-row>{a_text('kod')}{a_text('ad')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row>{a_number('26010')}{a_text('Ğ &amp; ş')}"
        f'<table:table-cell table:number-columns-repeated="16382"/></table:table-row>{ODS_TAIL}'
    )
    assert rows_of(an_ods(rows)) == [["kod", "ad"], ["", ""], ["", ""], ["26010", "Ğ & ş"]]
    assert rows_of(an_ods("", rows, "")) == rows_of(an_ods(rows))


def test_empty_rows_count_so_that_a_line_is_the_row_that_excel_shows():
    assert rows_of(an_xlsx([["kod"], [], [], ["x"]])) == [["kod", ""], ["", ""], ["", ""], ["x", ""]]


def test_of_a_merged_cell_the_first_holds_the_words_and_a_hidden_sheet_is_not_seen():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, hidden, _empty = book.add_worksheet(), book.add_worksheet(), book.add_worksheet()
    hidden.write(0, 0, "gizli")
    hidden.hide()
    sheet.write_row(0, 0, ["kod", "ad", "birim"])
    sheet.merge_range(1, 0, 2, 1, "birleşik")
    sheet.write_formula(3, 0, "=1+1", None, 2)
    sheet.insert_image(5, 5, "resim.png", {"image_data": io.BytesIO(PICTURE)})
    book.close()
    assert rows_of(out.getvalue()) == [["kod", "ad", "birim"], ["birleşik", "", ""], ["", "", ""], ["2", "", ""]]


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


REFUSED = {
    "two sheets": (an_xlsx([["a"]], [["b"]]), "several filled sheets (Sheet1, Sheet2)"),
    "nothing": (an_xlsx([]), "nothing in this workbook"),
    "nothing in ods": (an_ods(ODS_TAIL), "nothing in this workbook"),
    "begins lower": (an_xlsx([[], ["kod"]]), "begins in row 2"),
    "a long number": (an_xlsx([["kod"], [12345678901234567]]), "Row 2 holds a number of more than 15 digits"),
    "old or locked": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "old Excel file, or one with a password"),
    "another zip": (a_zip({"word/document.xml": "<x/>"}), "no XLSX or ODS"),
    "broken zip": (b"PK\x03\x04 broken", "cannot be read"),
    "half": (an_xlsx([["kod"]] * 50)[:2000], "cannot be read"),
    "broken xml": (
        a_changed(an_xlsx([["kod"]]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row>", b"")),
        "cannot be read",
    ),
    "other letters": (
        a_changed(an_xlsx([["kod"]]), "xl/worksheets/sheet1.xml", lambda xml: xml.decode().encode("utf-16")),
        "cannot be read",
    ),
    "far corners": (
        a_changed(
            an_xlsx([["kod"]]),
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ),
        "more than a million cells",
    ),
    "far corners in ods": (
        an_ods(
            f"<table:table-row>{a_text('kod')}</table:table-row>"
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
            f'<table:table-row><table:table-cell table:number-columns-repeated="16000"/>{a_text("x")}</table:table-row>'
        ),
        "more than a million cells",
    ),
    "one cell a million times": (
        an_ods(
            '<table:table-row table:number-rows-repeated="1048576">'
            + CELL.format(kind="string", more='table:number-columns-repeated="16384"', text="x")
            + "</table:table-row>"
        ),
        "more than a million cells",
    ),
    "a bomb": (a_zip({"content.xml": bytes(200_000_000)}), "too large once it is unpacked"),
    "many files": (a_zip({f"f{number}": "" for number in range(600)}), "too large once it is unpacked"),
    "entities": (
        a_zip({"content.xml": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><table-cell>&b;</table-cell>'}),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_taken_is_refused_at_once_with_a_sentence(kind):
    data, sentence = REFUSED[kind]
    assert is_spreadsheet(data)
    began = clock.process_time()
    with override("en"), pytest.raises(BadSpreadsheet) as refused:
        as_csv(data)
    assert sentence in str(refused.value)
    assert clock.process_time() - began < 5


def test_a_size_that_lies_is_measured_by_ourselves():
    """The directory says a kilobyte; what is read is what is handed on, and no more."""
    data = bytearray(a_zip({"content.xml": bytes(60_000_000)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(BadSpreadsheet):
        as_csv(bytes(data))


def test_a_full_register_is_read_in_seconds():
    data = an_xlsx([[f"kod{row}", *range(17)] for row in range(20_000)])
    began = clock.process_time()
    assert as_csv(data).count("\n") == 20_000
    assert clock.process_time() - began < 60


@pytest.mark.parametrize("text", [b"kod;ad\n1;2\n", b"", b"\xef\xbb\xbfkod", "PK;ş".encode()])
def test_text_is_no_workbook(text):
    assert not is_spreadsheet(text)


@given(st.lists(st.lists(st.text("aş;,\"'\t 1.=", max_size=5), min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_words_come_back_and_their_blanks_are_their_readers_to_judge(rows):
    rows = [["kod", "ad"], *rows]
    said = rows_of(an_xlsx(rows, strings_to_formulas=False, strings_to_urls=False))
    wanted = [[cell.split() for cell in row] for row in rows]
    assert [[cell.split() for cell in row] for row in said] + [[[], []]] * (len(wanted) - len(said)) == wanted
    assert not any(set(cell) & set("\n\r") for row in said for cell in row)
