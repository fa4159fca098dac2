"""What we ship of others is what the manifest says: version, hash, licence."""

import json
import re

import pytest
from django.conf import settings

from config.management.commands.vendor import MANIFEST, sha512
from monitoring.models import State

pytestmark = pytest.mark.once("sqlite", "files of the tree")

SHAPE = re.compile(r'\{% shape "([^"]+)"')


def manifest():
    return json.loads((settings.BASE_DIR / MANIFEST).read_text(encoding="utf-8"))


def test_every_vendored_file_is_the_one_that_was_written_down():
    for row in manifest():
        assert sha512((settings.BASE_DIR / row["target"]).read_bytes()) == row["sha512"], row["target"]
        assert row["licence"] and row["version"]


def test_nothing_lies_there_that_was_not_written_down():
    written = {row["target"] for row in manifest()} | {str(MANIFEST)}
    for folder in ("config/static/vendor", "tests/vendor"):
        for path in (settings.BASE_DIR / folder).rglob("*"):
            assert str(path.relative_to(settings.BASE_DIR)) in written


def our_templates():
    for context in settings.CATALOGUES:
        yield from (settings.BASE_DIR / context).rglob("templates/**/*.html")


def test_pages_load_nothing_from_elsewhere():
    for template in our_templates():
        text = template.read_text(encoding="utf-8")
        assert 'src="http' not in text and 'rel="stylesheet" href="http' not in text, template


def test_what_is_vendored_is_in_use():
    pages = "".join(template.read_text(encoding="utf-8") for template in our_templates())
    ours = [row["target"] for row in manifest() if row["target"].startswith("config/static/")]
    assert ours and [target for target in ours if target.removeprefix("config/static/") not in pages] == []


def test_the_sprite_holds_the_marks_in_use_and_no_others():
    sprite = (settings.BASE_DIR / "config/static/nobet/sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {name for template in our_templates() for name in SHAPE.findall(template.read_text(encoding="utf-8"))}
    assert {name.removeprefix("s-") for name in drawn} == named | set(State.values)
