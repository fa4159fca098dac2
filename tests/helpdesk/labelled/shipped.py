"""The labelled tickets of the release as an evening: each outage speaks with the words of its own tickets."""

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

from helpdesk.incidents.training import Labelled
from tests.helpdesk.labelled import MEDIAN_MINUTES, SIGMA, START, spelling, written

HABITS = [
    spelling.no_diacritics,
    spelling.swapped_letters,
    spelling.dropped_letters,
    spelling.missing_spaces,
    spelling.spoken_endings,
    spelling.all_capitals,
]


def evening(tickets: Sequence[Labelled], seed: int, *, per_outage: int = 24) -> list[dict]:
    """Every outage of these tickets, two at a time, and every single matter once in the same hours."""
    chance = random.Random(seed)
    matters = sorted({ticket.matter for ticket in tickets if ticket.matter})
    chance.shuffle(matters)
    said = [
        as_typed(
            ticket, chance, municipality, began + timedelta(minutes=chance.lognormvariate(0, SIGMA) * MEDIAN_MINUTES)
        )
        for place, matter in enumerate(matters)
        for began in [START + timedelta(hours=2 * (place // 2), minutes=7 * (place % 2))]
        for municipality in chance.sample(range(1000, 2400), per_outage)
        for ticket in [chance.choice([each for each in tickets if each.matter == matter])]
    ]
    minutes = 60 * ((len(matters) + 1) // 2 * 2)
    said += singles((each for each in tickets if not each.matter), chance, minutes)
    said.sort(key=lambda each: each["created_at"])
    return [{"id": f"T{number:05d}"} | each for number, each in enumerate(said)]


def singles(tickets: Iterable[Labelled], chance: random.Random, minutes: int) -> list[dict]:
    return [
        as_typed(each, chance, chance.randrange(1000, 2400), START + timedelta(minutes=chance.uniform(0, minutes)))
        for each in tickets
    ]


def as_typed(ticket: Labelled, chance: random.Random, municipality: int, at) -> dict:
    subject = spelling.as_typed(ticket.subject, chance, HABITS)
    body = spelling.as_typed(ticket.body, chance, HABITS)
    return written(subject, body, ticket.module, municipality, at, ticket.matter or None)
