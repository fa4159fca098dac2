"""What holds for every template and script of ours: short lines, and no address glued by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template.loader import get_template

pytestmark = pytest.mark.once("sqlite", "asks no database")

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


# An address written where the address table should have been asked: /…, or a piece hung on one that was asked.
GLUED = re.compile(
    r"""(?x)
    (?:href|action|formaction|src|poster|content|(?:hx|data)-[\w-]+) = ["'](?:/\w|\.\.?/)  # href="/desk/"
    | (?:fetch|open|assign|replace|WebSocket|EventSource|URL)\(\s*["'`](?:/|wss?:)         # fetch("/desk/")
    | (?:location|href|action|src) \s* = \s* ["'`]/                                         # location = "/desk/"
    | (?:get_absolute_url\ }}|\burl\ [^%]*%}) (?:[\w-]|{{)  # {% url … %}pieces/
    | \.dataset\.\w+}[\w/$]  # `${form.dataset.at}pieces/`
    """
)
# Shown by the web server itself when nothing of ours runs, or run on pages of others, who have only its own address.
ALLOWED = {
    "monitoring/static/monitoring/widget.js",
    "config/templates/400.html",
    "config/templates/500.html",
    "config/templates/503.html",
    "deploy/nginx/out-of-service.html",
}


def scripts() -> list[Path]:
    places = [settings.BASE_DIR / context for context in settings.CATALOGUES]
    found = [path for place in places for path in place.rglob("static/**/*.js")]
    return [path for path in found if "vendor" not in path.parts]


def glued(text: str) -> list[str]:
    return [found.group() for found in GLUED.finditer(text)]


@pytest.mark.parametrize(
    "line",
    [
        '<a href="/desk/">',
        '<form method="post" action="/tickets/new/">',
        '<p hx-get="/board/moving/">',
        '<div data-live="/ws/desk/">',
        '<a href="../">',
        "<a href=\"{% url 'helpdesk:ticket' ticket.number %}macros/\">",
        '<a href="{{ broadcast.get_absolute_url }}recipients/">',
        'fetch("/status/made.json")',
        "new EventSource(`/board/stream/`)",
        'location.href = "/desk/";',
        "fetch(`${chooser.dataset.macros}${chosen}/`)",
    ],
)
def test_the_search_finds_what_is_glued(line):
    assert glued(line)


@pytest.mark.parametrize(
    "line",
    [
        "<a href=\"{% url 'helpdesk:desk' %}?view=all\">",
        "<a href=\"{% url 'runbooks:board' %}#found\">",
        '<a href="{{ broadcast.get_absolute_url }}">',
        "fetch(chosen.dataset.text)",
        "fetch(`${palette.dataset.find}?q=1`)",
    ],
)
def test_the_search_leaves_alone_what_was_asked_for(line):
    assert not glued(line)


def test_no_address_is_glued_by_hand():
    assert len(scripts()) > 10
    wrong = {
        where: found
        for where, line in lines_of(templates() + scripts())
        if not line.lstrip().startswith("*") and (found := glued(line)) and where.partition(":")[0] not in ALLOWED
    }
    assert wrong == {}


def typed(text: str) -> BoundField:
    class Note(forms.Form):
        body = forms.CharField(max_length=200, strip=False)

    return Note({"body": text})["body"]


def test_indentation_is_not_sent_and_what_people_type_keeps_its_own():
    page = get_template("helpdesk/_field.html").render({"field": typed("  iki\n    dört"), "multiline": True})
    assert "\n    dört</textarea>" in page
    assert not re.search(r"\n +<", page)
