"""From a plan file to a plan: every mistake is named by its line, in a sentence."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from foundation import Refusal
from runbooks.plans import schema

LARGEST = 200_000  # characters
DEEPEST = 12  # levels; our own plans have six
END = "end"


@dataclass(frozen=True)
class Problem:
    """One mistake: the line it stands on, counted from 1, and what to do about it."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)d: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class PlanIsWrong(Refusal):
    sentence = gettext_lazy("The plan cannot be read.")
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _TextOnly(yaml.SafeLoader):
    """Safe YAML in which dates stay text, so that the plan is plain JSON."""


_TextOnly.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(source: str) -> dict:
    """The plan as plain JSON values; refuses with every mistake at once (`PlanIsWrong`)."""
    plan, node = _parse(source)
    problems = [_explain(error, node, ()) for error in judge(schema.PLAN).iter_errors(plan)]
    if not problems:
        problems = _problems_of_steps(plan["steps"], node)
    if problems:
        raise PlanIsWrong(problems)
    return plan


def refuse_unknown(source: str, *, known: Mapping[str, Collection[str]]) -> None:
    """Every code of the plan is among those known for its field; refuses with all mistakes at once (`PlanIsWrong`)."""
    plan, node = read(source), yaml.compose(source, Loader=_TextOnly)
    problems = [
        Problem(_line(node, path), _("“%(code)s” is not known here as “%(field)s”.") % {"code": code, "field": field})
        for field, code, path in _codes_of(plan, ())
        if field in known and code not in known[field]
    ]
    if problems:
        raise PlanIsWrong(problems)


def _codes_of(value: Any, path: tuple) -> Iterator[tuple[str, str, tuple]]:
    """(field, text, path) of every text that stands in a field, or in a field's list."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        field = key if isinstance(key, str) else path[-1]
        if isinstance(part, str):
            yield field, part, (*path, key)
        elif field != "body":
            yield from _codes_of(part, (*path, key))


def _parse(source: str) -> tuple[dict, yaml.Node | None]:
    if len(source) > LARGEST:
        raise PlanIsWrong([Problem(1, _("The file is longer than %d characters.") % LARGEST)])
    try:
        _look_ahead(source)
        node = yaml.compose(source, Loader=_TextOnly)
        plan = yaml.load(source, Loader=_TextOnly)  # noqa: S506 - _TextOnly is a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlanIsWrong([Problem(line, _("This is not YAML: %s.") % error.problem)])
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise PlanIsWrong([Problem(1, _("The file holds a sign or a number that cannot be read."))])
    if not isinstance(plan, dict):
        raise PlanIsWrong([Problem(1, _("A plan begins with its fields: code, version, title, steps."))])
    return plan, node


def _look_ahead(source: str) -> None:
    """Depth and references, event by event, before anything is built of them."""
    depth = 0
    for event in yaml.parse(source, Loader=_TextOnly):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if depth > DEEPEST:
            raise PlanIsWrong([Problem(line, _("This is nested deeper than %d levels.") % DEEPEST)])
        if isinstance(event, yaml.AliasEvent):
            raise PlanIsWrong([Problem(line, _("A plan says everything where it stands: no references (*name)."))])


def judge(shape: dict) -> Draft202012Validator:
    return Draft202012Validator(shape, format_checker=schema.FORMATS)


def _problems_of_steps(steps: list[dict], node) -> list[Problem]:
    problems = []
    for place, step in enumerate(steps):
        shape = schema.STEPS.get(str(step.get("kind")))
        if shape is None:
            kinds = ", ".join(schema.STEPS)
            problems.append(Problem(_line(node, ("steps", place)), _("A step is one of these kinds: %s.") % kinds))
        else:
            errors = judge(shape).iter_errors(step)
            problems += [_explain(error, node, ("steps", place)) for error in errors]
    return problems or _problems_of_order(steps, node)


def _problems_of_order(steps: list[dict], node) -> list[Problem]:
    """Keys are used once, every `next` leads somewhere, every step can be reached."""
    problems, keys = [], [step["key"] for step in steps]
    for place, step in enumerate(steps):
        if step["key"] in keys[:place]:
            sentence = _("The key “%s” is used twice.") % step["key"]
            problems.append(Problem(_line(node, ("steps", place, "key")), sentence))
        for target in leads_to(steps, place):
            if target not in (*keys, END):
                sentence = _("“%(step)s” leads to “%(target)s”, which is not a step.")
                values = {"step": step["key"], "target": target}
                problems.append(Problem(_line(node, ("steps", place)), sentence % values))
    for place in _never_reached(steps) if not problems else ():
        sentence = _("No step leads to “%s”.") % steps[place]["key"]
        problems.append(Problem(_line(node, ("steps", place)), sentence))
    return problems


def leads_to(steps: list[dict], place: int) -> list[str]:
    """The keys that may come after the step at `place`; `end` closes the run."""
    step = steps[place]
    if step["kind"] == "decision":
        return [option["next"] for option in step["options"]]
    following = steps[place + 1]["key"] if place + 1 < len(steps) else END
    onward = [step.get("next", following)]
    return [*onward, step["on_refusal"]] if step["kind"] == "approval" else onward


def _never_reached(steps: list[dict]) -> list[int]:
    places = {step["key"]: place for place, step in enumerate(steps)}
    seen, waiting = set(), [0]
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting += [places[key] for key in leads_to(steps, place) if key in places]
    return [place for place in range(len(steps)) if place not in seen]


def _explain(error: ValidationError, node, prefix: tuple) -> Problem:
    path = (*prefix, *error.absolute_path)
    return Problem(_line(node, path), _sentence(error, ".".join(str(part) for part in path)))


def _sentence(error: ValidationError, field: str) -> str:
    rule: Any = error.validator_value
    value: Any = error.instance
    broken: Any = error.schema
    match error.validator:
        case "required":
            missing = next(name for name in rule if name not in value)
            return _("“%s” is missing.") % missing
        case "additionalProperties":
            fields = broken["properties"]
            return _("“%s” is not a field here.") % next(name for name in value if name not in fields)
        case "enum":
            choices = ", ".join(str(choice) for choice in rule)
            return _("“%(field)s” is one of: %(choices)s.") % {"field": field, "choices": choices}
        case "pattern" if broken == schema.DURATION:
            return _("“%s” is a duration such as 30s, 5m, 4h or 2d.") % field
        case "format" if rule == "day":
            return _("“%s” is a day such as 2026-09-14.") % field
        case "format":
            return _("“%s” is at most a year (366d).") % field
        case "type":
            kinds = {"type": error.validator_value, "field": field}
            return _("“%(field)s” must be of type %(type)s.") % kinds
    return _("“%(field)s” does not fit: %(rule)s %(value)s.") % {
        "field": field,
        "rule": error.validator,
        "value": error.validator_value,
    }


def _line(node, path: tuple) -> int:
    """The line of the innermost part of `path` that exists in the file."""
    line = node.start_mark.line
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1
