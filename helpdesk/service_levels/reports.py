"""How well we kept our word: the figures of the public standards page and of its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import date_format

from django_sla import attainment, calendars, policies
from django_sla.attainment import Attained
from django_sla.models import Calendar, Clock, Metric, SpecialDay, Target
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.language.formatting import ISTANBUL
from helpdesk.models import Ticket

LABEL = Ticket._meta.label_lower
# One figure for each class on the front: where it is majör, how fast we answer; else, how fast we solve.
HEADLINES = (
    ("S1", Metric.FIRST_RESPONSE),
    ("S2", Metric.FIRST_RESPONSE),
    ("S3", Metric.RESOLUTION),
    ("S4", Metric.RESOLUTION),
)
PUBLIC_METRICS = (Metric.FIRST_RESPONSE, Metric.NEXT_UPDATE, Metric.WORKAROUND, Metric.RESOLUTION)
RECENTLY = timedelta(days=30)
RECENT = "helpdesk.standards.recent_ratios"
BURNT = "helpdesk.standards.burn_rates"
BURN_WINDOWS = {"1h": timedelta(hours=1), "6h": timedelta(hours=6)}
LEAST_BUDGET = 0.001  # of a goal of 100 %
BAR = 1000  # the width of a bar's drawing, in its own units


@dataclass(frozen=True)
class Month:
    """A calendar month in Türkiye."""

    first: date

    @classmethod
    def of(cls, at: datetime) -> "Month":
        return cls(at.astimezone(ISTANBUL).date().replace(day=1))

    @classmethod
    def parse(cls, text: str) -> "Month | None":
        """ "2026-05"; None for anything else."""
        try:
            return cls(date.fromisoformat(f"{text}-01"))
        except ValueError:
            return None

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """ "Mayıs 2026" in the reader's language."""
        return date_format(self.first, "F Y")

    @property
    def start(self) -> datetime:
        return datetime(self.first.year, self.first.month, 1, tzinfo=ISTANBUL)

    @property
    def end(self) -> datetime:
        return self.following.start

    @property
    def before(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def following(self) -> "Month":
        return Month((self.first + timedelta(days=32)).replace(day=1))


@dataclass(frozen=True)
class Headline:
    """One class's figure of a month: the share kept beside the share aimed at, in percent."""

    severity: str
    metric: str
    goal_percent: int
    attained: Attained | None

    @property
    def metric_name(self) -> str:
        return str(Metric(self.metric).label)

    @property
    def ratio(self) -> float | None:
        return self.attained.ratio if self.attained else None

    @property
    def points_below(self) -> float:
        """By how many points the goal was missed; 0 when it was reached."""
        return 0.0 if self.ratio is None else max(self.goal_percent - round(self.ratio * 100, 1), 0.0)

    @property
    def bar(self) -> int:
        return round((self.ratio or 0) * BAR)

    @property
    def goal_mark(self) -> int:
        return self.goal_percent * BAR // 100 - 4


@dataclass(frozen=True)
class Promises:
    """One row of the table of classes."""

    severity: str
    name: str
    hours: str
    texts: dict[str, str]

    @property
    def in_order(self) -> list[str]:
        return [self.texts.get(metric, "–") for metric in PUBLIC_METRICS]


def recent_ratios(at: datetime) -> dict[tuple[str, str], float]:
    """{(severity, metric): share kept} of the last thirty days; kept for a minute, whoever asks."""
    ratios = cache.get(RECENT)
    if ratios is None:
        rows = attainment.attained(at - RECENTLY, at, clocks=public_clocks())
        ratios = {row.key: row.ratio for row in rows if row.ratio is not None}
        cache.set(RECENT, ratios, timeout=60)
    return ratios


def goals(at: datetime) -> dict[tuple[str, str], float]:
    """{(severity, metric): share to be kept} of the promises in force."""
    return {
        (target.version.severity, target.metric): target.goal_percent / 100
        for target in targets_in_force(at)
        if target.version.severity
    }


def burn_rates(at: datetime) -> dict[tuple[str, str, str], float]:
    """{(severity, metric, window): share broken of the share allowed}, kept for a minute, whoever asks.

    1 uses the budget up exactly when its thirty days end, 10 in three days.
    """
    shares = cache.get(BURNT)
    if shares is None:
        allowed = {key: max(1 - goal, LEAST_BUDGET) for key, goal in goals(at).items()}
        shares = {
            (*row.key, window): (1 - row.ratio) / allowed[row.key]
            for window, span in BURN_WINDOWS.items()
            for row in attainment.attained(at - span, at, clocks=public_clocks())
            if row.ratio is not None and row.key in allowed
        }
        cache.set(BURNT, shares, timeout=60)
    return shares


def classes(at: datetime) -> list[Promises]:
    """S1 to S4 as promised to everybody at `at`, in the reader's language; narrower promises are not for all."""
    return [
        Promises(
            version.severity,
            version.policy.name,
            version.targets_in_order[0].calendar.name,
            {target.metric: policies.target_text(target) for target in version.targets_in_order},
        )
        for version in policies.in_force(at)
        if version.severity and version.conditions.keys() <= {"severity"}
    ]


def headlines(month: Month, at: datetime) -> list[Headline]:
    """The four figures of the front page."""
    measured = {row.key: row for row in attainment.attained(month.start, month.end, clocks=public_clocks())}
    aimed = goals(at)
    return [
        Headline(severity, metric, round(aimed.get((severity, metric), 0) * 100), measured.get((severity, metric)))
        for severity, metric in HEADLINES
    ]


def targets_in_force(at: datetime) -> list[Target]:
    return [target for version in policies.in_force(at) for target in version.targets_in_order]


def public_clocks() -> QuerySet[Clock]:
    """The clocks of tickets that municipalities were promised something by."""
    return Clock.objects.filter(subject_type=LABEL, metric__in=PUBLIC_METRICS)


def placed_clocks(by: str) -> QuerySet[Clock]:
    """The same, each with its ticket's municipality, province or module as `place`."""
    paths = {"municipality": "municipality_id", "province": "municipality__province_id", "module": "component_id"}
    ticket = Ticket.objects.filter(pk=OuterRef("subject_id"))
    return public_clocks().annotate(place=Subquery(ticket.values(paths[by])[:1]))


def attained_by(by: str, month: Month, person: Person | None) -> list[tuple[str, Attained]]:
    """(name, figures) of a month for each class, module, province or municipality with decided promises.

    Municipalities are those that `person` may see; without a person there are none.
    """
    if by == "class":
        rows = attainment.attained(month.start, month.end, clocks=public_clocks())
        return [(f"{row.key[0]} · {Metric(row.key[1]).label}", row) for row in rows]
    names = names_of(by, person)
    rows = attainment.attained(month.start, month.end, by=("place",), clocks=placed_clocks(by))
    named = [(names[row.key[0]], row) for row in rows if row.key[0] in names]
    return sorted(named, key=lambda pair: (pair[1].ratio or 0, pair[0]))


def names_of(by: str, person: Person | None) -> dict:
    """The names of the places that a table by `by` may show."""
    if by == "module":
        return {component.pk: component.name for component in Component.objects.all()}
    if by == "province":
        return dict(Province.objects.values_list("pk", "name"))
    if person is None or not person.is_authenticated:
        return {}
    return dict(Municipality.objects.visible_to(person).values_list("pk", "full_name"))


def trend(months: Sequence[Month], clocks: QuerySet[Clock] | None = None) -> list[tuple[Month, Attained]]:
    """All promises together, month by month, the oldest first; months without any say zero."""
    rows = attainment.attained(months[0].start, months[-1].end, by=("month",), clocks=clocks or public_clocks())
    by_month = {Month.of(row.key[0]).code: row for row in rows}
    return [(month, by_month.get(month.code, Attained((month.code,), 0, 0, 0, 0))) for month in months]


def last_months(at: datetime, count: int) -> list[Month]:
    """The `count` months that are over, the oldest first."""
    months = [Month.of(at).before]
    while len(months) < count:
        months.insert(0, months[0].before)
    return months


def clocks_of(municipality: Municipality) -> QuerySet[Clock]:
    """The promises given to one municipality."""
    return public_clocks().filter(subject_id__in=Ticket.objects.filter(municipality=municipality).values("pk"))


def sheet_of(municipality: Municipality, month: Month) -> list[tuple[str, Attained]]:
    """One municipality's month: figures for each class and promise."""
    rows = attainment.attained(month.start, month.end, clocks=clocks_of(municipality))
    return [(f"{row.key[0]} · {Metric(row.key[1]).label}", row) for row in rows]


def next_short_day(at: datetime) -> SpecialDay | None:
    """The next half day of the office calendar, for the foot of the page."""
    office = Calendar.objects.filter(code="tr-mesai").first()
    chain = calendars.chain_of(office) if office else []
    return (
        SpecialDay.objects.in_force()
        .filter(calendar__in=chain, kind=SpecialDay.Kind.HALF_DAY, date__gte=at.astimezone(ISTANBUL).date())
        .order_by("date")
        .first()
    )
