"""Changing what is watched: a sheet taken in whole, many nodes at once, what a node leans on."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from monitoring import locks, outages
from monitoring.models import Check, Dependency, Node
from monitoring.nodes import rollup
from monitoring.refusals import SheetHasFaults
from monitoring.registry import csv_import, defaults


@dataclass
class Plan:
    """What a sheet would change; taking it in twice changes nothing the second time."""

    new_nodes: list[Node] = field(default_factory=list)
    changed_nodes: list[Node] = field(default_factory=list)
    new_checks: list[Check] = field(default_factory=list)
    changed_checks: list[Check] = field(default_factory=list)
    leaning: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def changes_something(self) -> bool:
        return bool(self.new_nodes or self.changed_nodes or self.new_checks or self.changed_checks or self.leaning)


def plan(lines: Iterable[csv_import.SheetLine]) -> Plan:
    """Compare the lines with what is registered. Writes nothing; three reads."""
    lines = list(lines)
    codes = {line.code for line in lines}
    nodes = {node.code: node for node in Node.objects.filter(code__in=codes).select_related("component")}
    checks = {
        (check.node.code, check.kind, check.target): check
        for check in Check.objects.filter(node__code__in=codes).select_related("node")
    }
    result, fresh = Plan(), set(codes) - set(nodes)
    touched: dict[str, Node] = {}
    for line in lines:
        node = nodes.setdefault(line.code, Node(code=line.code, name=line.code))
        if set_fields(node, line.node):
            touched[line.code] = node
        if line.kind:
            plan_check(result, node, line, checks.get((line.code, line.kind, line.target)))
    result.new_nodes = [nodes[code] for code in sorted(fresh)]
    result.changed_nodes = [node for code, node in sorted(touched.items()) if code not in fresh]
    result.leaning = changed_parents(lines)
    result.unchanged = len(codes) - len({*fresh, *touched, *result.leaning, *codes_of(result)})
    return result


def codes_of(result: Plan) -> set[str]:
    return {check.node.code for check in (*result.new_checks, *result.changed_checks)}


def plan_check(result: Plan, node: Node, line: csv_import.SheetLine, check: Check | None) -> None:
    if check is None:
        values = {**defaults.of(node)._asdict(), **line.check}
        values["timeout"] = within(values["interval"], values["timeout"])
        result.new_checks.append(Check(node=node, kind=line.kind, target=line.target, **values))
    elif set_fields(check, line.check):
        result.changed_checks.append(check)


def within(interval: float, timeout: float) -> float:
    """A probe is over before it is asked again."""
    return timeout if timeout < interval else interval - 0.1


def set_fields(row, values: dict) -> bool:
    """Whether that changed anything."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def changed_parents(lines: Iterable[csv_import.SheetLine]) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each node whose parents the sheet says otherwise, the new ones."""
    wanted = {line.code: line.parents for line in lines if line.parents is not None}
    now_are = defaultdict(set)
    links = Dependency.objects.filter(node__code__in=wanted).values_list("node__code", "parent__code", "group")
    for code, parent, group in links:
        now_are[code].add((parent, group))
    return {code: parents for code, parents in wanted.items() if set(parents) != now_are[code]}


NODE_FIELDS = ("name", "unit", "is_watched")
CHECK_FIELDS = (
    "name", "rules", "is_enabled", "is_essential", "interval", "timeout", "failures_to_confirm",
    "successes_to_recover", "confirm_seconds", "recover_seconds", "grace",
)  # fmt: skip


@transaction.atomic
def take_in(sheet: csv_import.NodeSheet, *, by: Person) -> Plan:
    """Bring the registry in line with the sheet: everything or nothing. Refused with SheetHasFaults."""
    if sheet.faults:
        raise SheetHasFaults
    locks.hold()
    result = plan(sheet.lines)
    Node.objects.bulk_create(result.new_nodes, batch_size=500)
    Node.objects.bulk_update(result.changed_nodes, NODE_FIELDS, batch_size=500)
    Check.objects.bulk_create(result.new_checks, batch_size=500)
    Check.objects.bulk_update(result.changed_checks, CHECK_FIELDS, batch_size=500)
    for code, parents in result.leaning.items():
        set_parents(Node.objects.get(code=code), parents)
    if result.changes_something:
        journal.record("registry.imported", by, by=by, **counts_of(result))
        follow({*codes_of(result), *result.leaning, *(node.code for node in result.changed_nodes)})
    return result


def counts_of(result: Plan) -> dict[str, Any]:
    return {
        "new_nodes": len(result.new_nodes),
        "changed_nodes": len(result.changed_nodes),
        "new_checks": len(result.new_checks),
        "changed_checks": len(result.changed_checks),
        "leaning": len(result.leaning),
    }


def follow(codes: Collection[str]) -> None:
    """States and outages after the registry changed."""
    at = now()
    rollup.refresh(Node.objects.filter(code__in=codes).values_list("pk", flat=True), at)
    rollup.reach_again(Q(node__code__in=codes), at)
    outages.review(at)


@transaction.atomic
def lean(node: Node, parents: Collection[tuple[str, str]], *, by: Person) -> None:
    """Say anew what a node leans on: (code, group) pairs; without a group the parent is essential.

    Refused with SheetHasFaults for unknown codes and circles.
    """
    locks.hold()
    line = csv_import.SheetLine(0, node.code, {}, parents=tuple(parents))
    faults = list(csv_import.faulty_parents([line]))
    if faults:
        raise SheetHasFaults(faults[0].sentence)
    set_parents(node, parents)
    journal.record("node.leans", node, by=by, parents=[f"{code}@{group}" if group else code for code, group in parents])
    follow([node.code])


def set_parents(node: Node, parents: Iterable[tuple[str, str]]) -> None:
    wanted = dict(parents)
    leant_on = Node.objects.filter(code__in=wanted)
    node.dependencies.all().delete()
    Dependency.objects.bulk_create(
        Dependency(node=node, parent=parent, group=wanted[parent.code]) for parent in leant_on
    )


@transaction.atomic
def change_many(
    chosen: Iterable[Node],
    *,
    by: Person,
    is_watched: bool | None = None,
    pace: dict | None = None,
    by_tier: bool = False,
) -> int:
    """The same for many nodes: watched or not, fields of their probes, or the defaults of their tier.

    Returns how many nodes were touched. A time-out never outlasts its interval.
    """
    locks.hold()
    chosen = list(chosen)
    if is_watched is not None:
        Node.objects.filter(pk__in=[node.pk for node in chosen]).update(is_watched=is_watched)
    if pace or by_tier:
        quicken(chosen, pace or {}, by_tier)
    facts = {"count": len(chosen), "is_watched": is_watched, "by_tier": by_tier, **(pace or {})}
    journal.record("registry.changed", by, by=by, nodes=[node.code for node in chosen[:50]], **facts)
    follow([node.code for node in chosen])
    return len(chosen)


def quicken(chosen: Collection[Node], pace: dict, by_tier: bool) -> None:
    by_key = {node.pk: node for node in chosen}
    checks = list(Check.objects.filter(node__in=by_key).exclude(kind__in=[Check.Kind.ALERT, Check.Kind.HEARTBEAT]))
    for check in checks:
        set_fields(check, {**(defaults.of(by_key[check.node_id])._asdict() if by_tier else {}), **pace})
        check.timeout = within(check.interval, check.timeout)
    Check.objects.bulk_update(checks, CHECK_FIELDS, batch_size=500)
