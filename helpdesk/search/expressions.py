"""A question as a tree that both databases understand: `tsquery` and FTS5's MATCH. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Term:
    """A marked word of `documents`; `begins`: every word that begins so."""

    text: str
    begins: bool = False


@dataclass(frozen=True)
class SideBySide:
    words: tuple[str, ...]


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class OneOf:
    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class ButNot:
    wanted: "Expression"
    unwanted: "Expression"


Expression: TypeAlias = Term | SideBySide | AllOf | OneOf | ButNot


def all_of(parts: Iterable[Expression]) -> Expression:
    several = tuple(dict.fromkeys(parts))
    return several[0] if len(several) == 1 else AllOf(several)


def one_of(parts: Iterable[Expression]) -> Expression:
    several = tuple(dict.fromkeys(parts))
    return several[0] if len(several) == 1 else OneOf(several)


def as_tsquery(expression: Expression) -> str:
    match expression:
        case Term(text, begins):
            return f"'{text}':*" if begins else f"'{text}'"
        case SideBySide(words):
            return f"({' <-> '.join(map(_quoted, words))})"
        case AllOf(parts):
            return f"({' & '.join(map(as_tsquery, parts))})"
        case OneOf(parts):
            return f"({' | '.join(map(as_tsquery, parts))})"
        case ButNot(wanted, unwanted):
            return f"({as_tsquery(wanted)} & !{as_tsquery(unwanted)})"


def as_fts5(expression: Expression) -> str:
    match expression:
        case Term(text, begins):
            return f'"{text}" *' if begins else f'"{text}"'
        case SideBySide(words):
            return f'"{" ".join(words)}"'
        case AllOf(parts):
            return f"({' AND '.join(map(as_fts5, parts))})"
        case OneOf(parts):
            return f"({' OR '.join(map(as_fts5, parts))})"
        case ButNot(wanted, unwanted):
            return f"({as_fts5(wanted)} NOT {as_fts5(unwanted)})"


def _quoted(word: str) -> str:
    return f"'{word}'"
