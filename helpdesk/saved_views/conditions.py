"""The conditions of a saved view: one question in the words of the search, taken apart for its form. Pure.

belediye:26010 önem:S1,S2 sorumlu:ben süre:yakın makbuz
"""

import re
from collections.abc import Mapping, Sequence

from foundation.language import collation
from helpdesk.search.questions import OPERATORS

# field of the form → the operator as it is written into the question
WORDS = {
    "queue": "kuyruk",
    "team": "ekip",
    "module": "modül",
    "severity": "önem",
    "status": "durum",
    "assignee": "sorumlu",
    "municipality": "belediye",
    "province": "il",
    "type": "tür",
    "due": "süre",
    "waiting": "bekleyen",
    "opened": "açılış",
    "updated": "hareket",
}
SEVERAL = ("module", "severity", "status", "type")
_OPERATOR = re.compile(r'(?P<name>[^\W\d_]+):(?P<value>["“][^"”]*["”]?|[^\s"“]+)')
_NEEDS_MARKS = re.compile(r'[\s"“”]')


def question_of(fields: Mapping[str, str | Sequence[str]], words: str = "") -> str:
    """`fields` by their names in `WORDS`, empty ones left out; then what was typed as it is."""
    parts = []
    for name, word in WORDS.items():
        value = fields.get(name) or ""
        text = value.strip() if isinstance(value, str) else ",".join(value)
        if text:
            parts.append(f"{word}:{_marked(text)}")
    return " ".join([*parts, words.strip()]).strip()


def fields_of(question: str) -> tuple[dict[str, str | list[str]], str]:
    """The other way round. What has no field, or stands there twice, stays among the words."""
    fields: dict[str, str | list[str]] = {}

    def take(part: re.Match[str]) -> str:
        name = OPERATORS.get(collation.fold(part["name"]), "")
        if name not in WORDS or name in fields:
            return part[0]
        value = part["value"].strip('"“”')
        fields[name] = value.split(",") if name in SEVERAL else value
        return ""

    words = _OPERATOR.sub(take, question)
    return fields, " ".join(words.split())


def _marked(text: str) -> str:
    clean = re.sub(r'["“”]', "", text)
    return f'"{clean}"' if _NEEDS_MARKS.search(text) else clean
