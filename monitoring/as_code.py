"""Nodes and their checks as a file: the same reading and taking in as the sheet's."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from foundation import as_code
from foundation.as_code import Item, ItemIsWrong, Items, Noun, closed, words
from foundation.directory.models import Component, Municipality, Person
from monitoring.checks import rules as check_rules
from monitoring.models import Check, Dependency, Node
from monitoring.registry import changes, csv_import
from monitoring.registry.csv_import import SheetLine

FLAGS = ("is_enabled", "is_essential")
PACE = ("interval", "timeout", "failures_to_confirm", "successes_to_recover", "grace")
CHECK = closed(
    {"kind": {"enum": [str(kind) for kind in csv_import.KINDS]}},
    {
        "target": words(500),
        "name": words(60),
        "is_enabled": {"type": "boolean"},
        "is_essential": {"type": "boolean"},
        "interval": {"type": "integer", "minimum": 5, "maximum": 86_400},
        "timeout": {"type": "number", "minimum": 0.1, "maximum": 60},
        "failures_to_confirm": {"type": "integer", "minimum": 1, "maximum": 20},
        "successes_to_recover": {"type": "integer", "minimum": 1, "maximum": 20},
        "grace": {"type": "integer", "minimum": 0, "maximum": 86_400},
        "rules": {"type": "object"},
    },
)
NODE = closed(
    {"name": words(160, least=1)},
    {
        "municipality": {"type": "string", "pattern": r"^[0-9]{5}\Z"},
        "component": words(20),
        "unit": words(80),
        "is_watched": {"type": "boolean"},
        "parents": {"type": "array", "items": words(81, least=1), "uniqueItems": True},
        "checks": {"type": "array", "maxItems": 50, "items": CHECK},
    },
)


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("nodes", 70, NODE, read, write, settle)


def read() -> Items:
    parents: dict[int, list[str]] = {}
    for child, code, group in Dependency.objects.order_by("pk").values_list("node", "parent__code", "group"):
        parents.setdefault(child, []).append(f"{code}@{group}" if group else code)
    checks: dict[int, list[Item]] = {}
    for check in Check.objects.exclude(kind=Check.Kind.ALERT).order_by("pk"):
        checks.setdefault(check.node_id, []).append(_check_said(check))
    return {
        node.code: _place_said(node)
        | {"name": node.name, "unit": node.unit, "is_watched": node.is_watched}
        | {"parents": sorted(parents.get(node.pk, [])), "checks": checks.get(node.pk, [])}
        for node in Node.objects.select_related("municipality")
    }


def _place_said(node: Node) -> Item:
    return {"municipality": node.municipality.code} if node.municipality else {"component": node.component_id}


def _check_said(check: Check) -> Item:
    return {name: getattr(check, name) for name in ("kind", "target", "name", *FLAGS, *PACE, "rules")}


def settle(wanted: Item, current: Item | None) -> Item:
    """Checks are known by kind and target: a field left out keeps what is here, and so does a check left out."""
    here = {(check["kind"], check["target"]): check for check in (current or {}).get("checks", ())}
    for check in wanted.get("checks", ()):
        key = (check["kind"], check.get("target", ""))
        here[key] = {**here.get(key, {}), "target": "", **check}
    return {**wanted, "parents": sorted(wanted.get("parents", ())), "checks": list(here.values())}


def write(items: Items, by: Person) -> None:
    """All nodes in one go, as a sheet is taken in."""
    places = dict(Municipality.objects.values_list("code", "pk"))
    components = set(Component.objects.values_list("pk", flat=True))
    known = {node.code: node for node in Node.objects.filter(code__in=items)}
    lines = [
        line
        for number, (code, item) in enumerate(items.items(), start=1)
        for line in _lines(number, code, _placed(code, item, places, components, known.get(code)), item)
    ]
    keys = list(items)
    for fault in csv_import.faulty_parents(lines):
        raise ItemIsWrong(keys[fault.line - 1], fault.sentence, path=("parents",))
    changes.take_in(csv_import.NodeSheet(lines, []), by=by)


def _placed(code: str, item: Item, places: dict, components: set, node: Node | None) -> dict[str, Any]:
    """The node's own fields; it stands at one place and does not move."""
    if len(code) > 40 or any(sign in code for sign in " ;,@/"):
        raise ItemIsWrong(code, _("A node has a code of at most 40 letters and digits."))
    if ("municipality" in item) == ("component" in item):
        raise ItemIsWrong(code, _("A new node names its municipality or its component, not both."))
    values: dict[str, Any] = {name: item[name] for name in ("name", "unit", "is_watched") if name in item}
    if "municipality" in item:
        if item["municipality"] not in places:
            sentence = _("No municipality has the code %(code)s.") % {"code": item["municipality"]}
            raise ItemIsWrong(code, sentence, path=("municipality",))
        values["municipality_id"] = places[item["municipality"]]
    elif item["component"] not in components:
        raise ItemIsWrong(
            code, _("No component is called %(code)s.") % {"code": item["component"]}, path=("component",)
        )
    else:
        values["component_id"] = item["component"]
    if node is not None and any(
        values.get(name) != getattr(node, name) for name in ("municipality_id", "component_id")
    ):
        raise ItemIsWrong(code, _("This node is known at another place; nodes do not move."))
    return values


def _lines(number: int, code: str, node: dict[str, Any], item: Item) -> Iterable[SheetLine]:
    parents = tuple(csv_import.parent_of(word) for word in item.get("parents", ()))
    checks = item.get("checks", ())
    for place, check in enumerate(checks):
        values = dict(check)
        kind, target = values.pop("kind"), values.pop("target", "")
        _judge(code, place, kind, target, values)
        yield SheetLine(number, code, node, kind, target, values, parents)
    if not checks:
        yield SheetLine(number, code, node, parents=parents)


def _judge(code: str, place: int, kind: str, target: str, values: dict[str, Any]) -> None:
    try:
        if kind not in csv_import.WITHOUT_TARGET:
            csv_import.judge_target(kind, target)
    except csv_import.Wrong as wrong:
        raise ItemIsWrong(code, str(wrong), path=("checks", place, "target")) from None
    if values.get("timeout", 0) >= values.get("interval", 86_401):
        raise ItemIsWrong(code, _("The time-out is shorter than the interval."), path=("checks", place))
    if faults := check_rules.faults(kind, values.get("rules", {})):
        raise ItemIsWrong(code, " ".join(faults[:5]), path=("checks", place, "rules"))
