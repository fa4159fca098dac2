"""Imports run downward only; the ground keeps eight rooms."""

import ast
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.once("sqlite", "files of the tree")

ROOT = Path(__file__).resolve().parent.parent
STOREYS = ["config", "runbooks", "helpdesk", "monitoring", "foundation"]
ROOMS = {"language", "directory", "accounts", "journal", "leases", "outbox", "live", "wire"}
# Each outside library has one home (architecture, "The shape").
HOMES = {
    "twilio": ("foundation/outbox/gateways/",),
    "sentry_sdk": ("config/",),
    "celery": ("config/celery", "config/serving/", "jobs.py"),
    "prometheus_client": ("metrics.py", "metrics/"),
}
# Inner vocabularies and Django's own; a command is named by its file.
OFTEN = {"Meta", "Status", "Kind", "State", "Command"}
SLA_MAY_IMPORT = {"django", "holidays", "tzdata", "django_sla"}


def modules():
    for storey in [*STOREYS, "django_sla"]:
        for path in sorted((ROOT / storey).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_imports_run_downward():
    upward = []
    for path, tree in modules():
        storey = path.parts[0]
        if storey == "django_sla":
            continue
        above = set(STOREYS[: STOREYS.index(storey)])
        upward += [f"{path} imports {name}" for name in imported(tree) if name.split(".")[0] in above]
    assert upward == []


def test_nothing_reaches_django_sla_from_the_ground_and_it_reaches_nothing():
    wrong = []
    for path, tree in modules():
        for name in imported(tree):
            top = name.split(".")[0]
            if path.parts[0] == "foundation" and top == "django_sla":
                wrong.append(f"{path} imports {name}")
            if path.parts[0] == "django_sla" and top not in SLA_MAY_IMPORT | set(sys.stdlib_module_names):
                wrong.append(f"{path} imports {name}")
    assert wrong == []


def test_the_ground_has_eight_rooms():
    rooms = {p.name for p in (ROOT / "foundation").iterdir() if p.is_dir() and p.name not in ("__pycache__",)}
    assert rooms == ROOMS


def test_outside_libraries_live_in_their_homes():
    strays = []
    for path, tree in modules():
        for name in imported(tree):
            homes = HOMES.get(name.split(".")[0])
            if homes and not any(str(path).startswith(home) or str(path).endswith(home) for home in homes):
                strays.append(f"{path} imports {name}")
    assert strays == []


def test_no_signal_is_sent_for_its_answer():
    """An event is a statement of its own; who wants an answer keeps providers."""
    asked = []
    for path, tree in modules():
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        asked += [
            f"{path}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("send", "send_robust")
            and ast.unparse(node.func.value).split(".")[0] in ("events", "signals", "signal")
            and id(node) not in told
        ]
    assert asked == []


def test_no_import_hides_in_a_function():
    hidden = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hidden += [
                    f"{path}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert hidden == []


def test_no_function_is_over_sixty_lines():
    long = []
    for path, tree in modules():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:
                    long.append(f"{path}:{node.lineno} {node.name} has {lines} lines")
    assert long == []


def test_no_folder_is_crowded():
    """Twenty modules are what a reader takes in at a glance; migrations only ever grow."""
    folders = Counter(path.parent for path, _tree in modules() if "migrations" not in path.parts)
    assert {str(folder): count for folder, count in folders.items() if count > 20} == {}


def test_no_two_sub_packages_import_each_other():
    """Within one package whose parts are packages, arrows between two parts run one way."""
    known = {".".join(dotted(path)) for path, _tree in modules()}
    arrows = set()
    for path, tree in modules():
        if "migrations" in path.parts:
            continue
        for name in targets(tree, known):
            arrows |= set(between(dotted(path), tuple(name.split(".")), known))
    assert sorted(f"{one} and {other}" for one, other in arrows if (other, one) in arrows and one < other) == []


def test_no_class_name_is_used_twice():
    """Inner classes count too, but for those whose name is Django's or says only what kind of value they list."""
    places = defaultdict(list)
    for path, tree in modules():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in OFTEN:
                places[node.name].append(f"{path}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def dotted(path):
    """A module's name in parts; a package's own file is the package."""
    return path.with_suffix("").parts if path.name != "__init__.py" else path.parent.parts


def targets(tree, known):
    """The modules of ours that a file imports, also where they are imported by name from their package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


def between(one, other, known):
    """The two sibling packages that an import leads from and to; nothing when one of them is a module."""
    same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if same is None or not same:
        return
    ends = [".".join(parts[: same + 1]) for parts in (one, other)]
    if all(any(name.startswith(f"{end}.") for name in known) for end in ends):
        yield ends[0], ends[1]
