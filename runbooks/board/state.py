"""Everything the board shows, read once, in a number of queries that does not grow."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from django.db.models import Count, Prefetch, Q, prefetch_related_objects

from foundation.directory.models import Component, Municipality, Province
from helpdesk.models import MajorIncident
from monitoring import outages
from monitoring.models import WORST_FIRST, Affected, Node, NodeTransition, Outage, Proposal, State
from monitoring.status import report
from monitoring.status.report import ProvinceReport
from runbooks.board import geometry, map_outlines
from runbooks.models import Page, Run
from runbooks.paging import reading

MOST_LINES = 12  # of the matrix, before the rest is folded
MOST_FLAPPING = 12
SILENCE = report.SILENCE  # board.js knows the same
STRIP, SLOTS = timedelta(hours=2), 24


@dataclass(frozen=True)
class Pin:
    """The number of an outage on the map, moved aside where another one stands."""

    card: "Card"
    x: float
    y: float

    @property
    def is_east(self) -> bool:
        """Whether a name beside it would leave the sheet on the right."""
        return self.x > map_outlines.WIDTH * 0.8


@dataclass(frozen=True)
class Strip:
    """A node that comes and goes, and its states in the last `STRIP`, oldest first."""

    node: Node
    states: list[str]

    @property
    def changes(self) -> int:
        return sum(one != other for one, other in pairwise(self.states))


@dataclass(frozen=True)
class Card:
    """One open outage as the operators' column shows it."""

    outage: Outage
    number: int
    at: datetime
    runs: list[Run]
    incident: MajorIncident | None
    place: geometry.MapPoint | None
    proposal: Proposal | None = None  # words about it that wait for a second look
    page: Page | None = None  # who is called for it

    @property
    def alone_because(self) -> str:
        """Why its latest word went out without a second look; empty where it did not."""
        latest = next(iter(self.outage.updates.all()), None)
        return latest.alone_because if latest else ""

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

    @property
    def name_on_map(self) -> str:
        """Beside its number: the province, or the one municipality it touches."""
        if self.outage.province:
            return self.outage.province.name
        return self.place.name if self.place and self.place.municipalities == 1 else ""


@dataclass(frozen=True)
class Cell:
    """How many municipalities of a region feel a component's trouble, and how badly."""

    state: str
    count: int


@dataclass(frozen=True)
class OutageLine:
    component: Component
    cells: list[Cell]

    @property
    def name(self) -> str:
        """Without the explanation in brackets, which a narrow column cannot hold."""
        return str(self.component).split(" (")[0]


@dataclass(frozen=True)
class BoardState:
    """The board, true at `at`."""

    at: datetime
    cards: list[Card]
    provinces: list[ProvinceReport]
    states: dict[int, str]
    municipalities: list[tuple[int, str, float, float]]
    regions: list[str]
    lines: list[OutageLine]
    flapping: list[Strip]
    probed_at: datetime | None

    @property
    def is_silent(self) -> bool:
        """Nothing was measured lately: that no outage is open says nothing then."""
        return self.probed_at is None or self.at - self.probed_at > SILENCE

    @property
    def new(self) -> list[Card]:
        return [card for card in self.cards if card.is_new]

    @property
    def taken(self) -> list[Card]:
        return [card for card in self.cards if not card.is_new]

    @cached_property
    def counts(self) -> Counter:
        return Counter(self.state_of(pk) for pk, *_place in self.municipalities)

    @cached_property
    def pinned(self) -> list[Pin]:
        placed = [(card, card.place) for card in self.cards if card.place]
        spots = geometry.set_apart(place for _card, place in placed)
        return [Pin(card, x, y) for (card, _place), (x, y) in zip(placed, spots, strict=True)]

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
    def unmeasured(self) -> int:
        return self.counts[State.NO_DATA]

    @property
    def recovered(self) -> int:
        return sum(card.outage.recovered_count for card in self.cards)

    @property
    def first_lines(self) -> list[OutageLine]:
        return self.lines[:MOST_LINES]

    @property
    def other_lines(self) -> list[OutageLine]:
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
        paths = geometry.paths(
            (self.state_of(pk), longitude, latitude) for pk, _province, longitude, latitude in self.municipalities
        )
        return [(state, paths[state]) for state in reversed(WORST_FIRST) if state in paths]


def read(at: datetime) -> BoardState:
    states = report.municipality_states()
    municipalities = list(
        Municipality.objects.current().order_by("pk").values_list("pk", "province_id", "longitude", "latitude")
    )
    regions = geometry.from_west_to_east(Province.objects.order_by().values_list("region", "longitude"))
    return BoardState(
        at=at,
        cards=cards(at),
        provinces=report.provinces_of(states, [(pk, province) for pk, province, *_place in municipalities]),
        states=states,
        municipalities=municipalities,
        regions=regions,
        lines=lines(regions),
        flapping=strips(at),
        probed_at=report.last_probe(),
    )


def cards(at: datetime) -> list[Card]:
    """Open outages, unseen ones first, the gravest and widest first among each."""
    open_now = sorted(outages.open_now(), key=lambda outage: outage.acknowledged_at is not None)
    return cards_of(open_now, at)


def cards_of(shown: list[Outage], at: datetime) -> list[Card]:
    """These outages with all that stands beside them, numbered in this order."""
    live_runs = Prefetch("runs", Run.objects.filter(status__in=("proposed", "running")))
    prefetch_related_objects(shown, live_runs)
    incidents = {
        incident.outage_id: incident for incident in MajorIncident.objects.filter(outage__in=shown).with_link_counts()
    }
    where = geometry.places(shown)
    waiting = {one.outage_id: one for one in Proposal.objects.waiting().filter(outage__in=shown).select_related("by")}
    called = reading.of_outages(outage.pk for outage in shown)
    return [
        Card(
            outage, number, at, list(outage.runs.all()), incidents.get(outage.pk), where.get(outage.pk),
            waiting.get(outage.pk), called.get(outage.pk),
        )
        for number, outage in enumerate(shown, start=1)
    ]  # fmt: skip


def strips(at: datetime) -> list[Strip]:
    """Nodes that cannot decide, each with how it was in every slot of the last hours."""
    nodes = list(Node.objects.watched().filter(is_flapping=True).select_related("municipality")[:MOST_FLAPPING])
    turns: dict[int, list[NodeTransition]] = defaultdict(list)
    for turn in NodeTransition.objects.filter(node__in=nodes, at__gt=at - STRIP).order_by("at", "pk"):
        turns[turn.node_id].append(turn)
    return [Strip(node, states_in_slots(node, turns[node.pk], at)) for node in nodes]


def states_in_slots(node: Node, turns: list[NodeTransition], at: datetime) -> list[str]:
    """The worst state of each slot, given the turns of the node since the first began."""
    state = turns[0].old if turns else node.state
    slots, left = [], list(turns)
    for slot in range(SLOTS):
        ends_at = at - STRIP + (slot + 1) * STRIP / SLOTS
        seen = [state]
        while left and left[0].at <= ends_at:
            state = left.pop(0).new
            seen.append(state)
        slots.append(report.worst(seen))
    return slots


def lines(regions: list[str]) -> list[OutageLine]:
    """Components of tier A and whatever is in trouble, the gravest first, one cell a region."""
    felt = troubles()
    central = {pk: report.worst(states) for pk, states in report.component_states([]).items()}
    named = {component for component, _region in felt} | {pk for pk, state in central.items() if state != State.OK}
    shown = Component.objects.current().filter(Q(tier=Component.Tier.A) | Q(pk__in=named - {None}))
    rows = [
        OutageLine(one, [cell(felt, one.pk, region, central.get(one.pk, State.OK)) for region in regions])
        for one in shown
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
