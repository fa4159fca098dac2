"""How well links agree with labels: the arithmetic of `match_eval`. Pure."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """`linked` = `right` + `wrong`; `missed` are labelled tickets that were not linked rightly."""

    linked: int
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the links that are right; nothing linked is nothing wrong."""
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        """Share of the outage tickets that are linked rightly."""
        labelled = self.right + self.missed
        return self.right / labelled if labelled else 1.0


def score(groups: dict[object, int], clusters: dict[object, str | None]) -> Score:
    """Compare `groups` (of the linked tickets) with `clusters` (of all; None: a single).

    A group stands for the cluster most of its members have. A link is right when the
    ticket has that cluster, and the group is the largest that stands for it: an outage
    split into two groups counts once.
    """
    members: dict[int, Counter] = {}
    for key, group in groups.items():
        members.setdefault(group, Counter())[clusters[key]] += 1
    stands_for: dict[int, str] = {}
    for group, counted in sorted(members.items(), key=lambda item: -item[1].total()):
        cluster = counted.most_common(1)[0][0]
        if cluster is not None and cluster not in stands_for.values():
            stands_for[group] = cluster
    right = sum(
        1 for key, group in groups.items() if clusters[key] is not None and stands_for.get(group) == clusters[key]
    )
    labelled = sum(1 for cluster in clusters.values() if cluster is not None)
    return Score(linked=len(groups), right=right, wrong=len(groups) - right, missed=labelled - right)
