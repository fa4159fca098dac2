""" "Neden kesinti?": what an outage rests on, kept as it was when we decided."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from monitoring.models import Check, Node, Prober
from monitoring.scopes import PlaceCount

MOST_NODES = 20


def why(
    nodes: Sequence[Node],
    at: datetime,
    *,
    province: PlaceCount | None = None,
    country: PlaceCount | None = None,
    parents_down: bool = False,
) -> dict:
    """The failing checks of the first nodes, the counts that decided the scope, and our own canary."""
    shown = list(nodes)[:MOST_NODES]
    checks = Check.objects.filter(node__in=shown, verdict__in=[Check.Verdict.DOWN, Check.Verdict.UNREACHABLE])
    return {
        "decided_at": at.isoformat(),
        "nodes": len(nodes),
        "checks": [
            {
                "node": check.node.code,
                "kind": check.kind,
                "error": check.last_error,
                "since": check.since.isoformat(),
                "streaks": check.memory.get("streaks", {}),
            }
            for check in checks.select_related("node")
        ],
        "province": asdict(province) if province else None,
        "country": asdict(country) if country else None,
        "parents_down": parents_down,
        "probers": {prober.name: {"canary_ok": prober.canary_ok} for prober in Prober.objects.all()},
    }
