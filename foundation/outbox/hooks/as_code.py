"""Webhooks as a file. Secrets never stand in files: another is made on the page."""

from collections.abc import Iterable
from functools import partial

from foundation import as_code
from foundation.as_code import Item, Items, Noun, closed, words
from foundation.directory.models import Municipality, Person
from foundation.outbox.hooks import webhooks
from foundation.outbox.models import EventHook

HOUSE = "house"
HOOK = closed({"url": words(300, least=1)}, {"kinds": {"type": "array", "items": words(60, least=1), "maxItems": 60}})


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("webhooks", 95, HOOK, read, write)


def key_of(hook: EventHook) -> str:
    """ "26010.ebys", or "house.ebys" for one that no municipality owns."""
    return f"{hook.municipality.code if hook.municipality else HOUSE}.{hook.name}"


def read() -> Items:
    current = EventHook.objects.current().select_related("municipality")
    return {key_of(hook): {"url": hook.url, "kinds": hook.kinds} for hook in current}


def write(items: Items, by: Person) -> None:
    as_code.each(items, partial(_write, by))


def _write(by: Person, key: str, item: Item) -> None:
    place, _dot, name = key.partition(".")
    municipality = None if place == HOUSE else Municipality.objects.current().filter(code=place).first()
    if (municipality is None and place != HOUSE) or not webhooks.is_name(name):
        raise as_code.ItemIsWrong(key, f"{key}: CODE.name | {HOUSE}.name")
    facts = {"url": item["url"], "kinds": item.get("kinds", []), "by": by}
    hook = EventHook.objects.current().filter(municipality=municipality, name=name).first()
    if hook:
        webhooks.change(hook, **facts)
    else:
        webhooks.make(municipality, name=name, **facts)
