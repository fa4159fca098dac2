"""The registry as a sheet: one line a check, read whole or not at all, and written the same way.

Columns may carry Turkish or English names, in any order, separated by semicolons or
commas; Excel's UTF-8 and Windows-1254 are both read. An empty cell keeps what is there, or
takes the default of the tier where nothing is there yet. `parents` names what the node
leans on: `ALTYAPI HAT1@omurga HAT2@omurga` is one essential parent and one group of two.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from foundation.directory.models import Component, Municipality
from foundation.directory.sheets import separator_of
from foundation.language import collation, texts
from foundation.language.documents import BOM, harmless, plain
from monitoring.checks import rules as check_rules
from monitoring.models import Check, Dependency, Node

COLUMNS = {
    "code": "kod",
    "name": "ad",
    "municipality": "belediye kodu",
    "component": "bileşen",
    "unit": "birim",
    "watched": "izleniyor",
    "parents": "dayandıkları",
    "kind": "tür",
    "target": "hedef",
    "check": "kontrol adı",
    "enabled": "açık",
    "essential": "belirleyici",
    "interval": "aralık",
    "timeout": "zaman aşımı",
    "failures": "başarısız",
    "successes": "başarılı",
    "grace": "hoşgörü",
    "rules": "kurallar",
}
MOST_LINES = 20_000
MOST_COLUMNS = 100  # each is compared with every name that we know
YES, NO = {"evet", "e", "1", "yes", "true", "x"}, {"hayir", "h", "0", "no", "false"}
NUMBERS = {
    "interval": ("interval", 5, 86_400),
    "timeout": ("timeout", 0.1, 60),
    "failures": ("failures_to_confirm", 1, 20),
    "successes": ("successes_to_recover", 1, 20),
    "grace": ("grace", 0, 86_400),
}
WITHOUT_TARGET = (Check.Kind.HEARTBEAT,)
KINDS = [kind for kind in Check.Kind if kind != Check.Kind.ALERT]


@dataclass(frozen=True)
class Fault:
    """What is wrong in which line, as a sentence."""

    line: int
    sentence: str


@dataclass
class SheetLine:
    """One line that was understood: fields of the node, of the check (or none), its parents (None: not said)."""

    number: int
    code: str
    node: dict
    kind: str = ""
    target: str = ""
    check: dict = field(default_factory=dict)
    parents: tuple[tuple[str, str], ...] | None = None


@dataclass
class NodeSheet:
    """All lines, or what keeps them from being taken in."""

    lines: list[SheetLine]
    faults: list[Fault]


class Wrong(ValueError):
    """A cell that cannot be; the text says why."""


def read(text: str) -> NodeSheet:
    """Every line judged by itself, then all of them together."""
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator_of(text))
    try:
        head = next(rows, [])
        if len(head) > MOST_COLUMNS:
            return NodeSheet([], [Fault(1, _("A sheet holds at most %(n)d columns.") % {"n": MOST_COLUMNS})])
        columns = [column_of(cell) for cell in head]
        if "code" not in columns:
            return NodeSheet([], [Fault(1, _("The first line names the columns; one of them is “kod”."))])
        return judge(Reader(columns), rows)
    except csv.Error:
        return NodeSheet([], [Fault(rows.line_num, _("This is not a sheet of text cells."))])


def column_of(cell: str) -> str:
    """Our name of a column, or an empty one for a column that is none of ours."""
    wanted = collation.fold(cell.strip())
    return next((name for name, title in COLUMNS.items() if wanted in (name, collation.fold(title))), "")


def judge(reader: "Reader", rows) -> NodeSheet:
    sheet, seen = NodeSheet([], []), {}
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(sheet.lines) >= MOST_LINES:
            sheet.faults.append(Fault(rows.line_num, _("A sheet holds at most %(n)d lines.") % {"n": MOST_LINES}))
            break
        try:
            line = reader.line(rows.line_num, cells)
            first = seen.setdefault((line.code, line.kind, line.target), line.number)
            if first != line.number:
                raise Wrong(_("The same check stands in line %(line)d already.") % {"line": first})
            sheet.lines.append(line)
        except Wrong as wrong:
            sheet.faults.append(Fault(rows.line_num, str(wrong)))
    sheet.faults += list(faulty_parents(sheet.lines))
    return sheet


def clean_cell(column: str, cell: str) -> str:
    """One line; but rules keep their blanks, which a pattern may mean."""
    return texts.carried(cell).strip() if column == "rules" else texts.line(cell)


class Reader:
    """Turns cells into a line, by what is registered now: four reads for the whole sheet."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self.municipalities = dict(Municipality.objects.values_list("code", "pk"))
        self.components = set(Component.objects.values_list("pk", flat=True))
        self.nodes = {node.code: node for node in Node.objects.all()}
        self.new: dict[str, dict] = {}

    def line(self, number: int, cells: list[str]) -> SheetLine:
        clean = [(name, clean_cell(name, cell)) for name, cell in zip(self.columns, cells, strict=False)]
        named = {name: plain(cell) for name, cell in clean if name and cell}
        code = named.get("code", "")
        if not code or len(code) > 40 or any(sign in code for sign in " ;,@/"):
            raise Wrong(_("A node has a code of at most 40 letters and digits."))
        line = SheetLine(number, code, self.node_of(code, named))
        if "parents" in named:
            line.parents = tuple(parent_of(word) for word in named["parents"].split())
        if "kind" in named or "target" in named:
            line.kind, line.target, line.check = self.check_of(named)
        self.new.setdefault(code, {}).update(line.node)
        return line

    def node_of(self, code: str, cells: dict) -> dict:
        values: dict = {name: cells[name][:160] for name in ("name", "unit") if name in cells}
        if "watched" in cells:
            values["is_watched"] = yes_or_no(cells["watched"])
        if "municipality" in cells:
            if cells["municipality"] not in self.municipalities:
                raise Wrong(_("No municipality has the code %(code)s.") % {"code": cells["municipality"]})
            values["municipality_id"] = self.municipalities[cells["municipality"]]
        if "component" in cells:
            if cells["component"] not in self.components:
                raise Wrong(_("No component is called %(code)s.") % {"code": cells["component"]})
            values["component_id"] = cells["component"]
        return self.placed(code, values)

    def placed(self, code: str, values: dict) -> dict:
        """A node is of a municipality or of a component; one that is known need not say so again."""
        node = self.nodes.get(code)
        whole = self.new.get(code, {}) | values
        if node is None and ("municipality_id" in whole) == ("component_id" in whole):
            raise Wrong(_("A new node names its municipality or its component, not both."))
        for name in ("municipality_id", "component_id"):
            if node is not None and values.get(name, getattr(node, name)) != getattr(node, name):
                raise Wrong(_("This node is known at another place; nodes do not move."))
        return values

    def check_of(self, cells: dict) -> tuple[str, str, dict]:
        kind = collation.fold(cells.get("kind", ""))
        if kind not in KINDS:
            raise Wrong(_("A check is one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)})
        target = cells.get("target", "")
        if kind not in WITHOUT_TARGET:
            judge_target(kind, target)
        values: dict = {"name": cells["check"][:60]} if "check" in cells else {}
        values |= {f"is_{name}": yes_or_no(cells[name]) for name in ("enabled", "essential") if name in cells}
        for name, (column, least, most) in NUMBERS.items():
            if name in cells:
                values[column] = number_of(cells[name], COLUMNS[name], least, most, whole=name != "timeout")
        if values.get("timeout", 0) >= values.get("interval", 86_401):
            raise Wrong(_("The time-out is shorter than the interval."))
        if "rules" in cells:
            values["rules"] = rules_of(kind, cells["rules"])
        return kind, target, values


def judge_target(kind: str, target: str) -> None:
    try:
        parts = urlsplit(target if "//" in target else f"//{target}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or len(target) > 500:
        raise Wrong(_("%(target)s is not an address.") % {"target": target[:80] or "–"})
    if kind == Check.Kind.HTTP and parts.scheme not in ("http", "https"):
        raise Wrong(_("An HTTP check begins with http:// or https://."))
    if kind == Check.Kind.TCP and not port:
        raise Wrong(_("A TCP check names a port, such as 10.0.0.1:443."))


def parent_of(word: str) -> tuple[str, str]:
    """ "HAT1@omurga" is (HAT1, omurga), "ALTYAPI" is (ALTYAPI, no group)."""
    code, _at, group = word.partition("@")
    return code, group[:40]


def faulty_parents(lines: Iterable[SheetLine]) -> Iterator[Fault]:
    """Parents nobody knows, and circles: what leans on itself in the end would never be down by itself."""
    lines = list(lines)
    codes = {*Node.objects.values_list("code", flat=True), *(line.code for line in lines)}
    leaning: dict[str, set[str]] = {}
    for child, parent in Dependency.objects.values_list("node__code", "parent__code"):
        leaning.setdefault(child, set()).add(parent)
    leaning |= {line.code: {code for code, _group in line.parents} for line in lines if line.parents is not None}
    for line in lines:
        for code, _group in line.parents or ():
            if code not in codes:
                yield Fault(line.number, _("No node is called %(codes)s.") % {"codes": code})
            elif leads_to(code, line.code, leaning):
                pair = {"child": line.code, "parent": code}
                yield Fault(line.number, _("%(child)s and %(parent)s would lean on each other.") % pair)


def leads_to(start: str, goal: str, leaning: dict[str, set[str]]) -> bool:
    """Whether one comes from `start` to `goal` by going from node to parent."""
    seen, ahead = set(), [start]
    while ahead:
        code = ahead.pop()
        if code == goal:
            return True
        if code not in seen:
            seen.add(code)
            ahead += leaning.get(code, ())
    return False


def yes_or_no(cell: str) -> bool:
    word = collation.fold(cell)
    if word not in YES | NO:
        raise Wrong(_("“%(cell)s” is neither “evet” nor “hayır”.") % {"cell": cell[:40]})
    return word in YES


def number_of(cell: str, column: str, least: float, most: float, *, whole: bool) -> float:
    try:
        number = int(cell) if whole else float(cell.replace(",", "."))
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        limits = {"column": column, "least": f"{least:g}", "most": f"{most:g}"}
        raise Wrong(_("“%(column)s” is a number from %(least)s to %(most)s.") % limits)
    return number


def rules_of(kind: str, cell: str) -> dict:
    try:
        rules = check_rules.read(cell)
    except ValueError:
        rules = None
    if faults := check_rules.faults(kind, rules):
        raise Wrong(" ".join(faults[:5]))
    return rules


def write() -> Iterator[str]:
    """The registry as lines of a sheet that can be taken in again; begins with Excel's mark."""
    yield BOM + row(COLUMNS.values())
    parents: dict[int, list[str]] = {}
    for child, code, group in Dependency.objects.order_by("pk").values_list("node", "parent__code", "group"):
        parents.setdefault(child, []).append(f"{code}@{group}" if group else code)
    checks: dict[int, list[Check]] = {}
    for check in Check.objects.exclude(kind=Check.Kind.ALERT).order_by("pk"):
        checks.setdefault(check.node_id, []).append(check)
    for node in Node.objects.select_related("municipality").order_by("code"):
        place = [node.municipality.code if node.municipality else "", node.component_id or "", node.unit]
        head = [node.code, node.name, *place, said(node.is_watched), " ".join(parents.get(node.pk, ()))]
        for check in checks.get(node.pk, ()):
            yield row(map(harmless, [*head, *cells_of(check)]))
        if node.pk not in checks:
            yield row(map(harmless, head))


def cells_of(check: Check) -> list[str]:
    pace = [check.interval, f"{check.timeout:g}", check.failures_to_confirm, check.successes_to_recover, check.grace]
    rules = json.dumps(check.rules, ensure_ascii=False) if check.rules else ""
    flags = [said(check.is_enabled), said(check.is_essential)]
    return [check.kind, check.target, check.name, *flags, *map(str, pace), rules]


def said(flag: bool) -> str:
    return "evet" if flag else "hayır"


def row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(cells)
    return line.getvalue()
