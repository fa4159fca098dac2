"""What holds for every template and script of ours: short lines, and no address glued by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

LONGEST = 160


def templates() -> list[Path]:
    places = [settings.BASE_DIR / context for context in settings.CATALOGUES]
    found = [path for place in places for path in place.rglob("templates/**/*") if path.is_file()]
    return found + list((settings.BASE_DIR / "deploy").rglob("*.html"))


def lines_of(paths: list[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(settings.BASE_DIR)}:{number}", line


def test_lines_of_templates_can_be_read():
    assert len(templates()) > 200
    assert [where for where, line in lines_of(templates()) if len(line) > LONGEST] == []
