"""Days as bars of an inline drawing: no script, the table beneath says the same. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.language import formatting
from helpdesk.reports.counting import DayCount, midnight
from helpdesk.reports.figures import DeskFigure

HEIGHT, STEP, BAR = 60, 8, 6
DAILY = 45  # more days than this are drawn week by week


@dataclass(frozen=True)
class ReportBar:
    """`x`, `y` and `height` in units of the drawing; `is_known` is False where there was nothing to read."""

    first: date
    label: str
    text: str
    x: int
    y: float
    height: float
    is_known: bool


@dataclass(frozen=True)
class BarChart:
    bars: Sequence[ReportBar]
    top: str

    @property
    def width(self) -> int:
        return max(len(self.bars) * STEP - (STEP - BAR), 1)

    @property
    def ends(self) -> tuple[str, str]:
        return (self.bars[0].label, self.bars[-1].label) if self.bars else ("", "")


def stretches(first: date, last: date) -> list[tuple[date, date]]:
    """Days, or weeks where there are many; the last one may be short."""
    step = 1 if (last - first).days < DAILY else 7
    starts = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
    return [(start, min(start + timedelta(days=step - 1), last)) for start in starts]


def draw(figure: DeskFigure, counts: Sequence[tuple[tuple[date, date], DayCount]]) -> BarChart:
    """One bar a stretch, the highest filling the drawing."""
    values = [figure.read(count) for _days, count in counts]
    top = max((value for value in values if value is not None), default=0)
    bars = []
    for number, ((days, count), value) in enumerate(zip(counts, values, strict=True)):
        height = round(HEIGHT * (value or 0) / top, 1) if top else 0.0
        label, text = label_of(*days), figure.text(count)
        bars.append(
            ReportBar(days[0], label, text, number * STEP, round(HEIGHT - height, 1), height, value is not None)
        )
    return BarChart(bars, figure.spell(top) if top else "")


def label_of(first: date, last: date) -> str:
    """ "30.11.2026", or the first and the last day of a week."""
    start = formatting.day(midnight(first))
    return start if first == last else f"{start} – {formatting.day(midnight(last))}"
