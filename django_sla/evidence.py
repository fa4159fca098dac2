"""What happened to a subject's promises, as rows for a sheet and as CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from django_sla import timeline
from django_sla.models import Clock


def header() -> list[str]:
    return [
        _("Promise"),
        _("Round"),
        _("Time"),
        _("What happened"),
        _("Rule"),
        _("Due before"),
        _("Due after"),
    ]


def rows(clock: Clock) -> list[list[str]]:
    """One row of text for each event, in the active language and the clock's own zone."""
    return [
        [
            clock.get_metric_display(),
            str(clock.cycle),
            timeline.moment(line.at, clock),
            line.sentence,
            line.rule,
            _moment(line.due_before, clock),
            _moment(line.due_after, clock),
        ]
        for line in timeline.lines(clock)
    ]


def as_csv(clocks: Iterable[Clock]) -> str:
    """The whole story as CSV the way Turkish Excel opens it: semicolons; the caller adds the BOM."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header())
    for clock in clocks:
        writer.writerows([_harmless(cell) for cell in row] for row in rows(clock))
    return out.getvalue()


def _moment(at: datetime | None, clock: Clock) -> str:
    return timeline.moment(at, clock) if at else ""


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
