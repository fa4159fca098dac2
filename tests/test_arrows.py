"""Imports run downward only; the ground keeps six rooms."""

import ast
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once("sqlite", "files of the tree")

ROOT = Path(__file__).resolve().parent.parent
STOREYS = ["config", "runbooks", "helpdesk", "monitoring", "foundation"]
ROOMS = {"directory", "journal", "promises", "outbox", "live", "wire"}
# Each outside library has one home (architecture, "The shape").
HOMES = {
    "twilio": ("foundation/outbox/gateways/",),
    "sentry_sdk": ("config/",),
    "celery": ("config/celery", "jobs.py"),
    "prometheus_client": ("metrics.py", "metrics/"),
}
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


def test_the_ground_has_six_rooms():
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
