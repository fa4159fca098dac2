"""The figures of a period as CSV and XLSX, in the reader's language."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from foundation.language import formatting
from foundation.language.documents import BOM, harmless
from helpdesk.reports.charts import label_of
from helpdesk.reports.counting import DayCount
from helpdesk.reports.figures import FIGURES
from helpdesk.reports.reading import GROUPINGS, DeskReport

Cell = str | int | float


def header(first: str) -> list[str]:
    """What stands beside a figure: its unit where it is no bare number; counts that shares are made of come last."""
    named = [str(figure.name) for figure in FIGURES]
    hours, percent = _("hours"), "%"
    units = {"answer": hours, "solution": hours, "first_contact": percent}
    shown = [
        f"{name} ({units[figure.code]})" if figure.code in units else name
        for name, figure in zip(named, FIGURES, strict=True)
    ]
    counts = [_("Resolved"), _("Cancelled or merged"), _("Answered"), _("Rated")]
    return [first, *shown, *counts]


def cells(count: DayCount) -> list[Cell]:
    values = [(figure, figure.read(count)) for figure in FIGURES]
    shown: list[Cell] = [
        "" if value is None else round(value * 100, 1) if figure.code == "first_contact" else tidy(value)
        for figure, value in values
    ]
    return [*shown, count.resolved, count.withdrawn, count.answered, count.rated]


def tidy(value: float) -> Cell:
    return value if isinstance(value, int) else round(value, 2)


def by_key(report: DeskReport) -> Iterable[list[Cell]]:
    """Every row of the period and, under it, of the one before."""
    before = _("before")
    for row in report.rows:
        yield [harmless(row.name), *cells(row.now)]
        yield [harmless(f"{row.name} ({before})"), *cells(row.before)]


def by_day(report: DeskReport) -> Iterable[list[Cell]]:
    for day, count in report.days:
        yield [label_of(day, day), *cells(count)]


def as_csv(report: DeskReport) -> str:
    """Semicolons and a byte-order mark, as Turkish Excel expects; decimals as the reader writes them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header(str(GROUPINGS[report.by])))
    for row in by_key(report):
        writer.writerow([formatting.number(cell, 2) if isinstance(cell, float) else cell for cell in row])
    return BOM + out.getvalue()


def as_xlsx(report: DeskReport) -> bytes:
    """Two sheets: by the chosen dimension, and day by day."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        name = str(GROUPINGS[report.by])
        write_sheet(book, name, header(name), list(by_key(report)))
        write_sheet(book, _("Days"), header(_("Day")), list(by_day(report)))
    return out.getvalue()


def write_sheet(book: xlsxwriter.Workbook, title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.write_row(0, 0, head, book.add_format({"bold": True, "text_wrap": True, "valign": "top"}))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(head) - 1, 14)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
