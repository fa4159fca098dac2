"""Places and sizes on the map: where an outage lies, how a municipality is drawn, the order of the regions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from django.db.models import Avg, Count, Min

from monitoring.models import Affected, Outage, State
from runbooks.board import map_outlines

PIN = 22  # the width of a pin on the sheet
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
class MapPoint:
    """Where an outage lies: the middle of the municipalities it touches, on the sheet of the map."""

    x: float
    y: float
    municipalities: int
    name: str  # of one of them


def places(shown: list[Outage]) -> dict[int, MapPoint]:
    """Outage → where it lies; those that touch no municipality lie nowhere."""
    lines = Affected.objects.current().filter(outage__in=shown, municipality__isnull=False)
    means = (
        lines.order_by()
        .values("outage")
        .annotate(
            longitude=Avg("municipality__longitude"),
            latitude=Avg("municipality__latitude"),
            municipalities=Count("municipality", distinct=True),
            name=Min("municipality__name"),
        )
    )
    return {
        row["outage"]: MapPoint(
            *map_outlines.place(row["longitude"], row["latitude"]), row["municipalities"], row["name"]
        )
        for row in means
    }


def set_apart(points: Iterable[MapPoint]) -> list[tuple[float, float]]:
    """A spot for a pin at each point, further down where another one stands."""
    spots: list[tuple[float, float]] = []
    for point in points:
        x, y = point.x, point.y
        while any(abs(taken_x - x) < PIN and abs(taken_y - y) < PIN for taken_x, taken_y in spots):
            y += PIN
        spots.append((x, y))
    return spots


def paths(municipalities: Iterable[tuple[str, float, float]]) -> dict[str, str]:
    """State → one path that marks all its municipalities, given as (state, longitude, latitude)."""
    marks: dict[str, list[str]] = defaultdict(list)
    for state, longitude, latitude in municipalities:
        x, y = map_outlines.place(longitude, latitude)
        marks[state].append(f"M{x:.1f} {y:.1f}{MARKS[State(state)]}")
    return {state: "".join(drawn) for state, drawn in marks.items()}


def from_west_to_east(places: Iterable[tuple[str, float]]) -> list[str]:
    """The regions of these (region, longitude), in the order the map shows them."""
    longitudes: dict[str, list[float]] = defaultdict(list)
    for region, longitude in places:
        longitudes[region].append(longitude)
    return sorted(longitudes, key=lambda region: fmean(longitudes[region]))
