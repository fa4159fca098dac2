"""Reading JSON from strangers: strict, bounded, never a crash."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

DEEPEST = 32


class StrictBodies(Parser):
    """JSON as RFC 8259 means it: no NaN, no doubled names, no NUL, bounded depth."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            content = json.loads(request.body, object_pairs_hook=without_doubles, parse_constant=no_constant)
        except (ValueError, RecursionError):
            raise HttpError(400, "The body is not valid JSON.") from None
        refuse_hostile(content)
        return content


def without_doubles(pairs: list[tuple]) -> dict:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name stands twice")
    return content


def no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def refuse_hostile(content: object, depth: int = 0) -> None:
    """Text that no database stores, and nesting that no honest client sends."""
    if depth > DEEPEST:
        raise HttpError(400, "The body is nested too deeply.")
    if isinstance(content, str) and not is_storable(content):
        raise HttpError(400, "The body contains characters that cannot be stored.")
    if isinstance(content, dict):
        for name, value in content.items():
            refuse_hostile(name, depth + 1)
            refuse_hostile(value, depth + 1)
    elif isinstance(content, list):
        for value in content:
            refuse_hostile(value, depth + 1)


def is_storable(text: str) -> bool:
    """Neither NUL nor half a surrogate pair: PostgreSQL and UTF-8 refuse them."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
