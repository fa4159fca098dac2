"""How often and how patiently a tier is asked, unless its check says otherwise."""

from typing import NamedTuple

from monitoring.models import Node


class CheckDefaults(NamedTuple):
    """Fields of Check, in seconds and answers in a row."""

    interval: int
    timeout: float
    failures_to_confirm: int = 3
    successes_to_recover: int = 2
    confirm_seconds: int = 20
    recover_seconds: int = 60


MUNICIPAL = CheckDefaults(interval=30, timeout=10.0)
# Tiers of components (data/components.csv): A stops the cash desks, X is somebody else's service.
OF_TIER = {
    "A": CheckDefaults(interval=15, timeout=5.0, confirm_seconds=10),
    "B": CheckDefaults(interval=30, timeout=10.0),
    "C": CheckDefaults(interval=60, timeout=10.0),
    "X": CheckDefaults(interval=60, timeout=10.0),
}


def of(node: Node) -> CheckDefaults:
    """The defaults for what this node is: its component's tier, or a municipality's way in."""
    return OF_TIER.get(node.component.tier, MUNICIPAL) if node.component else MUNICIPAL
