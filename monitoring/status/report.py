"""How things are, read once: the values behind page, JSON, feed, socket and snapshot."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncMonth

from foundation.directory.models import Component, Municipality, Province
from foundation.language.formatting import ISTANBUL
from monitoring.history.rollups import of_days
from monitoring.maintenance import windows as maintenance_windows
from monitoring.models import (
    WORST_FIRST,
    Affected,
    Correction,
    Day,
    Maintenance,
    Node,
    NodeTransition,
    Outage,
    PostIncidentReport,
    Prober,
    Scope,
    State,
    StatusUpdate,
)
from monitoring.models.outages import OutageQuerySet
from monitoring.status import bars
from monitoring.status.tiles import TILES, Tile

HISTORY = timedelta(days=bars.DAYS)
CALLED_OFF_IS_TOLD = timedelta(days=30)
SILENCE = timedelta(minutes=2)  # without a finished round of probes
WITH_WORDS = ("updates__corrections", "corrections", "components")


@dataclass(frozen=True)
class ComponentReport:
    """One component: how it is now, and its ninety days."""

    component: Component
    state: str
    history: bars.History
    is_cut_off: bool = False  # works, but the municipality of the page has no way to it

    @property
    def is_outside(self) -> bool:
        """Somebody else's service: a bank, PTT KEP, e-Devlet."""
        return self.component.tier == Component.Tier.OUTSIDE

    @property
    def is_foremost(self) -> bool:
        return self.component.tier == Component.Tier.A or self.state != State.OK and not self.is_cut_off


@dataclass(frozen=True)
class ConnectionReport:
    """A node of a municipality: how we see it now, and its ninety days as measured."""

    node: Node
    history: bars.History


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
class StatusReport:
    """A page of the public status: the country, or one municipality (`of`)."""

    at: datetime
    outages: list[Outage]
    components: list[ComponentReport]
    upcoming: list[Maintenance]
    changed_at: datetime
    probed_at: datetime | None
    provinces: list[ProvinceReport] = field(default_factory=list)
    of: Municipality | None = None
    connections: list[ConnectionReport] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        return [connection.node for connection in self.connections]

    @property
    def state(self) -> str:
        states = [self.meant(outage) for outage in self.outages] + [component.state for component in self.components]
        return worst(states + [node.state for node in self.nodes if node.state != State.NO_DATA])

    def meant(self, outage: Outage) -> str:
        """What this outage means for those the page is about."""
        return outage.state if self.of else for_the_country(outage)

    @property
    def unwell(self) -> int:
        """Components that work slowly, in part or not at all; without an open outage they are all that says so."""
        return sum(bars.RANK.get(component.state, 0) > bars.RANK["maint"] for component in self.components)

    @property
    def is_cut_off(self) -> bool:
        """A municipality without a way in: what works does not work for it."""
        return any(component.is_cut_off for component in self.components)

    @property
    def is_silent(self) -> bool:
        """Nothing was measured lately: that no outage is known says nothing then."""
        return self.probed_at is None or self.at - self.probed_at > SILENCE

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


def for_the_country(outage: Outage) -> str:
    """What an outage means for everybody together: where only some feel it, the country is partly out."""
    wide = outage.scope == Scope.CENTRAL
    return State.PARTIAL if outage.state == State.OUTAGE and not wide else outage.state_now


def national(at: datetime) -> StatusReport:
    """The whole country, in a number of queries that does not grow with anything."""
    outages = open_outages(Outage.objects.all())
    components = list(Component.objects.current())
    return StatusReport(
        at=at,
        outages=outages,
        components=component_reports(components, national_states(outages), national_spans(outages, at), at),
        upcoming=upcoming_maintenance(at),
        provinces=province_reports(),
        changed_at=last_change(at),
        probed_at=last_probe(),
    )


def municipal(municipality: Municipality, at: datetime) -> StatusReport:
    """One municipality: its own nodes, its modules, and what it inherits from the country."""
    outages = open_outages(Outage.objects.reaching(municipality, still=True))
    components = list(municipality.components.filter(retired_at=None)) or list(Component.objects.current())
    nodes = list(Node.objects.watched().filter(municipality=municipality))
    reports = component_reports(components, component_states(outages), felt_spans(components, municipality, at), at)
    return StatusReport(
        at=at,
        of=municipality,
        outages=outages,
        components=seen_from_outside(reports) if has_no_way_in(municipality, nodes, outages) else reports,
        upcoming=upcoming_maintenance(at),
        connections=connections(nodes, at),
        changed_at=last_change(at),
        probed_at=last_probe(),
    )


def has_no_way_in(municipality: Municipality, nodes: list[Node], open_now: list[Outage]) -> bool:
    """Every connection of it is down, or a local or regional outage takes everything from it.

    A central fault without a component is felt here too, but then it is the centre that does not work.
    """
    narrow = [outage.pk for outage in open_now if outage.scope != Scope.CENTRAL and outage.state == State.OUTAGE]
    lines = Affected.objects.current().filter(municipality=municipality, component=None, outage__in=narrow)
    down = set(lines.values_list("node_id", flat=True)) | {node.pk for node in nodes if node.state == State.OUTAGE}
    return None in down or bool(nodes) and down.issuperset(node.pk for node in nodes)


def seen_from_outside(components: list[ComponentReport]) -> list[ComponentReport]:
    """As they are for somebody who cannot reach them; what others run does not stand behind our door.

    What does not work at the centre either keeps the word for that.
    """
    return [
        replace(row, state=State.OUTAGE, is_cut_off=True) if row.state == State.OK and not row.is_outside else row
        for row in components
    ]


def open_outages(outages: OutageQuerySet) -> list[Outage]:
    """Public and open, widest first, with updates (newest first) and components read ahead."""
    announced = outages.open().announced()
    return list(announced.widest_first().prefetch_related(*WITH_WORDS))


def ended_outages(outages: OutageQuerySet, since: datetime) -> OutageQuerySet:
    return outages.announced().filter(ended_at__gte=since)


def component_reports(
    components: list[Component], states: dict[str, list[str]], spans: dict[str, list[bars.Span]], at: datetime
) -> list[ComponentReport]:
    """Now: the worst of what an open outage, its own checks or maintenance say. Then: outages and maintenance."""
    add_maintenance(spans, at)
    since = watched_since()
    return [
        ComponentReport(
            component, worst(states[component.pk]), bars.history(spans[component.pk], at=at, since=since or at)
        )
        for component in components
    ]


def watched_since() -> datetime | None:
    """Since when we know anything: the first outage written down or the first state a node took."""
    first_turn = NodeTransition.objects.order_by("pk").values_list("at", flat=True).first()
    first_outage = Outage.objects.aggregate(at=Min("started_at"))["at"]
    return min(filter(None, (first_turn, first_outage)), default=None)


def component_states(open_now: list[Outage], meant: Callable[[Outage], str] = attrgetter("state")) -> dict:
    """Component → the states that its central nodes and these outages (read as `meant`) give it."""
    states: dict[str, list[str]] = defaultdict(list)
    measured = Node.objects.watched().central().exclude(state=State.NO_DATA)
    for component, state in measured.values_list("component_id", "state"):
        states[component].append(state)
    for outage in open_now:
        for felt in outage.components.all():
            states[felt.pk].append(meant(outage))
    return states


def national_states(open_now: list[Outage]) -> dict[str, list[str]]:
    return component_states(open_now, for_the_country)


def national_spans(open_now: list[Outage], at: datetime) -> dict[str, list[bars.Span]]:
    """Component → what outages meant for the country: the share of municipalities they touched counts."""
    total = Municipality.objects.current().count() or 1
    spans: dict[str, list[bars.Span]] = defaultdict(list)
    ended = ended_outages(Outage.objects.all(), at - HISTORY)
    for outage in [*open_now, *ended.prefetch_related("components")]:
        share = min(1.0, (outage.affected_count or total) / total)
        span = bars.Span(outage.started_at, outage.ended_at or at, for_the_country(outage), share)
        for component in outage.components.all():
            spans[component.pk].append(span)
    return spans


def felt_spans(components: list[Component], municipality: Municipality, at: datetime) -> dict[str, list[bars.Span]]:
    """Component → what one municipality felt of outages, whole, until it was back itself.

    A line of its node alone says that its connection was down: that is drawn at the connection.
    "Everything" is everything of ours: the services of others do not stand behind our door.
    """
    own = Q(municipality=municipality) | Q(node__municipality=municipality)
    lines = Affected.objects.announced().filter(own).filter(Q(until=None) | Q(until__gte=at - HISTORY))
    named = lines.exclude(node__isnull=False, component=None)
    ours = [one.pk for one in components if one.tier != Component.Tier.OUTSIDE]
    spans: dict[str, list[bars.Span]] = defaultdict(list)
    for component, since, until, state in named.values_list("component_id", "since", "until", "outage__state"):
        span = bars.Span(since, until or at, state)
        for code in [component] if component else ours:
            spans[code].append(span)
    return spans


def add_maintenance(spans: dict[str, list[bars.Span]], at: datetime) -> None:
    began = Maintenance.objects.standing().filter(starts_at__lte=at)
    past = began.filter(~Q(rule="") | Q(ends_at__gte=at - HISTORY))
    for window in past.prefetch_related("components"):
        rounds = list(maintenance_windows.rounds(window, at - HISTORY, at))
        for component in window.components.all():
            spans[component.pk] += [bars.Span(start, min(end, at), State.MAINTENANCE) for start, end in rounds]


def connections(nodes: list[Node], at: datetime) -> list[ConnectionReport]:
    """The days that were measured of each node; what was not measured is drawn as such and counts for nothing."""
    today = at.astimezone(ISTANBUL).date()
    dates = [today - timedelta(days=back) for back in reversed(range(bars.DAYS))]
    measured: dict[int, dict[date, Day]] = defaultdict(dict)
    for day in Day.objects.filter(node__in=nodes, day__gte=dates[0]):
        measured[day.node_id][day.day] = day
    return [ConnectionReport(node, history_of(measured[node.pk], dates)) for node in nodes]


def history_of(measured: dict[date, Day], dates: list[date]) -> bars.History:
    days = tuple((day, measured[day].worst if day in measured else bars.NO_DATA) for day in dates)
    return bars.History(days, of_days(measured.values()).share_up)


def municipality_states() -> dict[int, str]:
    """The worst of a municipality's own nodes and of what open outages do to it."""
    states: dict[int, list[str]] = defaultdict(list)
    for municipality, state in Node.objects.watched().of_municipalities().values_list("municipality_id", "state"):
        states[municipality].append(state)
    felt = Affected.objects.felt_now().filter(municipality__isnull=False)
    for municipality, state in felt.values_list("municipality_id", "outage__state").distinct():
        states[municipality].append(state)
    return {municipality: worst(each) for municipality, each in states.items()}


def province_reports() -> list[ProvinceReport]:
    return provinces_of(
        municipality_states(), Municipality.objects.current().order_by().values_list("pk", "province_id")
    )


def provinces_of(states: dict[int, str], places: Iterable[tuple[int, str]]) -> list[ProvinceReport]:
    """Every province with the states of its municipalities, given as (key, province)."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for municipality, province in places:
        counts[province][states.get(municipality, State.NO_DATA)] += 1
    return [
        ProvinceReport(province, counts[province.pk], TILES.get(province.pk, Tile(1, 9, province.name)))
        for province in Province.objects.current()
    ]


def upcoming_maintenance(at: datetime) -> list[Maintenance]:
    """Public windows that run or come, soonest first; one repeated by a rule with the round that is next."""
    windows = Maintenance.objects.standing().filter(~Q(rule="") | Q(ends_at__gt=at), is_public=True)
    return maintenance_windows.coming(windows.prefetch_related("components"), at)[:20]


def maintenance_for_calendars(at: datetime) -> list[Maintenance]:
    """What is coming, and what was called off or ended early lately: a calendar only forgets what it is told of."""
    since, ahead = at - CALLED_OFF_IS_TOLD, upcoming_maintenance(at)
    lately = Maintenance.objects.filter(Q(cancelled_at__gt=since) | Q(changed_at__gt=since), is_public=True)
    return [*ahead, *lately.exclude(pk__in=[window.pk for window in ahead])]


def last_change(at: datetime) -> datetime:
    return max(filter(None, last_words()), default=at)


def last_probe() -> datetime | None:
    """When a probe cycle last ended; what we say is no fresher than that."""
    return Prober.objects.aggregate(at=Max("cycle_ended_at"))["at"]


def last_words() -> tuple[datetime | None, ...]:
    """When an outage was last opened and ended, an update said, somebody recovered."""
    outages = Outage.objects.aggregate(started=Max("confirmed_at"), ended=Max("ended_at"))
    updated = StatusUpdate.objects.aggregate(at=Max("created_at"))["at"]
    back = Affected.objects.aggregate(since=Max("since"), until=Max("until"))
    put_right = Correction.objects.aggregate(at=Max("at"))["at"]
    reported = PostIncidentReport.objects.aggregate(at=Max("published_at"))["at"]
    return (outages["started"], outages["ended"], updated, back["since"], back["until"], put_right, reported)


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
    outages = Outage.objects.announced().filter(ended_at__isnull=False)
    return outages.reaching(municipality) if municipality else outages


def months(municipality: Municipality | None, number: int = 12) -> list[tuple[date, int]]:
    """The newest months in which an outage began, with how many; months are local."""
    begun = ended_of(municipality).annotate(month=TruncMonth("started_at", tzinfo=ISTANBUL))
    counted = begun.order_by("-month").values_list("month").annotate(n=Count("pk", distinct=True))
    return [(month.date(), count) for month, count in counted[:number]]


def municipalities_of(province: Province) -> list[tuple[Municipality, str]]:
    """The municipalities of a province with their states, in Turkish order."""
    states = municipality_states()
    return [(m, states.get(m.pk, State.NO_DATA)) for m in province.municipalities.select_related("province")]


def legend_of(rows: Iterable[tuple[Municipality, str]]) -> list[tuple[State, int]]:
    """How many of these are in which state, worst first; states that nobody is in are left out."""
    counts = Counter(state for _municipality, state in rows)
    return [(State(state), counts[state]) for state in WORST_FIRST if counts[state]]
