"""A period of the desk beside the one before it: whole, day by day, and by one dimension."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal
from foundation.directory.models import Component, Membership, Municipality, Person, Province
from helpdesk.models import DayFigure, Team, Ticket
from helpdesk.reports import charts, counting
from helpdesk.reports.charts import BarChart
from helpdesk.reports.counting import DayCount, days_between, local_day
from helpdesk.reports.figures import FIGURES, DeskFigure, total
from helpdesk.service_levels.reports import Month, last_months

By = DayFigure.Dimension
LEADS = (Membership.Role.SHIFT_LEAD, Membership.Role.PLATFORM_ADMIN)
LENGTHS = ("7", "30", "90")
MONTHS = 12
ROWS = 100  # provinces are 81; agents beyond are in the file
TODAY = "helpdesk.reports.today"
GROUPINGS: Mapping[str, Promise] = {
    By.MODULE: gettext_lazy("Module"),
    By.TEAM: gettext_lazy("Team"),
    By.AGENT: gettext_lazy("Agent"),
    By.TYPE: gettext_lazy("Kind of municipality"),
    By.PROVINCE: gettext_lazy("Province"),
    By.CHANNEL: gettext_lazy("Channel"),
}


class ReportsAreForLeads(Refusal):
    sentence = gettext_lazy("Shift leads and platform administrators read the reports.")
    status = 403


def require_lead(person: Person) -> None:
    if not person.has_role(*LEADS):
        raise ReportsAreForLeads


@dataclass(frozen=True)
class ReportPeriod:
    """Whole local days, both ends included; today is never among them."""

    code: str
    first: date
    last: date

    @classmethod
    def of(cls, code: str, at: datetime) -> "ReportPeriod":
        """The last 7, 30 or 90 days that are over, or a month ("2026-05"); 30 days for anything else."""
        yesterday, month = local_day(at) - timedelta(days=1), Month.parse(code)
        if month and month.first <= yesterday:
            return cls(month.code, month.first, min(month.following.first - timedelta(days=1), yesterday))
        code = code if code in LENGTHS else "30"
        return cls(code, yesterday - timedelta(days=int(code) - 1), yesterday)

    @property
    def before(self) -> "ReportPeriod":
        """The month before, or as many days before."""
        if month := Month.parse(self.code):
            return ReportPeriod("", month.before.first, month.first - timedelta(days=1))
        length = self.last - self.first + timedelta(days=1)
        return ReportPeriod("", self.first - length, self.first - timedelta(days=1))

    @property
    def text(self) -> str:
        return charts.label_of(self.first, self.last)


@dataclass(frozen=True)
class ReportRow:
    """One key of the dimension; `cells` are every figure, and what it was before where that differs."""

    name: str
    now: DayCount
    before: DayCount

    @cached_property
    def cells(self) -> list[tuple[str, str]]:
        texts = ((figure.text(self.now), figure.text(self.before)) for figure in FIGURES)
        return [(text, before if before != text else "") for text, before in texts]


@dataclass(frozen=True)
class ShownFigure:
    figure: DeskFigure
    text: str
    before: str
    change: str
    chart: BarChart


@dataclass(frozen=True)
class DeskReport:
    by: str
    period: ReportPeriod
    figures: Sequence[ShownFigure]
    rows: Sequence[ReportRow]
    days: Sequence[tuple[date, DayCount]]
    uncounted: int

    @property
    def shown(self) -> Sequence[ReportRow]:
        return self.rows[:ROWS]


def report(by: str, period: ReportPeriod) -> DeskReport:
    """Two reads of the counted days, and one or none of names."""
    whole = read(By.ALL, period.before.first, period.last)[""]
    now, before = inside(whole, period), inside(whole, period.before)
    shown = [shown_of(figure, period, whole, (now, before)) for figure in FIGURES]
    days = [(day, whole.get(day, DayCount())) for day in days_between(period.first, period.last)]
    return DeskReport(by, period, shown, rows_of(by, period), days, sum(day not in whole for day, _count in days))


def read(by: str, first: date, last: date) -> dict[str, dict[date, DayCount]]:
    """Key → day → what was counted."""
    names = list(DayCount.__dataclass_fields__)
    counted: dict[str, dict[date, DayCount]] = defaultdict(dict)
    rows = DayFigure.objects.filter(by=by, day__range=(first, last)).order_by("day")
    for key, day, *values in rows.values_list("key", "day", *names):
        counted[key][day] = DayCount(**dict(zip(names, values, strict=True)))
    return counted


def inside(days: Mapping[date, DayCount], period: ReportPeriod) -> DayCount:
    """The period together; a key without a row on its last day had nothing open then."""
    whole = total(count for day, count in sorted(days.items()) if period.first <= day <= period.last)
    whole.open_at_end = days[period.last].open_at_end if period.last in days else 0
    return whole


def shown_of(
    figure: DeskFigure, period: ReportPeriod, days: Mapping[date, DayCount], both: tuple[DayCount, DayCount]
) -> ShownFigure:
    now, before = both
    stretches = charts.stretches(period.first, period.last)
    parts = [(ends, inside(days, ReportPeriod("", *ends))) for ends in stretches]
    change = figure.change(now, before)
    return ShownFigure(figure, figure.text(now), figure.text(before), change, charts.draw(figure, parts))


def rows_of(by: str, period: ReportPeriod) -> list[ReportRow]:
    """In the order of names: a list of people is no ranking."""
    keys, names = read(by, period.before.first, period.last), names_of(by)
    rows = [
        ReportRow(str(names.get(key) or key or _("nobody")), inside(days, period), inside(days, period.before))
        for key, days in keys.items()
    ]
    order = {str(name): place for place, name in enumerate(names.values())}
    return sorted(rows, key=lambda row: (order.get(row.name, len(order)), row.name))


def names_of(by: str) -> dict[str, str]:
    """Key → name, in the order they are listed."""
    match by:
        case By.MODULE:
            return {each.pk: each.name for each in Component.objects.all()}
        case By.TEAM:
            return {str(each.pk): each.name for each in Team.objects.all()}
        case By.AGENT:
            held = Ticket.objects.exclude(assignee=None).order_by().values("assignee").distinct()
            people = Person.objects.holding(Membership.DESK_ROLES) | Person.objects.filter(pk__in=held)
            return {
                str(pk): name for pk, name in people.distinct().order_by("sort_key", "pk").values_list("pk", "name")
            }
        case By.PROVINCE:
            return dict(Province.objects.order_by("sort_key").values_list("pk", "name"))
    choices = Municipality.Type.choices if by == By.TYPE else Ticket.Channel.choices
    return {str(key): str(name) for key, name in choices}


def today(at: datetime) -> DayCount:
    """Today so far, live: the rows of one day, asked at most once a minute whoever asks."""
    kept = cache.get(TODAY)
    if kept is None:
        _day, counts = next(iter(counting.days_back(local_day(at), at)))
        kept = counts[By.ALL, ""] if (By.ALL, "") in counts else DayCount()
        cache.set(TODAY, kept, 60)
    return kept


def months(at: datetime) -> list[Month]:
    """To choose from, the latest first."""
    return last_months(at, MONTHS)[::-1]
