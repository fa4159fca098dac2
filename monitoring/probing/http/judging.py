"""The answer against the rules of its check; never quotes the body."""

import asyncio
import json
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from monitoring.probing.http.answers import HttpAnswer
from monitoring.probing.http.bodies import text_of, unpacked
from monitoring.probing.probe import BODY_LIMIT, Probe, StillInLine, WrongAnswer

LIGHT = 2_000_000  # instructions of patterns times bytes: some ten milliseconds at worst, and usually a hundredth
TYPES: dict[str, Any] = {
    "string": str,
    "number": int | float,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
JUDGES = ThreadPoolExecutor(2, "judge")  # RE2 lets go of the interpreter while it searches


async def judged(answer: HttpAnswer, question: Probe, *, encrypted: bool) -> str:
    """`fault`, beside the loop where that may take longer than a moment. Raises StillInLine where it never began."""
    work = question.size_of_patterns + bool(question.rules.get("json"))
    if not work or work * size_of(answer) <= LIGHT:
        return fault(answer, question, encrypted=encrypted)
    judging = JUDGES.submit(fault, answer, question, encrypted=encrypted)
    try:
        return await asyncio.wrap_future(judging)
    except asyncio.CancelledError:
        if judging.cancelled():
            raise StillInLine
        raise


def size_of(answer: HttpAnswer) -> int:
    """Bytes to look at; a packed body may come to the bound."""
    body = BODY_LIMIT if answer.values("content-encoding") else len(answer.body)
    return body + sum(len(value) for _name, value in answer.fields)


def fault(answer: HttpAnswer, question: Probe, *, encrypted: bool) -> str:
    """Why the answer breaks a rule of the check, or an empty string. Never quotes the body."""
    rules = question.rules
    if answer.status not in question.wanted_status:
        return f"HTTP {answer.status}"
    if rules.get("fail_if_not_ssl") and not encrypted:
        return "not encrypted"
    if rules.get("fail_if_ssl") and encrypted:
        return "encrypted"
    return answer.trouble or header_fault(answer, question) or body_fault(answer, question)


def header_fault(answer: HttpAnswer, question: Probe) -> str:
    """A header may stand several times: one that is right is enough, one that is wrong is too many."""
    for wanted in question.headers_must_match:
        values = answer.values(wanted.header.lower())
        if not values and wanted.may_be_missing:
            continue
        if not any(wanted.pattern.found_in(value) for value in values):
            return f"header {wanted.header} is not as it should be"
    for unwanted in question.headers_must_not_match:
        if any(unwanted.pattern.found_in(value) for value in answer.values(unwanted.header.lower())):
            return f"header {unwanted.header} is as it should not be"
    return ""


def body_fault(answer: HttpAnswer, question: Probe) -> str:
    if not (question.must_match or question.must_not_match or question.rules.get("json")):
        return ""
    try:
        body = unpacked(answer.body, answer.values("content-encoding"))
    except WrongAnswer as wrong:
        return str(wrong)
    text = text_of(body, next(iter(answer.values("content-type")), ""))
    if any(not pattern.found_in(text) for pattern in question.must_match):
        return "the body lacks what it must hold"
    if any(pattern.found_in(text) for pattern in question.must_not_match):
        return "the body holds what it must not"
    value = json_of(text) if question.rules.get("json") else None
    for wanted in question.rules.get("json", ()):
        if not is_as_wanted(value_at(value, wanted["path"]), wanted):
            return f"{wanted['path']} is not as it should be"
    return ""


def json_of(text: str) -> Any:
    """What the body says; None where it is no JSON, or nested without an end."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_as_wanted(found: Any, wanted: dict) -> bool:
    """Whether a value is of its type, equal, above and below as the rule says; one of no demands is there."""
    if "type" in wanted and not isinstance(found, TYPES[wanted["type"]]):
        return False
    if "equals" in wanted:
        return found == wanted["equals"] and isinstance(found, bool) == isinstance(wanted["equals"], bool)
    if "above" in wanted or "below" in wanted:
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        return is_number and wanted.get("above", -math.inf) < found < wanted.get("below", math.inf)
    if wanted.get("type") == "number":
        return not isinstance(found, bool)
    return "type" in wanted or found is not None


def value_at(value: Any, path: str) -> Any:
    """The value at a dotted path ("queue.0.depth"); None where there is none."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 9 and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
