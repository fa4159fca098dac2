"""Everything the board shows, read once, in a number of queries that does not grow."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import fmean

from django.db.models import Count, Prefetch, Q

from foundation.directory.models import Component, Municipality, Province
from helpdesk.models import MajorIncident
from monitoring import outages
from monitoring.models import WORST_FIRST, Affected, Node, Outage, State
from monitoring.status import report
from monitoring.status.report import ProvinceReport
from monitoring.status.tiles import TILES, Tile
from runbooks.board import outline
from runbooks.models import Run

MOST_FOUND = 60
MOST_LINES = 12  # of the matrix, before the rest is folded
# How a municipality of each state is drawn: the path of one mark, its corner at the place.
MARKS = {
    State.OK: "h0",
    State.OUTAGE: "h3v3h-3z",
    State.PARTIAL: "l3.2 5.6h-6.4z",
    State.DEGRADED: "l3 3-3 3-3-3z",
    State.MAINTENANCE: "h4v1.4h-4z",
    State.NO_DATA: "a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0z",
}


@dataclass(frozen=True)
class Card:
    """One open outage as the operators' column shows it."""

    outage: Outage
    number: int
    at: datetime
    runs: list[Run]
    incident: MajorIncident | None

    @property
    def is_new(self) -> bool:
        return self.outage.acknowledged_at is None

    @property
    def linked(self) -> int:
        """Tickets linked to its major incident."""
        return getattr(self.incident, "link_count", 0)

    @property
    def until_next_word(self) -> timedelta | None:
        return self.outage.next_update_at - self.at if self.outage.next_update_at else None

    @property
    def is_overdue(self) -> bool:
        return self.until_next_word is not None and self.until_next_word < timedelta(0)

    @property
    def next_word_in(self) -> int:
        """Whole minutes until the next word is due, or since it was."""
        return int(abs(self.until_next_word or timedelta(0)).total_seconds() // 60)

    @cached_property
    def pin(self) -> tuple[float, float] | None:
        """Where its number stands on the map; a central outage is everywhere."""
        province = self.outage.province
        return outline.place(province.longitude, province.latitude) if province else None


@dataclass(frozen=True)
class Cell:
    """How many municipalities of a region feel a component's trouble, and how badly."""

    state: str
    count: int


@dataclass(frozen=True)
class Line:
    component: Component
    cells: list[Cell]


@dataclass(frozen=True)
class Found:
    """One municipality of a search or a province, with its state."""

    municipality: Municipality
    state: str


@dataclass(frozen=True)
class Standing:
    """The board, true at `at`."""

    at: datetime
    cards: list[Card]
    provinces: list[ProvinceReport]
    states: dict[int, str]
    municipalities: list[tuple[int, str, float, float]]
    regions: list[str]
    lines: list[Line]
    flapping: list[Node]
    probed_at: datetime | None

    @property
    def new(self) -> list[Card]:
        return [card for card in self.cards if card.is_new]

    @property
    def taken(self) -> list[Card]:
        return [card for card in self.cards if not card.is_new]

    @cached_property
    def counts(self) -> Counter:
        return Counter(self.state_of(pk) for pk, *_place in self.municipalities)

    @property
    def legend(self) -> list[tuple[State, int]]:
        return [(State(state), self.counts[state]) for state in WORST_FIRST]

    @property
    def total(self) -> int:
        return len(self.municipalities)

    @property
    def affected(self) -> int:
        return sum(self.counts[state] for state in (State.OUTAGE, State.PARTIAL, State.DEGRADED))

    @property
    def recovered(self) -> int:
        return sum(card.outage.recovered_count for card in self.cards)

    @property
    def first_lines(self) -> list[Line]:
        return self.lines[:MOST_LINES]

    @property
    def other_lines(self) -> list[Line]:
        return self.lines[MOST_LINES:]

    @property
    def next_card(self) -> Card | None:
        """The outage whose next word is due first."""
        due = [(card.until_next_word, card.number, card) for card in self.cards if card.until_next_word is not None]
        return min(due)[2] if due else None

    @property
    def oldest_new(self) -> Card | None:
        return min(self.new, key=lambda card: card.outage.started_at, default=None)

    @property
    def new_s1(self) -> str:
        """The keys of unseen S1 outages: what a page may sound for."""
        return " ".join(str(card.outage.pk) for card in self.new if card.outage.severity == "S1")

    def state_of(self, municipality: int) -> str:
        return self.states.get(municipality, State.NO_DATA)

    @cached_property
    def marks(self) -> list[tuple[str, str]]:
        """(state, path of all its municipalities), the calm ones first and so beneath."""
        drawn: dict[str, list[str]] = defaultdict(list)
        for pk, _province, longitude, latitude in self.municipalities:
            x, y = outline.place(longitude, latitude)
            state = self.state_of(pk)
            drawn[state].append(f"M{x:.1f} {y:.1f}{MARKS[State(state)]}")
        return [(state, "".join(drawn[state])) for state in reversed(WORST_FIRST) if drawn[state]]


def read(at: datetime) -> Standing:
    states = report.municipality_states()
    municipalities = list(Municipality.objects.order_by("pk").values_list("pk", "province_id", "longitude", "latitude"))
    regions = from_west_to_east(Province.objects.order_by().values_list("region", "longitude"))
    return Standing(
        at=at,
        cards=cards(at),
        provinces=provinces(states, municipalities),
        states=states,
        municipalities=municipalities,
        regions=regions,
        lines=lines(regions),
        flapping=list(Node.objects.watched().filter(is_flapping=True).select_related("municipality")[:12]),
        probed_at=report.last_probe(),
    )


def from_west_to_east(places: Iterable[tuple[str, float]]) -> list[str]:
    """The regions of these (region, longitude), in the order the map shows them."""
    longitudes: dict[str, list[float]] = defaultdict(list)
    for region, longitude in places:
        longitudes[region].append(longitude)
    return sorted(longitudes, key=lambda region: fmean(longitudes[region]))


def cards(at: datetime) -> list[Card]:
    """Open outages, unseen ones first, the gravest and widest first among each."""
    live_runs = Prefetch("runs", Run.objects.filter(status__in=("proposed", "running")))
    open_now = sorted(
        outages.open_now().prefetch_related(live_runs), key=lambda outage: outage.acknowledged_at is not None
    )
    incidents = {
        incident.outage_id: incident
        for incident in MajorIncident.objects.filter(outage__in=open_now).with_link_counts()
    }
    return [
        Card(outage, number, at, list(outage.runs.all()), incidents.get(outage.pk))
        for number, outage in enumerate(open_now, start=1)
    ]


def provinces(states: dict[int, str], municipalities: Iterable[tuple]) -> list[ProvinceReport]:
    counts: dict[str, Counter] = defaultdict(Counter)
    for pk, province, *_place in municipalities:
        counts[province][states.get(pk, State.NO_DATA)] += 1
    return [
        ProvinceReport(province, counts[province.pk], TILES.get(province.pk, Tile(1, 9, province.name)))
        for province in Province.objects.all()
    ]


def lines(regions: list[str]) -> list[Line]:
    """Components of tier A and whatever is in trouble, the gravest first, one cell a region."""
    felt = troubles()
    central = {pk: report.worst(found) for pk, found in report.component_states([]).items()}
    named = {component for component, _region in felt} | {pk for pk, state in central.items() if state != State.OK}
    shown = Component.objects.filter(Q(tier=Component.Tier.A) | Q(pk__in=named - {None}))
    rows = [
        Line(one, [cell(felt, one.pk, region, central.get(one.pk, State.OK)) for region in regions]) for one in shown
    ]
    return sorted(rows, key=lambda row: min(WORST_FIRST.index(each.state) for each in row.cells))


def troubles() -> dict[tuple[str | None, str], Cell]:
    """(component or None for all of them, region) → how many municipalities feel it, and how badly."""
    felt = Affected.objects.current().filter(outage__ended_at=None, outage__is_drill=False, municipality__isnull=False)
    keys = ("component_id", "municipality__province__region")
    states: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for component, region, state in felt.order_by().values_list(*keys, "outage__state").distinct():
        states[component, region].append(state)
    counted = felt.order_by().values_list(*keys).annotate(Count("municipality", distinct=True))
    return {
        (component, region): Cell(report.worst(states[component, region]), count)
        for component, region, count in counted
    }


def cell(felt: dict[tuple[str | None, str], Cell], component: str, region: str, central: str) -> Cell:
    """Whoever lost everything is usually counted under the component, too: the larger figure holds both."""
    parts = [part for key in (component, None) if (part := felt.get((key, region)))]
    if not parts:
        return Cell(central, 0)
    return Cell(report.worst(part.state for part in parts), max(part.count for part in parts))


def find(standing: Standing, *, words: str, province: str, state: str) -> list[Found] | None:
    """The municipalities a filter leaves, at most `MOST_FOUND`; None without a filter."""
    if not (words or province or state):
        return None
    left = Municipality.objects.matching(words).select_related("province")
    if province:
        left = left.filter(province_id=province)
    found = (Found(municipality, standing.state_of(municipality.pk)) for municipality in left)
    return [one for one in found if not state or one.state == state][:MOST_FOUND]
