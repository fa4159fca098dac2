"""What a node that fell leans on, and how our own lines were: whether its silence says anything about itself."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from monitoring.checks import verdicts
from monitoring.models import Check, Dependency, Node, Prober, State
from monitoring.nodes import states

GRACE = timedelta(seconds=60)  # at least, and two intervals: until what leans on a node is back after it (§3.6)


@dataclass(frozen=True)
class NodeContext:
    """What else was so when verdicts turned: the parents of nodes that fell, our own lines.

    `worked_on` are the parents in maintenance that do not work meanwhile: what leans on them is cut off as well.
    """

    parents: Mapping[int, list[Dependency]]
    worked_on: set[int]
    canaries: dict[str, bool]

    @classmethod
    def of(cls, node_ids: Collection[int]) -> "NodeContext":
        if not node_ids:
            return cls({}, set(), {})
        parents = parents_of(node_ids)
        probers = Prober.objects.exclude(location="").values_list("name", "canary_ok")
        return cls(parents, worked_on(link.parent for links in parents.values() for link in links), dict(probers))

    def cut_off(self, node_id: int) -> bool:
        """Its parents are down, so that its silence says nothing about itself."""
        return is_cut_off(self.parents.get(node_id, ()), lambda parent: is_out(parent) or parent.pk in self.worked_on)

    def cut_off_by_plan(self, node_id: int) -> bool:
        """It would not be cut off if nobody worked on what it leans on."""
        return self.cut_off(node_id) and not is_cut_off(self.parents[node_id], is_out)

    def evidence(self, node_id: int) -> dict:
        parents = [
            {"node": link.parent.code, "state": link.parent.state, "group": link.group}
            for link in self.parents.get(node_id, ())
        ]
        return {"parents": parents, "canaries": self.canaries}


def spared(failing: Mapping[Node, list[states.Reading]], at: datetime) -> set[int]:
    """Keys of the nodes (with their checks) that fail because somebody works on what they lean on.

    An outage known before the work began is none of its doing. Who was spared stays so
    for GRACE after the parent works again; whoever is not back by then is out.
    """
    around = NodeContext.of({node.pk for node in failing if node.state != State.OUTAGE})
    under_work = {node.pk for node in failing if node.state != State.OUTAGE and around.cut_off_by_plan(node.pk)}
    late = [node for node in failing if node.state == State.MAINTENANCE and node.pk not in under_work]
    back = works_since({link.parent_id for node in late for link in around.parents.get(node.pk, ())})
    for node in late:
        grace = max(GRACE, *(timedelta(seconds=2 * check.interval) for check in failing[node]))
        if any(back.get(link.parent_id, at - grace) > at - grace for link in around.parents.get(node.pk, ())):
            under_work.add(node.pk)
    return under_work


def parents_of(node_ids: Collection[int]) -> Mapping[int, list[Dependency]]:
    parents: dict[int, list[Dependency]] = defaultdict(list)
    for link in Dependency.objects.filter(node__in=node_ids).select_related("parent"):
        parents[link.node_id].append(link)
    return parents


def is_cut_off(links: Iterable[Dependency], fails: Callable[[Node], bool]) -> bool:
    return verdicts.is_unreachable([verdicts.Parent(fails(link.parent), link.group) for link in links])


def is_out(node: Node) -> bool:
    return node.state == State.OUTAGE


def may_be_out(node: Node) -> bool:
    return is_out(node) or node.suspected_at is not None


def worked_on(parents: Iterable[Node]) -> set[int]:
    """Those in maintenance whose checks say that they are down."""
    resting = {parent.pk for parent in parents if parent.state == State.MAINTENANCE}
    if not resting:
        return set()
    return {node_id for node_id, checks in states.readings(resting).items() if states.roll_up(checks) == State.OUTAGE}


def works_since(node_ids: Collection[int]) -> dict[int, datetime]:
    """When we were last sure that a check of theirs works."""
    if not node_ids:
        return {}
    sure = Check.objects.live().filter(node__in=node_ids, verdict=Check.Verdict.UP).exclude(confirmed_at=None)
    return dict(sure.order_by().values_list("node").annotate(at=Max("confirmed_at")))
