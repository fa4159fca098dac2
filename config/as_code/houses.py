"""A folder that says what a house is: read and judged, or written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from config.as_code import files
from config.as_code.files import Mistake
from foundation import as_code
from foundation.as_code import Item, Noun
from runbooks.plans import parsing

SCHEMAS = "schema"


class FilesAreWrong(Exception):
    """Nothing was changed; every mistake by its file, line and column."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


@dataclass
class WantedNoun:
    """One noun as the files say it, and where each item stands."""

    noun: Noun
    items: dict[str, Item] = field(default_factory=dict)
    file: str = ""
    node: yaml.Node | None = None

    def place(self, key: str, path: tuple[str | int, ...], line: int | None) -> tuple[str, int, int]:
        """(file, line, column) of a value of an item."""
        if self.noun.folder:
            return f"{self.noun.name}/{key}.yaml", line or 1, 1
        return self.file, *files.place_of(self.node, (key, *path))


def all_nouns() -> list[Noun]:
    return sorted((noun for provide in as_code.nouns for noun in provide()), key=lambda noun: noun.place)


def read(folder: Path) -> list[WantedNoun]:
    """What the files want, in the order of taking in; raises `FilesAreWrong` with every mistake."""
    if not folder.is_dir():
        raise FilesAreWrong([Mistake(str(folder), 1, 1, _("There is no such folder."))])
    nouns = all_nouns()
    mistakes = list(_strangers(folder, nouns))
    wanted = []
    for noun in nouns:
        read_noun = _read_folder if noun.folder else _read_file
        try:
            found = read_noun(folder, noun)
        except files.YamlIsWrong as wrong:
            mistakes.append(wrong.mistake)
            continue
        if found is not None:
            mistakes += _judge(found)
            wanted.append(found)
    if mistakes:
        raise FilesAreWrong(mistakes)
    return wanted


def _strangers(folder: Path, nouns: list[Noun]) -> Iterator[Mistake]:
    """A file under a name that means nothing here is a slip of the pen."""
    known = {noun.name for noun in nouns}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        if path.suffix == ".yml" or path.stem not in known:
            names = ", ".join(f"{name}.yaml" for name in sorted(known))
            yield Mistake(path.name, 1, 1, _("No file has this name here; there are: %s.") % names)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise files.YamlIsWrong(Mistake(name, 1, 1, _("The file cannot be read as UTF-8 text."))) from None


def _read_file(folder: Path, noun: Noun) -> WantedNoun | None:
    path = folder / f"{noun.name}.yaml"
    if not path.exists():
        return None
    value, node = files.read(path.name, _text(path, path.name))
    if value is None:
        value = {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        sentence = _("This file is a list of names, each with its fields: “NAME:” and below it “field: value”.")
        raise files.YamlIsWrong(Mistake(path.name, *files.place_of(node, ()), sentence))
    return WantedNoun(noun, value, path.name, node)


def _read_folder(folder: Path, noun: Noun) -> WantedNoun | None:
    place = folder / noun.name
    if not place.is_dir():
        return None
    paths = sorted(place.glob("*.yaml"))
    return WantedNoun(noun, {path.stem: {"source": _text(path, f"{noun.name}/{path.name}")} for path in paths})


def _judge(wanted: WantedNoun) -> Iterator[Mistake]:
    """By the published schema; a noun kept as a folder judges its own texts."""
    if wanted.noun.folder:
        return
    shape = Draft202012Validator({"type": "object", "additionalProperties": wanted.noun.schema})
    for error in shape.iter_errors(wanted.items):
        path = tuple(error.absolute_path)
        line, column = files.place_of(wanted.node, path)
        yield Mistake(wanted.file, line, column, parsing.sentence_of(error, ".".join(map(str, path))))


def write(folder: Path) -> list[Path]:
    """The house into files, and the schemas beside them; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMAS).mkdir(exist_ok=True)
    return [path for noun in all_nouns() for path in _write(folder, noun)]


def _write(folder: Path, noun: Noun) -> Iterator[Path]:
    schema = folder / SCHEMAS / f"{noun.name}.json"
    schema.write_text(published_schema(noun), encoding="utf-8")
    items = noun.read()
    if noun.folder:
        (folder / noun.name).mkdir(exist_ok=True)
        for key, item in items.items():
            path = folder / noun.name / f"{key}.yaml"
            path.write_text(item["source"], encoding="utf-8")
            yield path
    else:
        path = folder / f"{noun.name}.yaml"
        head = f"# yaml-language-server: $schema={SCHEMAS}/{noun.name}.json\n"
        path.write_text(head + files.write(dict(items)), encoding="utf-8")
        yield path


def published_schema(noun: Noun) -> str:
    """What editors and other programs may check a file with before it is taken in; patterns end as theirs do."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Nöbet: {noun.name}"}
    whole = head | (noun.schema if noun.folder else {"type": "object", "additionalProperties": noun.schema})
    return json.dumps(whole, ensure_ascii=False, indent=1).replace('\\\\Z"', '$"') + "\n"
