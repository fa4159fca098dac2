"""Every word that the house keeps is made awkward, and everything that shows any of it is opened: nothing breaks."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from xml.etree import ElementTree

import icalendar
import pypdf
import pytest
import python_calamine
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config.api import scope_for
from tests.test_tenant_wall import a_secret, call_with
from tests.wall import Public, declared
from tests.wall.walking import address, signed_in

pytestmark = [
    pytest.mark.once("postgresql", "pages, files and operations over words that are stored"),
    pytest.mark.long(60),
]

WORD = "Makbuz"
# One of each: a vertical tab, controls, zero width, lines, directions, a non-character, an emoji, NFD, a formula.
AWKWARD = f"={WORD}\x0b\x01\x1b\x7f\u200b\ufeff\r\nBcc: x\u2028\u202e\u2067<b>&\"'\ufffe👩\u200d💻c\u0327{{{{}}}}%s"
HUGE = AWKWARD + "a" * 20_000
# Columns of words by their names; the others hold codes, digests, addresses, and what a program reads.
WORDS = re.compile(
    r"(.*_)?(name|title|text|subject|reason|note|notes|comment|body|why|correction|review|unit|said|outcome|error|because|"
    r"trouble|location|browser|district|region|group|announcement|answer|owner|code_words)(_tr|_en)?"
)
NOT_OURS = {"auth", "contenttypes", "sessions", "usersessions", "account", "mfa", "socialaccount"}
# Words that programs made and compare again.
COMPARED = {"secret_name", "search_text", "former_search", "HookDelivery.body", "GivenAnswer.body"}


def columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models():
        if model._meta.app_label in NOT_OURS or model.__module__.startswith("tests."):
            continue
        for field in model._meta.local_concrete_fields:
            named = {field.name, f"{model.__name__}.{field.name}"}
            plain = type(field) in (models.CharField, models.TextField) and not field.choices and not field.unique
            if plain and WORDS.fullmatch(field.name) and not named & COMPARED:
                yield model, field


def make_awkward() -> Counter:
    """Rows by column; what the database itself refuses stays as it is."""
    changed: Counter = Counter()
    for model, field in columns():
        text = HUGE if field.max_length is None else AWKWARD[: field.max_length]
        try:
            with transaction.atomic():
                rows = model._base_manager.exclude(**{field.name: ""}).update(**{field.name: text})
        except DatabaseError:
            changed["refused"] += 1
        else:
            changed[f"{model.__name__}.{field.name}"] += rows
    return changed


def read_csv(content: bytes) -> None:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def read_workbook(content: bytes) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def read_paper(content: bytes) -> None:
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        page.extract_text()


def read_bundle(content: bytes) -> None:
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


GRAMMARS: dict[str, Callable[[bytes], object]] = {
    **dict.fromkeys(("application/json", "application/problem+json", "json"), json.loads),
    **dict.fromkeys(("text/csv", "csv"), read_csv),
    **dict.fromkeys(("text/calendar", "ics"), icalendar.Calendar.from_ical),
    "pdf": read_paper,
    "xlsx": read_workbook,
    "zip": read_bundle,
    **dict.fromkeys(
        ("application/rss+xml", "application/atom+xml", "application/cap+xml", "application/xml", "text/xml"),
        ElementTree.fromstring,
    ),
}


def askings(stage) -> Iterator[tuple[str, tuple[int, ...], Callable]]:
    """(name, the statuses it may have, how to ask) of every page, file and operation that reads."""
    for door in declared("doors"):
        if isinstance(door, Public):
            yield str(door), door.answers, partial(Client().get, address(door, stage))
        elif door.get and not door.name.endswith("_stream"):
            client = signed_in(getattr(stage, door.admits[0]))
            yield str(door), (200, *door.answers), partial(client.get, address(door, stage))
        if "suffix" in door.at(stage):
            reader = signed_in(stage.ayse if isinstance(door, Public) else getattr(stage, door.admits[0]))
            for suffix in ("csv", "pdf", "xlsx"):
                with suppress(NoReverseMatch):
                    path = reverse(door.name, kwargs={**door.at(stage), "suffix": suffix})
                    yield f"{door} {suffix}", (200, 404), partial(reader.get, path)
    for call in declared("calls"):
        if call.method == "GET":
            secret = a_secret(getattr(stage, call.admits[0]), scope_for("GET", call.path))
            yield str(call), (200,), partial(call_with, call, stage, secret)


def kind_of(answer) -> str:
    """By its name, where it is a file to keep."""
    named = re.search(r'filename="[^"]+\.(csv|pdf|xlsx|ics|json|zip)"', answer.headers.get("Content-Disposition", ""))
    return named[1] if named else answer.headers.get("Content-Type", "").partition(";")[0]


def complaint(kind: str, content: bytes) -> str:
    """Why whoever reads this kind of file cannot; "" if they can."""
    try:
        GRAMMARS.get(kind, bytes)(content)
    except Exception as fault:
        return repr(fault)[:300]
    return ""


def test_no_surface_breaks_over_anything_that_is_stored(stage):
    changed = make_awkward()
    kinds, showing, broken = Counter(), 0, []
    for name, good, ask in askings(stage):
        try:
            answer = ask()
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        except Exception as fault:
            broken.append(f"{name}: {fault!r}"[:300])
            continue
        kind = kind_of(answer)
        kinds[kind] += 1
        showing += WORD.encode() in content
        said = complaint(kind, content) if answer.status_code in good else f"{answer.status_code}"
        broken += [f"{name}: {kind}: {said}"] if said else []
    print(f"{len(changed)} columns, {changed.total()} rows; {dict(kinds)}; {showing} surfaces show the word")
    if broken:
        pytest.fail("\n".join(broken))
    assert len(changed) > 100 and showing > 100
    assert {"csv", "xlsx", "pdf", "text/calendar", "application/rss+xml", "application/atom+xml"} <= set(kinds)
