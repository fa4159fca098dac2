"""What the rules of a check may say: one schema for every door that takes them.

The keys are blackbox_exporter's. `faults` names each mistake in a sentence for the
person who typed it; the prober itself ignores keys that it does not know, because what
was kept before this schema must not turn into an outage.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from monitoring.checks import patterns

LONGEST = 10_000  # characters of all rules of a check
DEEPEST = 12


def closed(properties: dict, required: tuple[str, ...] = ()) -> dict:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


FLAG = {"type": "boolean"}
TOKEN = {"type": "string", "pattern": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"}  # RFC 9110, 5.6.2
ONE_LINE = {"type": "string", "maxLength": 2000, "pattern": r"^[^\r\n\x00]*$"}
SAID = {"type": "string", "maxLength": 2000}
PATTERN = {"type": "string", "minLength": 1, "maxLength": patterns.LONGEST}
PATTERNS = {"type": "array", "items": PATTERN, "maxItems": 20}
HEADER_PATTERNS = {
    "type": "array",
    "maxItems": 20,
    "items": closed({"header": TOKEN, "regexp": PATTERN, "allow_missing": FLAG}, ("header", "regexp")),
}
TLS = closed({"insecure_skip_verify": FLAG})
DAYS = {"type": "number", "minimum": 0, "maximum": 3650}
MAIL = closed({"starttls": FLAG, "tls_config": TLS, "min_days": DAYS})

# What a value of an answer in JSON must be; with none of these it must be there.
JSON_VALUE = {
    "path": {"type": "string", "maxLength": 200},
    "equals": {},
    "above": {"type": "number"},
    "below": {"type": "number"},
    "type": {"enum": ["string", "number", "boolean", "array", "object", "null"]},
}

SCHEMAS: dict[str, dict] = {
    "http": closed(
        {
            "valid_status_codes": {
                "type": "array",
                "maxItems": 100,
                "items": {"type": "integer", "minimum": 100, "maximum": 599},
            },
            "method": {"enum": ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]},
            "headers": {
                "type": "object",
                "propertyNames": TOKEN,
                "additionalProperties": ONE_LINE,
                "maxProperties": 50,
            },
            "body": {"type": "string"},
            "follow_redirects": FLAG,
            "fail_if_ssl": FLAG,
            "fail_if_not_ssl": FLAG,
            "tls_config": TLS,
            "fail_if_body_matches_regexp": PATTERNS,
            "fail_if_body_not_matches_regexp": PATTERNS,
            "fail_if_header_matches": HEADER_PATTERNS,
            "fail_if_header_not_matches": HEADER_PATTERNS,
            "json": {
                "type": "array",
                "maxItems": 20,
                "items": closed(JSON_VALUE, ("path",)),
            },
        }
    ),
    "tcp": closed(
        {
            "query_response": {
                "type": "array",
                "maxItems": 20,
                "items": closed({"expect": PATTERN, "send": SAID, "starttls": FLAG}),
            },
            "tls_config": TLS,
        }
    ),
    "tls": closed({"tls_config": TLS, "min_days": DAYS}),
    "smtp": MAIL,
    "imap": MAIL,
    "dns": closed(
        {
            "query_name": {"type": "string", "minLength": 1, "maxLength": 253},
            "query_type": {"enum": ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]},
            "valid_rcodes": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{1,10}$"}, "maxItems": 20},
            "validate_answer_rrs": closed({"fail_if_not_matches_regexp": PATTERNS}),
        },
        ("query_name",),
    ),
}
NONE = closed({})


def read(text: str) -> Any:
    """Rules as they are typed; raises ValueError for what is no JSON, too long or too deep."""
    if len(text) > LONGEST:
        raise ValueError("too long")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None


def faults(kind: str, rules: Any) -> list[str]:
    """What is wrong with the rules of a check of this kind, a sentence each; nothing when they can be kept."""
    if not isinstance(rules, dict):
        return [_("Rules are a JSON object with blackbox_exporter's keys.")]
    if unkeepable(rules):
        return [_("The rules hold signs, numbers or depths that cannot be kept.")]
    return [sentence(error) for error in validator(kind).iter_errors(rules)] or list(faulty_patterns(rules))


def are_readable(kind: str, rules: Any) -> bool:
    """Whether rules that were kept can be run: every value is of its type, and no part is missing."""
    broken = (error for error in validator(kind).iter_errors(rules) if error.validator in ("type", "required"))
    return not any(error.validator == "type" or error.absolute_path for error in broken)


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS.get(kind, NONE))


def unkeepable(value: Any, depth: int = 0) -> bool:
    """NUL, half a character, a number without an end, or too deep: what a database or a page cannot carry."""
    if isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return depth >= DEEPEST or any(unkeepable(part, depth + 1) for part in parts)
    if isinstance(value, str):
        return any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, float) and not math.isfinite(value)


def sentence(error: ValidationError) -> str:
    place = ".".join(str(part) for part in error.absolute_path) or _("the rules")
    rule: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = schema["properties"]
            key = next(name for name in value if name not in known)
            return _("“%(key)s” is no key of these rules; known are: %(keys)s.") % {
                "key": key[:60],
                "keys": ", ".join(known) or "–",
            }
        case "required":
            missing = next(name for name in rule if name not in value)
            return _("“%(place)s” needs “%(key)s”.") % {"place": place, "key": missing}
        case "enum":
            return _("“%(place)s” is one of: %(keys)s.") % {"place": place, "keys": ", ".join(map(str, rule))}
        case "type":
            return _("“%(place)s” must be %(type)s.") % {"place": place, "type": type_word(rule)}
        case "minimum" | "maximum" | "minLength" | "maxLength" | "maxItems" | "maxProperties":
            return _("“%(place)s” is too large, too small, too long or empty.") % {"place": place}
    return _("“%(place)s” holds signs that cannot stand there.") % {"place": place}


def type_word(name: str) -> str:
    words = {
        "array": _("a list"),
        "object": _("an object"),
        "string": _("text in quotation marks"),
        "boolean": _("true or false"),
        "integer": _("a whole number"),
        "number": _("a number"),
    }
    return words.get(name, name)


def faulty_patterns(rules: dict) -> Iterator[str]:
    """Patterns that the engine does not take, with its reason; then all of them when together they are too large."""
    size = 0
    for text in patterns_of(rules):
        try:
            size += patterns.compiled(text).programsize
        except patterns.UnusablePattern as wrong:
            yield _("The pattern “%(pattern)s” cannot be used: %(why)s.") % {
                "pattern": text[:60],
                "why": patterns.WORDS[str(wrong)],
            }
    if size > patterns.MOST_INSTRUCTIONS:
        yield _("The patterns of this check are too large together.")


def patterns_of(rules: dict) -> Iterator[str]:
    """All patterns of well-formed rules."""
    for key in ("fail_if_body_matches_regexp", "fail_if_body_not_matches_regexp"):
        yield from rules.get(key, ())
    for key in ("fail_if_header_matches", "fail_if_header_not_matches"):
        yield from (wanted["regexp"] for wanted in rules.get(key, ()))
    yield from (step["expect"] for step in rules.get("query_response", ()) if "expect" in step)
    yield from rules.get("validate_answer_rrs", {}).get("fail_if_not_matches_regexp", ())
