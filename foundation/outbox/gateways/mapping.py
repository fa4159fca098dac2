"""Filling in and reading what an operator's mapping describes. Pure: no network, no database.

Bodies are whatever the mapping nests: objects, lists, texts with {places}. A list whose
only entry is `each: …` is written once for each message of the batch. Answers are JSON,
XML (read as the same objects and lists) or plain text, cut up by a pattern with names.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import re2

SECRET = re.compile(r"\$\{([A-Z0-9_]+)\}")
PLACE = re.compile(r"(\{\w+\})")
EACH = "each"
ENTITIES = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
LONGEST_ANSWER = 8_000_000  # characters

Values = Mapping[str, str]


def with_secrets(value: str) -> str:
    """`${NAME}` as the environment has it; nothing where it has none."""
    return SECRET.sub(lambda match: os.environ.get(match[1], ""), value)


def secrets_in(mapping: Any) -> Iterator[str]:
    """Every secret that a mapping names, so that none of them is written down."""
    if isinstance(mapping, str):
        yield from (os.environ.get(name, "") for name in SECRET.findall(mapping))
    elif isinstance(mapping, dict):
        for value in mapping.values():
            yield from secrets_in(value)
    elif isinstance(mapping, list):
        for value in mapping:
            yield from secrets_in(value)


def fill(shape: Any, batch: Values, messages: list[dict[str, str]]) -> Any:
    """The shape with its places filled; what is no text stays as it is.

    A place is filled once: a text that says "{to}" is sent as it is.
    """
    match shape:
        case str():
            return "".join(batch.get(piece, piece) for piece in PLACE.split(with_secrets(shape)))
        case [{"each": each, **rest}] if not rest:
            return [fill(each, {**batch, **message}, [message]) for message in messages]
        case list():
            return [fill(entry, batch, messages) for entry in shape]
        case dict():
            return {name: fill(value, batch, messages) for name, value in shape.items()}
    return shape


def flat(fields: Mapping[str, Any]) -> dict[str, str]:
    """For forms and queries: what is nested travels as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in fields.items()
    }


def to_xml(root: str, fields: Any) -> bytes:
    """Objects as elements, lists as repeated elements, texts escaped."""
    element = ElementTree.Element(root)
    _write(element, fields)
    return bytes(ElementTree.tostring(element, encoding="utf-8", xml_declaration=True))


def _write(element: ElementTree.Element, value: Any) -> None:
    if not isinstance(value, dict):
        element.text = "" if value is None else str(value)
        return
    for name, inner in value.items():
        for entry in inner if isinstance(inner, list) else [inner]:
            _write(ElementTree.SubElement(element, name), entry)


def read(text: str, kind: str = "json", pattern: str = "") -> Any:
    """An answer as objects, lists and texts; None where it is not what was agreed."""
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        if kind == "text":
            found = re2.search(pattern or r"(?P<sid>\S+)", text.strip())
            return {name: value for name, value in found.groupdict().items() if value is not None} if found else None
        if kind == "xml":
            return None if ENTITIES.search(text) else from_xml(ElementTree.fromstring(text.strip().encode()))
        return json.loads(text)
    except (ValueError, RecursionError, ElementTree.ParseError, re2.error):
        return None


def from_xml(element: ElementTree.Element) -> Any:
    """Its children by name, several of a name as a list, attributes beside them; a leaf is its text.

    The root's own name is left out.
    """
    content: dict[str, Any] = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    for child in element:
        name, value = child.tag.rpartition("}")[2], from_xml(child)
        if name in content:
            before = content[name]
            content[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            content[name] = value
    text = (element.text or "").strip()
    if not content:
        return text
    return content | ({"text": text} if text else {})
