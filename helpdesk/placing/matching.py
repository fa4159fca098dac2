"""Which rule fits a ticket. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from foundation.language import collation


class RuleTerms(TypedDict):
    """A rule as it is remembered between tickets."""

    pk: int
    queue: int
    components: list[str]
    municipality_types: list[str]
    languages: list[str]
    channels: list[str]
    senders: list[str]
    words: list[str]


@dataclass(frozen=True)
class TicketTraits:
    """What rules ask of a ticket; `text` is its subject and what was written first."""

    component: str
    municipality_type: str
    language: str = ""
    channel: str = ""
    sender: str = ""
    text: str = ""


def first_fitting(rules: Iterable[RuleTerms], traits: TicketTraits) -> RuleTerms | None:
    """The first rule of the list whose every condition fits."""
    folded = f" {collation.fold(traits.text)} "
    return next((rule for rule in rules if fits(rule, traits, folded)), None)


def fits(rule: RuleTerms, traits: TicketTraits, folded: str) -> bool:
    """One value of each list that names any."""
    return (
        named(rule["components"], traits.component)
        and named(rule["municipality_types"], traits.municipality_type)
        and named(rule["languages"], traits.language)
        and named(rule["channels"], traits.channel)
        and (not rule["senders"] or any(sent_by(each, traits.sender) for each in rule["senders"]))
        and (not rule["words"] or any(collation.fold(each) in folded for each in rule["words"]))
    )


def named(values: Sequence[str], value: str) -> bool:
    return not values or value in values


def sent_by(wanted: str, address: str) -> bool:
    """ "@eskisehir.bel.tr" is everybody there; anything else is one address."""
    address, wanted = address.lower(), wanted.lower()
    return address.endswith(wanted) if wanted.startswith("@") else address == wanted
