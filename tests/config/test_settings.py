"""Every setting that is read stands in the handbook: name, default, what it does, an example."""

import ast
import re

import pytest

from tests.front import ROOT

pytestmark = pytest.mark.once("sqlite", "asks no database: files of the tree")

HANDBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def read_settings() -> set[str]:
    """The first argument of every `env.…("NAME", …)`."""
    calls = [node for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())) if ast.Call is type(node)]
    names = set()
    for call in calls:
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *_]):
                names.add(name)
    return names


def rows() -> dict[str, list[str]]:
    """{setting: its cells} of the handbook's table."""
    table = HANDBOOK[HANDBOOK.index("| Setting | Default |") :].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {name: row for row in cells for name in re.findall(r"`([A-Z][A-Z_…]+)`", row[0])}


READ, ROWS = read_settings(), rows()


def test_the_walk_finds_settings():
    assert len(READ) > 45


@pytest.mark.parametrize("name", sorted(READ))
def test_each_setting_is_explained(name):
    assert name in ROWS, f"{name} is read and stands in no table"
    assert len(ROWS[name]) == 4
    assert all(ROWS[name]), f"{name} has an empty cell"


def test_the_table_names_nothing_that_is_not_read():
    elsewhere = {"NOBET_ENDPOINT_…", "HOST", "PORT", "NOBET_ENVIRONMENT", "NOBET_ADMIN_PASSWORD"}
    accounts = {row for row in ROWS if row.endswith("_…")}  # of gateways: the rows below say the words behind each name
    assert set(ROWS) - READ - accounts == elsewhere - accounts
