"""Files against the house: the difference first, then all of it or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from config.as_code import houses
from config.as_code.files import Mistake
from config.as_code.houses import FilesAreWrong, WantedNoun
from foundation import Refusal
from foundation.as_code import Item, ItemIsWrong, Items
from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.plans import merging


@dataclass(frozen=True)
class FieldChange:
    """What a field was and becomes."""

    name: str
    was: Any
    becomes: Any


@dataclass(frozen=True)
class NounDiff:
    """What one file would do: items that are new, those that change, those that only this house has (they stay)."""

    name: str
    added: list[str]
    changed: dict[str, list[FieldChange]]
    only_here: list[str]

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.changed)


def apply(folder: Path, *, by: Person, dry_run: bool = False) -> list[NounDiff]:
    """Bring the house in line with the files; twice changes nothing the second time.

    A dry run does the same and takes everything back, so that it meets what the real one would. Raises
    `FilesAreWrong`, and nothing has changed then.
    """
    wanted = houses.read(folder)
    with transaction.atomic():
        diffs = [_take_in(one, by) for one in wanted]
        if any(diff.changes_something for diff in diffs):
            counts = {diff.name: len(diff.added) + len(diff.changed) for diff in diffs}
            journal.record("house.applied", by, by=by, changed=counts)
        transaction.set_rollback(dry_run)
    return diffs


def _take_in(wanted: WantedNoun, by: Person) -> NounDiff:
    here = wanted.noun.read()
    items = {key: _settled(wanted, key, item, here) for key, item in wanted.items.items()}
    differing = {key: item for key, item in items.items() if item != here.get(key)}
    diff = NounDiff(
        wanted.noun.name,
        added=[key for key in differing if key not in here],
        changed={key: list(_fields(here[key], item)) for key, item in differing.items() if key in here},
        only_here=[key for key in here if key not in items],
    )
    if differing:
        _write(wanted, differing, by)
    return diff


def _settled(wanted: WantedNoun, key: str, item: Item, here: Items) -> Item:
    """The whole item: what the file leaves out is what is here."""
    return {**here.get(key, {}), **wanted.noun.settle(item, here.get(key))}


def _write(wanted: WantedNoun, items: Items, by: Person) -> None:
    try:
        wanted.noun.write(items, by)
    except ItemIsWrong as wrong:
        place = wanted.place(wrong.key, wrong.path, wrong.line)
        raise FilesAreWrong([Mistake(*place, str(wrong))]) from None
    except Refusal as refusal:
        place = wanted.place(next(iter(items)), (), None)
        raise FilesAreWrong([Mistake(*place, str(refusal))]) from None


def _fields(was: Item, becomes: Item) -> Iterator[FieldChange]:
    for name in becomes:
        if was.get(name) != becomes[name]:
            yield FieldChange(name, was.get(name), becomes[name])


def told(diffs: list[NounDiff]) -> Iterator[str]:
    """The difference in lines: + new, ~ changed with its fields, · only here."""
    for diff in diffs:
        yield f"{diff.name}: +{len(diff.added)} ~{len(diff.changed)} ·{len(diff.only_here)}"
        yield from (f"  + {key}" for key in diff.added)
        for key, changes in diff.changed.items():
            yield f"  ~ {key}"
            for change in changes:
                yield from _told_field(change)
        if diff.only_here:
            yield f"  · {', '.join(diff.only_here[:20])}{' …' if len(diff.only_here) > 20 else ''}"


def _told_field(change: FieldChange) -> Iterator[str]:
    if change.name == "source":
        lines = merging.differences(change.was, change.becomes)
        yield from (f"      {line.sign} {line.text}" for line in lines)
    else:
        yield f"      {change.name}: {_short(change.was)} → {_short(change.becomes)}"


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
