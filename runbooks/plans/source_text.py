"""Writing a value into a plan's text; comments and spelling stay as their author left them."""

import json
import re
from collections.abc import Mapping

import yaml

PLAIN = re.compile(r"[^\W\d_][\w ,.()/-]*")
Place = tuple[str | int, ...]


def with_values(source: str, values: Mapping[Place, str | int]) -> str:
    """The text with each value put in its place, ("contacts", 0, "reach"); places that are not there are left out."""
    root = yaml.compose(source, Loader=yaml.SafeLoader)
    found = [(_node_at(root, place), value) for place, value in values.items()]
    spots = [(node, value) for node, value in found if node is not None]
    for node, value in sorted(spots, key=lambda spot: spot[0].start_mark.index, reverse=True):
        begin, end = node.start_mark.index, node.end_mark.index
        tail = "\n" if source[begin:end].endswith("\n") else ""
        lead = " " if source[begin - 1] == ":" else ""
        source = f"{source[:begin]}{lead}{_scalar(value)}{tail}{source[end:]}"
    return source


def _scalar(value: str | int) -> str:
    """Plain where YAML reads it back as the same, else in quotes; a JSON string is one of YAML's, too."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _node_at(node: yaml.Node | None, place: Place) -> yaml.Node | None:
    for part in place:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node
