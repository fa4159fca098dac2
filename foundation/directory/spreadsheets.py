"""XLSX and ODS sheets as clerks have them, told as CSV, so that one reader is enough for both.

A row of the sheet is a line of the CSV, empty ones too: a line that is named as wrong is the
row that Excel shows. Numbers are written as people typed them (no “.0”), true and false as 1
and 0, days as 2026-12-01. Of a merged cell only the first holds something. Nothing is guessed: a
workbook of several filled sheets is refused.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils.translation import gettext as _
from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from foundation.language import texts

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_FILES = 500
LARGEST_UNPACKED = 48 * 1024 * 1024
MOST_CELLS = 1_000_000
MOST_DIGITS = 15  # Excel itself forgets the rest of a number
PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
# What zipfile raises for a file that is broken, locked or packed in a way it does not know.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)
WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which nobody's workbook has and which would hide what we look for
KINDS = ("xl/workbook.xml", "content.xml")
OF_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
VALUE_TYPES = (
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type",
    "{urn:oasis:names:tc:opendocument:xmlns:calcext:1.0}value-type",
)


class BadSpreadsheet(Exception):
    """A workbook that was refused, with a sentence for whoever sent it."""


def is_spreadsheet(data: bytes) -> bool:
    """Whether this is a workbook (or something packed like one) and not text."""
    return data.startswith((ZIP, OLE))


def as_csv(data: bytes) -> str:
    """The one filled sheet of an XLSX or ODS workbook, with semicolons. Raises `BadSpreadsheet`."""
    sheet = the_sheet(opened(data))
    if sheet.start is None:
        raise BadSpreadsheet(_("There is nothing in this workbook."))
    first = sheet.start[0]
    if first:
        sentence = _("The sheet begins in row %(row)s; its first row has to be row 1 of the workbook.")
        raise BadSpreadsheet(sentence % {"row": first + 1})
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [text_of(cell, number) for cell in row]
        writer.writerow(cells if len(cells) > 1 else [*cells, ""])
    return out.getvalue()


def the_sheet(book: CalamineWorkbook) -> CalamineSheet:
    """The only sheet that people see something in."""
    seen = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    try:
        sheets = [book.get_sheet_by_name(name) for name in seen]
    except CalamineError as problem:
        raise BadSpreadsheet(_("This workbook cannot be read; save it anew and try again.")) from problem
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if len(filled) > 1:
        names = ", ".join(sheet.name for sheet in filled)
        sentence = _("The workbook has several filled sheets (%(names)s). Send one of them alone.")
        raise BadSpreadsheet(sentence % {"names": names[:200]})
    if not filled:
        raise BadSpreadsheet(_("There is nothing in this workbook."))
    return filled[0]


def opened(data: bytes) -> CalamineWorkbook:
    """A workbook that stays small, packed anew from what we counted ourselves."""
    if data.startswith(OLE):
        raise BadSpreadsheet(_("This is an old Excel file, or one with a password. Save it as .xlsx without one."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            files = dict(unpacked(box))
    except BROKEN as problem:
        raise BadSpreadsheet(_("This workbook cannot be read; save it anew and try again.")) from problem
    if not any(kind in files for kind in KINDS) or any(name.endswith("workbook.bin") for name in files):
        raise BadSpreadsheet(_("This is no XLSX or ODS workbook."))
    for content in files.values():
        if content.startswith(WIDE):
            raise BadSpreadsheet(_("This workbook cannot be read; save it anew and try again."))
        if b"sheetData" in content or b"table-cell" in content:
            refuse_wide(content)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(packed(files)))
    except CalamineError as problem:
        raise BadSpreadsheet(_("This workbook cannot be read; save it anew and try again.")) from problem


def unpacked(box: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """What is in it, by name; stops as soon as it becomes too much."""
    left = LARGEST_UNPACKED
    for count, entry in enumerate(box.infolist(), start=1):
        if entry.filename.endswith("/") or entry.filename.startswith("xl/media/"):
            continue
        with box.open(entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0 or count > MOST_FILES:
            raise BadSpreadsheet(_("This workbook is too large once it is unpacked; send it in parts."))
        yield entry.filename, content


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return out.getvalue()


def refuse_wide(content: bytes) -> None:
    """Two cells in far corners span billions of empty ones, and a reader makes room for each."""
    try:
        area = max(areas(content), default=0)
    except etree.XMLSyntaxError as problem:
        raise BadSpreadsheet(_("This workbook cannot be read; save it anew and try again.")) from problem
    if area > MOST_CELLS:
        raise BadSpreadsheet(_("The sheet holds more than a million cells; send it in parts."))


def areas(content: bytes) -> Iterator[int]:
    """How many cells the sheets in a piece of XML span, row by row, as read so far."""
    extent = Extent()
    tags = [f"{{*}}{name}" for name in ("sheetData", "table", "row", "table-row")]
    for event, element in etree.iterparse(
        io.BytesIO(content), events=("start", "end"), tag=tags, resolve_entities=False, no_network=True
    ):
        is_row = element.tag.endswith("row")
        if event == "start" and not is_row:
            extent = Extent()
        elif event == "end" and is_row:
            extent.pass_row(element)
            element.clear()
            yield extent.height * extent.width


class Extent:
    """The rectangle of a sheet from its first cell to its last filled one."""

    def __init__(self) -> None:
        self.height = self.width = self.row = self.column = self.last = 0

    def pass_row(self, row: etree._Element) -> None:
        """A row, or as many as it stands for; an XLSX may say which one it is."""
        number = row.get("r", "")
        is_given = number.isdecimal() and len(number) < 8
        self.row = int(number) if is_given else self.row + repeated(row, "number-rows-repeated")
        self.column = self.last = 0
        for cell in row:
            if cell.tag.endswith("}c"):
                self.reach(cell.get("r", ""))
            elif cell.tag.endswith("table-cell"):
                self.pass_cells(cell)
        if self.last:
            self.height, self.width = max(self.height, self.row), max(self.width, self.last)

    def pass_cells(self, cell: etree._Element) -> None:
        """A cell of an ODS, or as many as it stands for."""
        self.column += repeated(cell, "number-columns-repeated")
        if any(name in cell.attrib for name in VALUE_TYPES):
            self.last = self.column

    def reach(self, place: str) -> None:
        """A cell of an XLSX; one that does not say where it stands follows its neighbour."""
        self.column += 1
        if match := PLACE.fullmatch(place):
            self.column = column_of(match[1])
            self.height = max(self.height, int(match[2]))
        self.last = max(self.last, self.column)


def repeated(element: etree._Element, name: str) -> int:
    repeats = element.get(f"{OF_TABLE}{name}", "1")
    return int(repeats) if repeats.isdecimal() and len(repeats) < 10 else 1


def column_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def text_of(cell: object, row: int) -> str:
    """A cell as somebody would have typed it, on one line; its blanks are its reader's to judge."""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, int | float):
        return number_of(cell, row)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return " ".join(texts.carried(str(cell)).split("\n"))


def number_of(number: float, row: int) -> str:
    if abs(number) >= 10**MOST_DIGITS:
        sentence = _("Row %(row)s holds a number of more than 15 digits, which Excel does not keep. Write it as text.")
        raise BadSpreadsheet(sentence % {"row": row})
    return str(int(number)) if number == int(number) else repr(number)
