"""How things are, read once: the values behind page, JSON, feed, socket and snapshot."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth

from foundation.directory.models import Component, Municipality, Province
from monitoring.models import (
    WORST_FIRST,
    Affected,
    Correction,
    Maintenance,
    Node,
    Outage,
    PostIncidentReport,
    Prober,
    State,
    StatusUpdate,
)
from monitoring.models.outages import OutageQuerySet
from monitoring.status import bars
from monitoring.status.tiles import TILES, Tile

HISTORY = timedelta(days=bars.DAYS)
WITH_WORDS = ("updates__corrections", "corrections", "components")


@dataclass(frozen=True)
class ComponentReport:
    """One component: how it is now, and its ninety days."""

    component: Component
    state: str
    history: bars.History

    @property
    def is_outside(self) -> bool:
        """Somebody else's service: a bank, PTT KEP, e-Devlet."""
        return self.component.tier == Component.Tier.OUTSIDE

    @property
    def is_foremost(self) -> bool:
        return self.component.tier == Component.Tier.A or self.state != State.OK

    @property
    def paths(self) -> list[tuple[str, str]]:
        return bars.paths(self.history.days)


@dataclass(frozen=True)
class ProvinceReport:
    """One province: how many of its municipalities are in which state."""

    province: Province
    counts: Counter
    tile: Tile

    @property
    def total(self) -> int:
        return self.counts.total()

    @cached_property
    def state(self) -> str:
        """The state to colour it by: the worst that holds for a third of it, else what most are."""
        troubled = Counter({state: n for state, n in self.counts.items() if state not in (State.OK, State.NO_DATA)})
        if troubled and troubled.total() * 3 >= self.total:
            return worst(troubled)
        return self.counts.most_common(1)[0][0] if self.counts else State.NO_DATA

    @property
    def in_that_state(self) -> int:
        return self.counts[self.state]


@dataclass(frozen=True)
class Report:
    """A page of the public status: the country, or one municipality (`of`)."""

    at: datetime
    outages: list[Outage]
    components: list[ComponentReport]
    upcoming: list[Maintenance]
    changed_at: datetime
    probed_at: datetime | None
    provinces: list[ProvinceReport] = field(default_factory=list)
    of: Municipality | None = None
    nodes: list[Node] = field(default_factory=list)

    @property
    def state(self) -> str:
        states = [outage.state for outage in self.outages] + [component.state for component in self.components]
        return worst(states + [node.state for node in self.nodes if node.state != State.NO_DATA])

    @property
    def affected(self) -> int:
        """Municipalities that some open outage still touches."""
        return sum(n for state, n in self.counts.items() if state in (State.OUTAGE, State.PARTIAL, State.DEGRADED))

    @cached_property
    def counts(self) -> Counter:
        return sum((province.counts for province in self.provinces), Counter())

    @property
    def legend(self) -> list[tuple[State, int]]:
        return [(State(state), self.counts[state]) for state in WORST_FIRST]

    @property
    def foremost(self) -> list[ComponentReport]:
        """What people look for first: tier A, and whatever is in trouble."""
        return [report for report in self.components if not report.is_outside and report.is_foremost]

    @property
    def others(self) -> list[ComponentReport]:
        return [report for report in self.components if not report.is_outside and not report.is_foremost]

    @property
    def outside(self) -> list[ComponentReport]:
        return [report for report in self.components if report.is_outside]


def worst(states: Iterable[str]) -> str:
    present = set(states)
    return next((state for state in WORST_FIRST if state in present), State.OK)


def national(at: datetime) -> Report:
    """The whole country, in a number of queries that does not grow with anything."""
    outages = open_outages(Outage.objects.all())
    components = list(Component.objects.all())
    return Report(
        at=at,
        outages=outages,
        components=component_reports(components, outages, Outage.objects.all(), at),
        upcoming=upcoming_maintenance(at),
        provinces=province_reports(),
        changed_at=last_change(at),
        probed_at=last_probe(),
    )


def municipal(municipality: Municipality, at: datetime) -> Report:
    """One municipality: its own nodes, its modules, and what it inherits from the country."""
    reach = Q(affected__municipality=municipality) | Q(affected__node__municipality=municipality)
    felt = Outage.objects.filter(reach).distinct()
    now_felt = Q(affected__until=None) & reach
    outages = open_outages(Outage.objects.filter(now_felt).distinct())
    components = list(municipality.components.all()) or list(Component.objects.all())
    return Report(
        at=at,
        of=municipality,
        outages=outages,
        components=component_reports(components, outages, felt, at),
        upcoming=upcoming_maintenance(at),
        nodes=list(Node.objects.watched().filter(municipality=municipality)),
        changed_at=last_change(at),
        probed_at=last_probe(),
    )


def open_outages(outages: OutageQuerySet) -> list[Outage]:
    """Public and open, widest first, with updates (newest first) and components read ahead."""
    public = outages.open().public().filter(is_drill=False)
    return list(public.widest_first().prefetch_related(*WITH_WORDS))


def ended_outages(outages: OutageQuerySet, since: datetime) -> OutageQuerySet:
    return outages.public().filter(is_drill=False, ended_at__gte=since)


def component_reports(
    components: list[Component], open_now: list[Outage], felt: OutageQuerySet, at: datetime
) -> list[ComponentReport]:
    """Now: the worst of what an open outage, its own checks or maintenance say. Then: outages and maintenance."""
    spans = component_spans(open_now, ended_outages(felt, at - HISTORY), at)
    states = component_states(open_now)
    return [
        ComponentReport(component, worst(states[component.pk]), bars.history(spans[component.pk], at=at))
        for component in components
    ]


def component_states(open_now: list[Outage]) -> dict[str, list[str]]:
    states: dict[str, list[str]] = defaultdict(list)
    known = Node.objects.watched().central().exclude(state=State.NO_DATA)
    for component, state in known.values_list("component_id", "state"):
        states[component].append(state)
    for outage in open_now:
        for component in outage.components.all():
            states[component.pk].append(outage.state)
    return states


def component_spans(open_now: list[Outage], ended: OutageQuerySet, at: datetime) -> dict[str, list[bars.Span]]:
    total = Municipality.objects.count() or 1
    spans: dict[str, list[bars.Span]] = defaultdict(list)
    for outage in [*open_now, *ended.prefetch_related("components")]:
        share = min(1.0, (outage.affected_count or total) / total)
        span = bars.Span(outage.started_at, outage.ended_at or at, outage.state, share)
        for component in outage.components.all():
            spans[component.pk].append(span)
    past = Maintenance.objects.standing().filter(ends_at__gte=at - HISTORY, starts_at__lte=at, rule="")
    for window in past.prefetch_related("components"):
        for component in window.components.all():
            spans[component.pk].append(bars.Span(window.starts_at, min(window.ends_at, at), State.MAINTENANCE))
    return spans


def municipality_states() -> dict[int, str]:
    """The worst of a municipality's own nodes and of what open outages do to it."""
    states: dict[int, list[str]] = defaultdict(list)
    for municipality, state in Node.objects.watched().of_municipalities().values_list("municipality_id", "state"):
        states[municipality].append(state)
    felt = Affected.objects.current().filter(
        outage__ended_at=None, outage__is_public=True, outage__is_drill=False, municipality__isnull=False
    )
    for municipality, state in felt.values_list("municipality_id", "outage__state").distinct():
        states[municipality].append(state)
    return {municipality: worst(found) for municipality, found in states.items()}


def province_reports() -> list[ProvinceReport]:
    states = municipality_states()
    counts: dict[str, Counter] = defaultdict(Counter)
    for municipality, province in Municipality.objects.order_by().values_list("pk", "province_id"):
        counts[province][states.get(municipality, State.NO_DATA)] += 1
    return [
        ProvinceReport(province, counts[province.pk], TILES.get(province.pk, Tile(1, 9, province.name)))
        for province in Province.objects.all()
    ]


def upcoming_maintenance(at: datetime) -> list[Maintenance]:
    """Public windows that have not ended, soonest first."""
    windows = Maintenance.objects.standing().filter(is_public=True, ends_at__gt=at)
    return list(windows.prefetch_related("components")[:20])


def last_change(at: datetime) -> datetime:
    return max(filter(None, last_words()), default=at)


def last_probe() -> datetime | None:
    """When a probe cycle last ended; what we say is no fresher than that."""
    return Prober.objects.aggregate(at=Max("cycle_ended_at"))["at"]


def last_words() -> tuple[datetime | None, ...]:
    """When an outage was last opened and ended, an update said, somebody recovered."""
    outages = Outage.objects.aggregate(started=Max("confirmed_at"), ended=Max("ended_at"))
    said = StatusUpdate.objects.aggregate(at=Max("created_at"))["at"]
    back = Affected.objects.aggregate(since=Max("since"), until=Max("until"))
    put_right = Correction.objects.aggregate(at=Max("at"))["at"]
    reported = PostIncidentReport.objects.aggregate(at=Max("published_at"))["at"]
    return (outages["started"], outages["ended"], said, back["since"], back["until"], put_right, reported)


def node_counts() -> list[tuple[str, int]]:
    counted = Node.objects.watched().order_by("state").values_list("state").annotate(n=Count("pk"))
    return list(counted)


def past(
    municipality: Municipality | None, *, before: datetime | None, size: int = 20, month: date | None = None
) -> list[Outage]:
    """Ended public outages, newest first, `size` a page by key (`before`: started earlier than), of one month."""
    outages = ended_of(municipality)
    if month:
        following = (month + timedelta(days=32)).replace(day=1)
        outages = outages.filter(started_at__gte=bars.midnight(month), started_at__lt=bars.midnight(following))
    if before:
        outages = outages.filter(started_at__lt=before)
    return list(outages.order_by("-started_at").select_related("report").prefetch_related(*WITH_WORDS)[:size])


def ended_of(municipality: Municipality | None) -> OutageQuerySet:
    outages = Outage.objects.public().filter(is_drill=False, ended_at__isnull=False)
    if municipality is None:
        return outages
    return outages.filter(
        Q(affected__municipality=municipality) | Q(affected__node__municipality=municipality)
    ).distinct()


def months(municipality: Municipality | None, number: int = 12) -> list[tuple[date, int]]:
    """The newest months in which an outage began, with how many; months are local."""
    begun = ended_of(municipality).annotate(month=TruncMonth("started_at", tzinfo=bars.ISTANBUL))
    counted = begun.order_by("-month").values_list("month").annotate(n=Count("pk", distinct=True))
    return [(month.date(), count) for month, count in counted[:number]]


def municipalities_of(province: Province) -> list[tuple[Municipality, str]]:
    """The municipalities of a province with their states, in Turkish order."""
    states = municipality_states()
    return [(m, states.get(m.pk, State.NO_DATA)) for m in province.municipalities.all()]
