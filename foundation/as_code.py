"""Nouns that a house keeps as files: each says how one of its items is written down and how it is taken in.

Every context registers its nouns when its app is ready (`nouns.register`); `config.as_code` writes them out,
compares, and takes them in, all or nothing. An item is plain JSON under a key; a field that a file leaves
out keeps what is here. What a file does not name stays: nothing ends by being left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation import Refusal
from foundation.directory.models import Person
from foundation.providers import Providers

Item = dict[str, Any]
Items = Mapping[str, Item]


class ItemIsWrong(Refusal):
    """One item cannot be taken in; `path` leads from it to the value that is wrong, `line` is of its own file."""

    status = 422

    def __init__(
        self, key: str, sentence: object, *, path: tuple[str | int, ...] = (), line: int | None = None
    ) -> None:
        super().__init__(str(sentence))
        self.key, self.path, self.line = key, path, line


def as_it_is(wanted: Item, current: Item | None) -> Item:
    return wanted


@dataclass(frozen=True)
class Noun:
    """`name` is the file; lower `place` is taken in first, because others name its items.

    `schema` is the JSON schema of one item. `read` gives all items of the house; `write` takes those that are
    new or differ, whole, in the caller's transaction, and may raise `Refusal`. `settle` says what a wanted item
    means in this house. A noun kept as a `folder` has a file of its own for each item, {"source": text}.
    """

    name: str
    place: int
    schema: dict[str, Any]
    read: Callable[[], Items]
    write: Callable[[Items, Person], None]
    settle: Callable[[Item, Item | None], Item] = field(default=as_it_is)
    folder: bool = False


nouns: Providers[Callable[[], Iterable[Noun]]] = Providers()


def each(items: Items, one: Callable[[str, Item], object]) -> None:
    """Do the same for each item; a refusal says for which."""
    for key, item in items.items():
        try:
            one(key, item)
        except ItemIsWrong:
            raise
        except Refusal as refusal:
            raise ItemIsWrong(key, refusal) from None


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of an object with exactly these fields; those of `optional` may be left out."""
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def words(most: int, *, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}
