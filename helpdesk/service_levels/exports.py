"""Figures and timelines on paper: XLSX, CSV and PDF, in the reader's language."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from django_sla import evidence, policies, timeline
from django_sla.attainment import Attained
from django_sla.models import Clock
from foundation import now
from foundation.language import formatting
from foundation.language.documents import BOM, Paper
from helpdesk.models import Ticket

WIDTHS = (38, 104, 38)  # millimetres: time, what happened, due

Rows = Sequence[tuple[str, Attained]]


def attainment_header(first: str) -> list[str]:
    return [first, _("Kept"), _("Breached"), _("Excused"), _("Breached before correction"), _("Share kept (%)")]


def attainment_rows(rows: Rows) -> Iterable[list]:
    for name, row in rows:
        share = "" if row.ratio is None else round(row.ratio * 100, 1)
        yield [name, row.met, row.missed, row.excused, row.missed_as_it_stood, share]


def attainment_csv(first: str, rows: Rows) -> str:
    """Semicolons and a byte-order mark, as Turkish Excel expects; decimals as the reader writes them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(attainment_header(first))
    for row in attainment_rows(rows):
        writer.writerow([formatting.number(cell, 1) if isinstance(cell, float) else cell for cell in row])
    return BOM + out.getvalue()


def attainment_xlsx(title: str, first: str, rows: Rows) -> bytes:
    """A workbook of one sheet with a frozen, bold header."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.write_row(0, 0, attainment_header(first), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 5, 18)
        for number, row in enumerate(attainment_rows(rows), start=1):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def evidence_pdf(ticket: Ticket, clocks: Sequence[Clock]) -> bytes:
    """The evidence sheet of a ticket: every promise, every event, the rule behind it."""
    paper = Paper(_("Evidence sheet %(number)s") % {"number": ticket.number})
    paper.line_of(f"{ticket.subject}\n{ticket.municipality} · {ticket.component.name} · {ticket.severity}")
    for clock in clocks:
        target = clock.version.target(clock.metric)
        promise = policies.target_text(target) if target else ""
        paper.ln(3)
        terms = timeline.terms(clock.version.policy.name, clock.version.number)
        paper.line_of(f"{clock.get_metric_display()} {clock.cycle} · {promise} · {terms}", size=11, bold=True)
        paper.line_of(timeline.summary(clock, now()))
        _table(paper, clock)
    return bytes(paper.output())


def _table(paper: Paper, clock: Clock) -> None:
    paper.set_font("sans", "", 8)
    with paper.table(col_widths=WIDTHS, line_height=4.5, borders_layout="HORIZONTAL_LINES") as table:
        table.row([_("Time"), _("What happened"), _("Due")])
        for line in timeline.lines(clock):
            table.row([timeline.moment(line.at, clock), line.sentence, timeline.moment(line.due_after, clock)])


def evidence_csv(clocks: Sequence[Clock]) -> str:
    return BOM + evidence.as_csv(clocks)
