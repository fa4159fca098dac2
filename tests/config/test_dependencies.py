"""The notices are those of the lock, and the SBOM names every file by its hash."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import dependencies
from tests.front import ROOT

pytestmark = pytest.mark.once("sqlite", "asks no database: files of the tree")


def test_the_notices_are_as_the_lock():
    call_command("notices", check=True)


def test_a_package_that_came_or_changed_is_named():
    text = (ROOT / dependencies.NOTICES).read_text(encoding="utf-8")
    assert dependencies.outdated(text + "| leftpad | 1.0 | MIT |\n") == ["leftpad 1.0"]
    older = re.sub(r"\| django \| \S+ \|", "| django | 1.0 |", text)
    assert "django 1.0" in dependencies.outdated(older) and len(dependencies.outdated(older)) == 2


def test_an_outdated_file_ends_with_a_sentence(settings, monkeypatch):
    monkeypatch.setattr(dependencies, "outdated", lambda text: ["django 1.0"])
    with pytest.raises(CommandError, match="django 1.0"):
        call_command("notices", check=True)


def test_the_document_names_each_package_with_its_files():
    said = StringIO()
    call_command("sbom", stdout=said)
    document = json.loads(said.getvalue())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["name"]: part for part in document["components"]}
    assert len(parts) > 60 and "django-sla" not in parts
    assert all(part["licenses"][0]["license"]["name"] for part in parts.values())
    hashes = [file["hashes"][0]["content"] for file in parts["django"]["externalReferences"]]
    assert hashes and all(len(digest) == 64 for digest in hashes)
    assert document == dependencies.sbom()


def test_the_tree_says_under_which_licence_it_is():
    assert dependencies.project()["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]
