"""What a node that fell leans on, and how our own lines were: whether its silence says anything about itself."""

from collections.abc import Collection
from dataclasses import dataclass

from monitoring import verdicts
from monitoring.models import Dependency, Prober, State


@dataclass(frozen=True)
class Surroundings:
    """What else was so when verdicts turned: the parents of nodes that fell, our own lines."""

    parents: dict[int, list[Dependency]]
    canaries: dict[str, bool]

    @classmethod
    def of(cls, node_ids: Collection[int]) -> "Surroundings":
        parents: dict[int, list[Dependency]] = {}
        if not node_ids:
            return cls(parents, {})
        for link in Dependency.objects.filter(node__in=node_ids).select_related("parent"):
            parents.setdefault(link.node_id, []).append(link)
        probers = Prober.objects.exclude(location="").values_list("name", "canary_ok")
        return cls(parents, dict(probers))

    def cut_off(self, node_id: int) -> bool:
        """Its parents are down, so that its silence says nothing about itself."""
        links = self.parents.get(node_id, ())
        return verdicts.is_unreachable(
            [verdicts.Parent(link.parent.state == State.OUTAGE, link.group) for link in links]
        )

    def evidence(self, node_id: int) -> dict:
        parents = [
            {"node": link.parent.code, "state": link.parent.state, "group": link.group}
            for link in self.parents.get(node_id, ())
        ]
        return {"parents": parents, "canaries": self.canaries}
