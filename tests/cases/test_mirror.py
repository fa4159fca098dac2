"""The table of `README.md` names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once("sqlite", "reads files of the tree")
HERE = Path(__file__).parent
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_kind_of_fault_has_a_test_that_exists():
    rows = [line for line in (HERE / "README.md").read_text().splitlines() if line.startswith("| ")][2:]
    named = [NAMED.findall(row) for row in rows]
    assert all(named) and len(rows) > 50
    missing = [f"{file}::{name}" for row in named for file, name in row if name not in functions(HERE.parent / file)]
    assert missing == []
