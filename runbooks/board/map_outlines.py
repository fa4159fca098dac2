"""The country on a sheet of 1000 × 436: outlines of the provinces, places of municipalities.

Outlines: © OpenStreetMap contributors, ODbL; municipality points: GeoNames, CC BY 4.0.
"""

import json
import math
from dataclasses import dataclass
from functools import cache

from foundation.directory import registers

WIDTH, HEIGHT = 1000, 436
WEST, NORTH = 25.62, 42.15  # degrees at the sheet's upper left corner
SCALE = 51.6  # units a degree of longitude
SQUEEZE = math.cos(math.radians(39))  # a degree of longitude is this much of one of latitude
SMALLEST = 4.0  # islands narrower and lower than this many units are left out


@dataclass(frozen=True)
class Outline:
    """One province: its plate code, its name and the `d` of its SVG path."""

    plate_code: str
    name: str
    path: str


def place(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a point lies on the sheet."""
    return (longitude - WEST) * SCALE, (NORTH - latitude) * SCALE / SQUEEZE


@cache
def outlines() -> tuple[Outline, ...]:
    """All provinces, drawn once a process."""
    country = json.loads(registers.SHIPPED.with_name("provinces.geojson").read_text(encoding="utf-8"))
    return tuple(
        Outline(feature["properties"]["plate"], feature["properties"]["name"], path(feature["geometry"]))
        for feature in country["features"]
    )


def path(geometry: dict) -> str:
    """Polygons as one path of relative lines, to a tenth of a unit."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [[place(*point) for point in part[0]] for part in parts]
    largest = max(rings, key=extent)
    return "".join(drawn(ring) for ring in rings if ring is largest or extent(ring) >= SMALLEST)


def extent(ring: list[tuple[float, float]]) -> float:
    across, down = zip(*ring, strict=True)
    return max(max(across) - min(across), max(down) - min(down))


def drawn(ring: list[tuple[float, float]]) -> str:
    """Differences of rounded points, so that no error adds up along the ring."""
    points = [(round(x * 10), round(y * 10)) for x, y in ring]
    commands = [f"M{points[0][0] / 10:g} {points[0][1] / 10:g}"]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if (x0, y0) != (x1, y1):
            commands.append(f"l{(x1 - x0) / 10:g} {(y1 - y0) / 10:g}")
    return "".join(commands) + "z"
