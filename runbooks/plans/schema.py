"""What a plan file may say, as JSON Schema; sentences for its errors are in `parsing`."""

import re
from datetime import date, timedelta

from jsonschema import FormatChecker

from runbooks.durations import duration

DURATION = {"type": "string", "pattern": r"^[0-9]{1,9}[smhd]\Z", "format": "length of time"}
KEY = {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "maxLength": 40}
TITLE = {"type": "string", "minLength": 1, "maxLength": 120}
SENTENCE = {"type": "string", "minLength": 1, "maxLength": 300}
PARAGRAPH = {"type": "string", "minLength": 1, "maxLength": 2000}
DATE = {"type": "string", "format": "day"}
# What a plan that ships with us leaves to the house: null until somebody writes it (`blanks`).
NAME = {"type": ["string", "null"], "minLength": 1, "maxLength": 300}
DAY_OR_BLANK = {"type": ["string", "null"], "format": "day"}
ROLE = {"enum": ["operator", "approver", "shift_lead", "agent", "platform_admin"]}
CODES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
DUTIES = {"type": "array", "items": {"enum": ["mayor", "secretary", "it", "cash_desk", "other"]}, "uniqueItems": True}
LONGEST_TIME = timedelta(days=366)
FORMATS = FormatChecker(())


@FORMATS.checks("length of time", raises=(ValueError, OverflowError, KeyError))
def is_length_of_time(text: object) -> bool:
    """What `duration` reads, of a year at most; other types and spellings have sentences of their own."""
    is_spelt = isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}[smhd]", text)
    return not is_spelt or duration(str(text)) <= LONGEST_TIME


@FORMATS.checks("day", raises=ValueError)
def is_day(text: object) -> bool:
    """A day of the calendar of this century."""
    return not isinstance(text, str) or (len(text) == 10 and 2000 <= date.fromisoformat(text).year < 2100)


def closed(required: dict, optional: dict | None = None) -> dict:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


AUDIENCE = closed(
    {},
    {
        "components": CODES,
        "tiers": {"type": "array", "items": {"enum": ["A", "B", "C"]}},
        "duties": DUTIES,
        "provinces": CODES,
        "regions": CODES,
        "types": CODES,
        "municipalities": CODES,
        "red_now": {"type": "boolean"},
    },
)

PLAN = closed(
    {
        "code": {"type": "string", "pattern": r"^[A-Z]{2,6}-[0-9]{2,3}\Z"},
        "version": {"type": "integer", "minimum": 1, "maximum": 9999},
        "title": closed({"tr": TITLE}, {"en": TITLE}),
        "scenario": PARAGRAPH,
        "owner": NAME,
        "approver": NAME,
        "reviewed_on": DAY_OR_BLANK,
        "targets": closed({"rto": DURATION, "rpo": DURATION}),
        "steps": {"type": "array", "minItems": 1, "maxItems": 50, "items": {"type": "object"}},
    },
    {
        "next_drill_on": DATE,
        "contacts": {"type": "array", "maxItems": 20, "items": closed({"who": SENTENCE, "reach": NAME})},
        "triggers": {
            "type": "array",
            "items": closed(
                {"start": {"enum": ["at_once", "proposed"]}},
                {
                    "components": CODES,
                    "scopes": {"type": "array", "items": {"enum": ["local", "regional", "central"]}},
                },
            ),
        },
        "prerequisites": {"type": "array", "items": SENTENCE},
        "roles": {"type": "object", "propertyNames": ROLE, "additionalProperties": SENTENCE},
        "exit_criteria": {"type": "array", "items": SENTENCE},
        "paper_fallback": PARAGRAPH,
    },
)

_COMMON = {
    "key": KEY,
    "phase": {"enum": ["activate", "recover", "reconstitute"]},
    "kind": {"enum": ["manual", "decision", "approval", "http", "wait", "broadcast"]},
    "title": SENTENCE,
}
_OPTION = closed({"key": KEY, "label": SENTENCE, "next": KEY})

STEPS = {
    "manual": closed(
        _COMMON | {"role": ROLE, "within": DURATION, "instruction": PARAGRAPH, "expected": PARAGRAPH},
        {"evidence": {"enum": ["required", "optional"]}, "next": KEY},
    ),
    "decision": closed(
        _COMMON
        | {
            "role": ROLE,
            "within": DURATION,
            "question": PARAGRAPH,
            "options": {"type": "array", "items": _OPTION, "minItems": 2, "maxItems": 6},
        },
    ),
    "approval": closed(
        _COMMON
        | {
            "roles": {"type": "array", "items": ROLE, "minItems": 1},
            "signatures": {"type": "integer", "minimum": 1, "maximum": 3},
            "within": DURATION,
            "statement": PARAGRAPH,
            "on_refusal": KEY,
        },
        {"next": KEY},
    ),
    "http": closed(
        _COMMON
        | {
            "endpoint": KEY,
            "method": {"enum": ["GET", "POST", "PUT"]},
            "path": {"type": "string", "pattern": r"^/"},
            "expect_status": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
            "timeout": DURATION,
            "retries": {"type": "integer", "minimum": 0, "maximum": 10},
            "on_interrupted": {"enum": ["rerun", "ask", "skip"]},
            "on_failure": {"enum": ["ask", "skip"]},
        },
        {
            "body": {"type": "object", "additionalProperties": {"type": "string"}},
            "in_drill": {"enum": ["simulate", "call"]},
            "explains": PARAGRAPH,
            "next": KEY,
        },
    ),
    "wait": closed(
        _COMMON | {"for": DURATION},
        {"until": closed({"component_works": {"type": "string"}}), "next": KEY},
    ),
    "broadcast": closed(
        _COMMON
        | {
            "role": ROLE,
            "within": DURATION,
            "lane": {"enum": ["life_safety", "operational", "information"]},
            "audience": AUDIENCE,
            "text": PARAGRAPH,
            "correction": PARAGRAPH,
        },
        {"next": KEY},
    ),
}
