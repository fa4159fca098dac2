"""Routing rules, how queues are given out, and when they remind and close, as files."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from foundation import as_code
from foundation.as_code import Item, ItemIsWrong, Items, Noun, closed, words
from foundation.directory.models import Municipality, Person
from helpdesk.distribution import giving
from helpdesk.distribution.giving import DistributionTerms
from helpdesk.models import Distribution, Queue, RoutingRule, Ticket, WaitingCare
from helpdesk.placing import rules
from helpdesk.waiting import care
from helpdesk.waiting.care import CareTerms

WORDS = {"type": "array", "maxItems": 100, "items": words(80, least=1)}
RULE = closed(
    {"name": words(80, least=1), "queue": words(50, least=1)},
    {
        "position": {"type": "integer", "minimum": 1, "maximum": 1000},
        "components": {"type": "array", "maxItems": 500, "items": words(20, least=1)},
        "municipality_types": {"type": "array", "items": {"enum": Municipality.Type.values}},
        "languages": {"type": "array", "items": {"enum": ["tr", "en"]}},
        "channels": {"type": "array", "items": {"enum": Ticket.Channel.values}},
        "senders": WORDS,
        "words": WORDS,
        "is_active": {"type": "boolean"},
    },
)
FLAG = {"type": "boolean"}
GIVING = closed(
    {"method": {"enum": Distribution.Method.values}},
    {"skilled_first": FLAG, "only_present": FLAG, "only_on_shift": FLAG, "is_active": FLAG},
)
WORKING_DAYS = {"type": "integer", "minimum": 1, "maximum": 60}
CARE = closed({"remind_after": WORKING_DAYS, "close_after": WORKING_DAYS}, {"is_active": FLAG})
OF_RULE = ("name", "position", "is_active", *RoutingRule.CONDITIONS)
OF_CARE = ("remind_after", "close_after", "is_active")
OF_GIVING = ("method", "skilled_first", "only_present", "only_on_shift", "is_active")


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("routing-rules", 40, RULE, read_rules, write_rules)
    yield Noun("queue-distribution", 41, GIVING, read_distributions, write_distributions)
    yield Noun("waiting-care", 42, CARE, read_care, write_care)


def read_rules() -> Items:
    written = RoutingRule.objects.select_related("queue")
    return {
        each.code: {"queue": each.queue.code, **{name: getattr(each, name) for name in OF_RULE}} for each in written
    }


def write_rules(items: Items, by: Person) -> None:
    """In the order of their places, so that each finds those above it where they belong."""
    in_order = sorted(items.items(), key=lambda pair: pair[1].get("position", 1000))
    as_code.each(dict(in_order), partial(_write_rule, by))


def _write_rule(by: Person, code: str, item: Item) -> None:
    rule = RoutingRule.objects.filter(code=code).first() or RoutingRule(code=code)
    rule.queue = _queue(code, item["queue"])
    values: dict[str, Any] = {name: item[name] for name in OF_RULE if name in item and name != "position"}
    for name, value in values.items():
        setattr(rule, name, value)
    rules.write(rule, by=by)
    if item.get("position", rule.position) != rule.position:
        rules.put_before(rule, item["position"], by=by)


def _queue(key: str, code: str) -> Queue:
    queue = Queue.objects.standing().filter(code=code).first()
    if queue is None:
        raise ItemIsWrong(key, _("No queue is called %s.") % code, path=("queue",))
    return queue


def read_distributions() -> Items:
    kept = Distribution.objects.select_related("queue")
    return {each.queue.code: {name: getattr(each, name) for name in OF_GIVING} for each in kept}


def write_distributions(items: Items, by: Person) -> None:
    as_code.each(items, partial(_write_distribution, by))


def _write_distribution(by: Person, code: str, item: Item) -> None:
    terms: dict[str, Any] = {
        "skilled_first": True,
        "only_present": True,
        "only_on_shift": False,
        "is_active": True,
    } | item
    giving.set_up(_queue(code, code), DistributionTerms(**terms), by=by)


def read_care() -> Items:
    kept = WaitingCare.objects.select_related("queue")
    return {each.queue.code: {name: getattr(each, name) for name in OF_CARE} for each in kept}


def write_care(items: Items, by: Person) -> None:
    as_code.each(items, partial(_write_care, by))


def _write_care(by: Person, code: str, item: Item) -> None:
    care.set_up(_queue(code, code), CareTerms(**{"is_active": True, **item}), by=by)
