"""What the nodes' states say about outages: open one, join one, widen one, let go.

Runs inside the transaction that changed the nodes, one at a time (`monitoring.locks`).
Reads the stored states only, so that it does not matter which prober saw what.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from foundation.directory.models import Province
from monitoring import locks, scopes
from monitoring.models import Affected, Check, Node, Outage, Scope, State
from monitoring.nodes import states
from monitoring.nodes.dependencies import is_cut_off, is_out, may_be_out, parents_of
from monitoring.outages.declaring import absorb, declare, join
from monitoring.outages.ending import settle
from monitoring.outages.evidence import why

SAME_FAULT = timedelta(minutes=5)  # a narrower outage this much older is a fault of its own


@transaction.atomic
def review(at: datetime) -> bool:
    """Bring outages in line with the nodes. True when something waits to see how wide it is."""
    locks.hold()
    strays = list(stray_nodes())
    central = [node for node in strays if node.is_central]
    municipal = [node for node in strays if not node.is_central]
    gather_central(central, at)
    waits = gather_municipal(municipal, at) if municipal else False
    for outage in ready_to_settle():
        settle(outage, at)
    return waits


def stray_nodes() -> QuerySet[Node]:
    """Nodes that are down and in no open outage."""
    noted = Affected.objects.current().filter(node=OuterRef("pk"))
    return (
        Node.objects.watched()
        .down()
        .filter(~Exists(noted))
        .order_by("since")
        .prefetch_related("municipality__province", "component")  # each once, however many nodes fell
    )


def ready_to_settle() -> QuerySet[Outage]:
    """Open outages with a line that may end: its node answers, or the component works again."""
    lines = Affected.objects.current().filter(outage=OuterRef("pk"))
    answering = lines.filter(node__isnull=False, node__is_flapping=False).exclude(
        node__state__in=[State.OUTAGE, State.NO_DATA]
    )
    feeling = lines.filter(node=None, municipality__isnull=False)
    healed = ~Exists(lines.filter(municipality=None)) & Exists(feeling)
    return Outage.objects.open().measured().filter(Exists(answering) | healed)


def gather_central(nodes: list[Node], at: datetime) -> None:
    """Central components that fail together are one outage; so is what leans on a failing one."""
    if not nodes:
        return
    strays = sort_out(nodes, at)
    join_parents(strays, at)
    others = strays.waiting + strays.others  # central components that fail together are one outage anyhow
    if not others:
        return
    current = recent_central(at)
    if current is not None:
        join(current, others, evidence=why(others, at))
        return
    components = {node.component.pk: node.component for node in others if node.component}
    declare(
        components=components.values(),
        nodes=others,
        scope=Scope.CENTRAL,
        source=source_of(others),
        started_at=min(node.since for node in others),
        evidence=why(others, at),
    )


def recent_central(at: datetime) -> Outage | None:
    """The central outage that our probes opened within the last minutes."""
    opened = Outage.objects.open().measured().filter(scope=Scope.CENTRAL)
    return opened.filter(confirmed_at__gte=at - SAME_FAULT).order_by("started_at").first()


@dataclass
class Sorted:
    """Strays by what they lean on: on what an open outage holds already, on what may fail, on nothing that fails."""

    leaning: dict[Outage, list[Node]]
    waiting: list[Node]
    others: list[Node]


def sort_out(nodes: list[Node], at: datetime) -> Sorted:
    parents = parents_of([node.pk for node in nodes])
    outage_of = outages_of({link.parent_id for links in parents.values() for link in links})
    strays = Sorted(defaultdict(list), [], [])
    for node in nodes:
        links = parents.get(node.pk, [])
        theirs = [outage_of[link.parent_id] for link in links if link.parent_id in outage_of]
        if theirs and is_cut_off(links, is_out):
            strays.leaning[theirs[0]].append(node)
        elif is_cut_off(links, may_be_out) and waited(node, at) < scopes.HOLD_SECONDS:
            strays.waiting.append(node)
        else:
            strays.others.append(node)
    return strays


def outages_of(node_ids: Iterable[int]) -> dict[int, Outage]:
    """The open outage that holds each of these nodes."""
    lines = Affected.objects.current().filter(node__in=node_ids).select_related("outage")
    return {line.node_id: line.outage for line in lines if line.node_id}


def waited(node: Node, at: datetime) -> float:
    return (at - (node.confirmed_at or node.since)).total_seconds()


def join_parents(strays: Sorted, at: datetime) -> None:
    for outage, children in strays.leaning.items():
        join(outage, children, evidence=why(children, at, parents_down=True))


def gather_municipal(nodes: list[Node], at: datetime) -> bool:
    """Open, join or wait, province by province. True when some wait."""
    strays = sort_out(nodes, at)
    join_parents(strays, at)
    others = strays.others
    counts = count_provinces()
    country = sum_up(counts.values())
    if others and scopes.is_central(country.down, country):
        open_central(others, country, at)
        return bool(strays.waiting)
    waits = bool(strays.waiting)
    by_province = defaultdict(list)
    for node in others:
        assert node.municipality  # central nodes were gathered before
        by_province[node.municipality.province].append(node)
    for province, group in by_province.items():
        waits |= gather_province(province, group, counts[province.pk], country, at)
    return waits


def gather_province(
    province: Province, nodes: list[Node], count: scopes.PlaceCount, country: scopes.PlaceCount, at: datetime
) -> bool:
    """One province's strays; True when they wait."""
    open_here = Outage.objects.open().measured().filter(province=province).first()
    if open_here is not None:
        join(open_here, nodes, evidence=why(nodes, at, province=count, country=country))
        return False
    if scopes.should_wait(count, country, max(waited(node, at) for node in nodes)):
        return True
    evidence = why(nodes, at, province=count, country=country)
    if scopes.reach(count, country) == Scope.REGIONAL:
        open_regional(province, nodes, evidence, at)
        return False
    for node in nodes:
        declare(nodes=[node], scope=Scope.LOCAL, source=source_of([node]), started_at=node.since, evidence=evidence)
    return False


def open_regional(province: Province, nodes: list[Node], evidence: dict, at: datetime) -> None:
    outage = declare(
        nodes=nodes,
        province=province,
        municipalities=(),
        scope=Scope.REGIONAL,
        source=source_of(nodes),
        started_at=min(node.since for node in nodes),
        evidence=evidence,
    )
    absorb(outage, narrower(outage, at, province=province))


def open_central(nodes: list[Node], country: scopes.PlaceCount, at: datetime) -> None:
    """One outage for the country: join the central one that is open, else open it and absorb its parts."""
    evidence = why(nodes, at, country=country)
    outage = Outage.objects.open().measured().filter(scope=Scope.CENTRAL).order_by("started_at").first()
    if outage is None:
        outage = declare(
            nodes=nodes,
            scope=Scope.CENTRAL,
            source=source_of(nodes),
            started_at=min(node.since for node in nodes),
            evidence=evidence,
        )
    else:
        join(outage, nodes, evidence=evidence)
    absorb(outage, narrower(outage, at))


def narrower(outage: Outage, at: datetime, *, province: Province | None = None) -> list[Outage]:
    """Open probe outages that are parts of this fault: narrower, not much older, not split off by a person."""
    parts = Outage.objects.open().measured().filter(started_at__gte=outage.started_at - SAME_FAULT, split_from=None)
    parts = parts.exclude(pk=outage.pk).exclude(scope=Scope.CENTRAL)
    if province is not None:
        parts = parts.filter(scope=Scope.LOCAL, affected__municipality__province=province).distinct()
    return list(parts)


def source_of(nodes: list[Node]) -> str:
    """Alertmanager where only its alerts say so, else our probes."""
    failing = Check.objects.filter(node__in=nodes, verdict__in=states.DOWN)
    seen_by_us = failing.exclude(kind=Check.Kind.ALERT).exists()
    return Outage.Source.PROBE if seen_by_us or not failing.exists() else Outage.Source.ALERTMANAGER


def count_provinces() -> dict[str, scopes.PlaceCount]:
    """For each plate code, how many municipalities are watched, down and suspected: one statement."""
    rows = (
        Node.objects.watched()
        .of_municipalities()
        .order_by()
        .values("municipality__province_id")
        .annotate(
            watched=Count("municipality", distinct=True),
            down=Count("municipality", distinct=True, filter=Q(state=State.OUTAGE)),
            suspected=Count("municipality", distinct=True, filter=Q(suspected_at__isnull=False)),
        )
    )
    return {
        row["municipality__province_id"]: scopes.PlaceCount(row["watched"], row["down"], row["suspected"])
        for row in rows
    }


def sum_up(counts: Iterable[scopes.PlaceCount]) -> scopes.PlaceCount:
    counts = list(counts)
    return scopes.PlaceCount(
        sum(count.watched for count in counts),
        sum(count.down for count in counts),
        sum(count.suspected for count in counts),
    )
