"""Which place listens at which loopback port."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from foundation.language import collation
from monitoring.models import Check

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class SimulatedNode:
    """One node of the city: the label people break it by, its port, and where it stands."""

    code: str
    name: str
    port: int
    province: str = ""
    province_name: str = ""


def read_registry() -> list[SimulatedNode]:
    """Every node whose checks point at this machine; the registry decides the ports."""
    checks = Check.objects.live().filter(target__contains=LOOPBACK).select_related("node__municipality__province")
    places = {}
    for check in checks.order_by("node_id", "id"):
        port = port_of(check.target)
        if port and check.node.code not in places:
            places[check.node.code] = place_of(check.node, port)
    return list(places.values())


def place_of(node, port: int) -> SimulatedNode:
    province = node.municipality.province if node.municipality_id else None
    return SimulatedNode(node.code, node.name, port, province.pk if province else "", province.name if province else "")


def port_of(target: str) -> int | None:
    """The port of `http://127.0.0.1:20001/saglik` or of `127.0.0.1:20001`; None for other machines."""
    parts = urlsplit(target if "//" in target else f"//{target}")
    return parts.port if parts.hostname == LOOPBACK else None


def find(places: Iterable[SimulatedNode], name: str) -> list[SimulatedNode]:
    """What `break` and `heal` mean: a node's code, a component, a province by plate or name, or `all`."""
    wanted = collation.fold(name)
    places = list(places)
    if wanted in ("all", "hepsi"):
        return places
    by_code = [place for place in places if collation.fold(place.code) == wanted]
    by_province = [place for place in places if wanted in (place.province, collation.fold(place.province_name))]
    return by_code or by_province or [place for place in places if collation.fold(place.name) == wanted]
