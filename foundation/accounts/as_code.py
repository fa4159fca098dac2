"""The modules of the platform as a file."""

from collections.abc import Iterable
from functools import partial

from foundation import as_code
from foundation.as_code import Item, Items, Noun, closed, words
from foundation.directory.models import Component, Person
from foundation.journal import journal

FIELDS = ("name_tr", "name_en", "tier", "note", "position")
COMPONENT = closed(
    {"name_tr": words(120, least=1), "name_en": words(120), "tier": {"enum": Component.Tier.values}},
    {"note": words(300), "position": {"type": "integer", "minimum": 0, "maximum": 32_000}},
)


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("components", 10, COMPONENT, read, write)


def read() -> Items:
    return {
        code: dict(zip(FIELDS, values, strict=True)) for code, *values in Component.objects.values_list("pk", *FIELDS)
    }


def write(items: Items, by: Person) -> None:
    as_code.each(items, partial(_write, by))


def _write(by: Person, code: str, item: Item) -> None:
    if len(code) > 20 or not code.replace("_", "").isalnum() or code != code.upper():
        raise as_code.ItemIsWrong(code, f"{code}: [A-Z0-9_]{{1,20}}")
    component, is_new = Component.objects.update_or_create(code=code, defaults=item)
    journal.record("component.added" if is_new else "component.changed", component, by=by, fields=sorted(item))
