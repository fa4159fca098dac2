"""YAML of people: plain values, and for each of them the line and column where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

LARGEST = 20_000_000  # bytes; 1,407 nodes with four checks take two million
DEEPEST = 12
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """One mistake: its file, line and column (from 1), and what to do about it."""

    file: str
    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.sentence}"


class YamlIsWrong(Exception):
    """The file cannot be read at all."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML in which dates stay text."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: str, text: str) -> tuple[Any, yaml.Node | None]:
    """What the file says, and the node behind it; raises `YamlIsWrong`."""
    if len(text) > LARGEST:
        raise YamlIsWrong(Mistake(file, 1, 1, _("The file is longer than %d characters.") % LARGEST))
    try:
        _look_ahead(file, text)
        node = yaml.compose(text, Loader=_PlainLoader)
        for double in _doubles(node):
            raise YamlIsWrong(Mistake(file, *place(double), _("“%s” stands here twice.") % double.value))
        return yaml.load(text, Loader=_PlainLoader), node  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlIsWrong(Mistake(file, line, column, _("This is not YAML: %s.") % error.problem)) from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError):
        raise YamlIsWrong(Mistake(file, 1, 1, _("The file holds a sign or a number that cannot be read."))) from None


def _look_ahead(file: str, text: str) -> None:
    """Depth and references, before anything is built of them."""
    depth = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if depth > DEEPEST:
            raise YamlIsWrong(Mistake(file, line, column, _("This is nested deeper than %d levels.") % DEEPEST))
        if isinstance(event, yaml.AliasEvent):
            sentence = _("A file says everything where it stands: no references (*name).")
            raise YamlIsWrong(Mistake(file, line, column, sentence))


def _doubles(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Keys that stand twice in one mapping: YAML would quietly keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key.value, str) and key.value in seen:
                yield key
            seen.add(key.value if isinstance(key.value, str) else id(key))
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _doubles(part)


def place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def place_of(node: yaml.Node | None, path: Path) -> tuple[int, int]:
    """Line and column of the innermost part of `path` that stands in the file."""
    if node is None:
        return 1, 1
    found = place(node)
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                break
            found, node = place(pair[0]), pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            found = place(node)
        else:
            break
    return found


def write(value: Any) -> str:
    """As a person would read it: in our order, in our letters, wide lines."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110)
