"""Nearly every function says what it returns, views too, so that the type checker reads its body and its callers."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.once("sqlite", "files of the tree")

ROOT = Path(__file__).resolve().parent.parent
STOREYS = ["config", "runbooks", "helpdesk", "monitoring", "foundation", "django_sla"]
AT_LEAST = 0.99
HANDED_ON = {"kwargs", "options", "arguments", "named", "keywords", "_", "_facts"}


def functions():
    """Every `def` outside tests and migrations, nested ones included; a lambda cannot say."""
    for storey in STOREYS:
        for path in sorted((ROOT / storey).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def test_functions_say_what_they_return():
    seen = list(functions())
    silent = [place for place, node in seen if node.returns is None]
    assert len(seen) > 1000
    assert 1 - len(silent) / len(seen) >= AT_LEAST, silent


def test_only_what_is_handed_on_unread_comes_as_untyped_keywords():
    """A verb names what it takes. What a framework sends (kwargs) or a library takes (options) may pass through."""
    blind = [
        f"{place} **{node.args.kwarg.arg}"
        for place, node in functions()
        if node.args.kwarg and node.args.kwarg.annotation is None and node.args.kwarg.arg not in HANDED_ON
    ]
    assert blind == []
