"""How often and how patiently a tier is asked, unless its check says otherwise."""

from typing import NamedTuple

from monitoring.models import Node


class Pace(NamedTuple):
    """Fields of Check, in seconds and answers in a row."""

    interval: int
    timeout: float
    failures_to_confirm: int = 3
    successes_to_recover: int = 2
    confirm_seconds: int = 20
    recover_seconds: int = 60


MUNICIPAL = Pace(interval=30, timeout=10.0)
# Tiers of components (data/components.csv): A stops the cash desks, X is somebody else's service.
OF_TIER = {
    "A": Pace(interval=15, timeout=5.0, confirm_seconds=10),
    "B": Pace(interval=30, timeout=10.0),
    "C": Pace(interval=60, timeout=10.0),
    "X": Pace(interval=60, timeout=10.0),
}


def of(node: Node) -> Pace:
    """The defaults for what this node is: its component's tier, or a municipality's way in."""
    return OF_TIER.get(node.component.tier, MUNICIPAL) if node.component else MUNICIPAL
