"""What reports show: each figure with its definition, and how it is read from a count."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.language import formatting
from helpdesk.reports import spreads
from helpdesk.reports.counting import DayCount

Value = float | None
SUMMED = ("arrived", "resolved", "withdrawn", "first_contact", "answered", "reopened", "rated", "score_sum")


def total(counts: Iterable[DayCount]) -> DayCount:
    """Days of one key together, in their order: flows are added, what is open is what was open last."""
    days = list(counts)
    whole = DayCount(**{name: sum(getattr(day, name) for day in days) for name in SUMMED})
    whole.open_at_end = days[-1].open_at_end if days else 0
    whole.answer_spread = spreads.total([day.answer_spread for day in days])
    whole.solution_spread = spreads.total([day.solution_spread for day in days])
    return whole


def hours(length: timedelta | None) -> Value:
    return None if length is None else length / timedelta(hours=1)


def share(part: int, whole: int) -> Value:
    return part / whole if whole else None


def as_number(value: float) -> str:
    return formatting.number(value)


def as_percent(value: float) -> str:
    return formatting.percent(value)


def as_score(value: float) -> str:
    return formatting.number(value, 2)


def as_length(value: float) -> str:
    """Hours as people say them: "45 dk", "3,5 sa", "2,1 gün"."""
    if value < 1:
        return _("%(count)s min") % {"count": formatting.number(value * 60)}
    if value < 48:
        return _("%(count)s h") % {"count": formatting.number(value, 1)}
    return _("%(count)s days") % {"count": formatting.number(value / 24, 1)}


@dataclass(frozen=True)
class DeskFigure:
    """`definition` says what counts, from which event, and whether the clock or working time runs."""

    code: str
    name: Promise
    definition: Promise
    read: Callable[[DayCount], Value]
    spell: Callable[[float], str]

    def text(self, count: DayCount) -> str:
        value = self.read(count)
        return "–" if value is None else self.spell(value)

    def change(self, now: DayCount, before: DayCount) -> str:
        """How far it lies from the same of the period before: "+12 %", "−3,1 puan"; empty where one is missing."""
        here, there = self.read(now), self.read(before)
        if here is None or there is None or here == there:
            return ""
        if self.spell is as_percent:
            return _("%(points)s points") % {
                "points": signed(formatting.number(abs(here - there) * 100, 1), here - there)
            }
        if not there:
            return ""
        return signed(formatting.percent(abs(here / there - 1), 0), here - there)


def signed(text: str, difference: float) -> str:
    return f"{'+' if difference > 0 else '−'}{text}"


FIGURES: Sequence[DeskFigure] = (
    DeskFigure(
        "arrived",
        gettext_lazy("Arrivals"),
        gettext_lazy("Tickets filed on the day, by every channel; from the moment of filing."),
        lambda count: count.arrived,
        as_number,
    ),
    DeskFigure(
        "open_at_end",
        gettext_lazy("Backlog"),
        gettext_lazy(
            "Tickets filed and not ended for good at midnight. One that came back counts as open on the days "
            "between, too."
        ),
        lambda count: count.open_at_end,
        as_number,
    ),
    DeskFigure(
        "first_contact",
        gettext_lazy("Solved at first contact"),
        gettext_lazy("Of the tickets resolved on the day, those with one reply of ours that have not come back."),
        lambda count: share(count.first_contact, count.resolved),
        as_percent,
    ),
    DeskFigure(
        "answer",
        gettext_lazy("Time to first answer"),
        gettext_lazy(
            "From filing to our first reply, counted on the day of the reply. Clock time, nights included; the "
            "median, read from bands of 5 minutes to 60 days."
        ),
        lambda count: hours(spreads.median(count.answer_spread)),
        as_length,
    ),
    DeskFigure(
        "solution",
        gettext_lazy("Time to solution"),
        gettext_lazy(
            "From filing to the resolution that stands, counted on the day of the resolution. Clock time, waiting "
            "included; the median, read from bands. Cancelled and merged tickets are left out."
        ),
        lambda count: hours(spreads.median(count.solution_spread)),
        as_length,
    ),
    DeskFigure(
        "reopened",
        gettext_lazy("Reopenings"),
        gettext_lazy("How often a resolved ticket was opened again on the day; a ticket may count twice."),
        lambda count: count.reopened,
        as_number,
    ),
    DeskFigure(
        "satisfaction",
        gettext_lazy("Satisfaction"),
        gettext_lazy("The mean of the ratings of 1 to 5 given on the day; who gave none is not counted."),
        lambda count: share(count.score_sum, count.rated),
        as_score,
    ),
)
