"""Labelled tickets for the matcher: one set it was tuned on, one it has never seen.

Each module offers `OUTAGES`, `SINGLES` and `CLOSINGS`; `evening` mixes them into
tickets as `match_eval` reads them. The two sets share no sentence, and the second
was written with other words and other slips of the hand.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType

from tests.helpdesk.labelled import spelling

START = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
MEDIAN_MINUTES, SIGMA = 6, 0.9  # domain study 5.4: first contact after an outage


def evening(source: ModuleType, seed: int, *, per_outage: int = 60, singles: int = 200) -> list[dict]:
    """Every outage of `source`, two at a time, and singles spread over the same hours."""
    chance = random.Random(seed)
    tickets = []
    for place, (name, outage) in enumerate(source.OUTAGES.items()):
        began = START + timedelta(hours=2 * (place // 2), minutes=7 * (place % 2))
        for municipality in chance.sample(range(1000, 2400), per_outage):
            at = began + timedelta(minutes=chance.lognormvariate(0, SIGMA) * MEDIAN_MINUTES)
            tickets.append(ticket(source, chance, outage, municipality, at, name))
    hours = (len(source.OUTAGES) + 1) // 2 * 2
    for _ in range(singles):
        at = START + timedelta(minutes=chance.uniform(0, 60 * hours))
        tickets.append(single(source, chance, at))
    tickets.sort(key=lambda each: each["created_at"])
    return [{"id": f"T{number:05d}"} | each for number, each in enumerate(tickets)]


def ticket(source: ModuleType, chance: random.Random, outage: dict, place: int, at: datetime, cluster: str) -> dict:
    subject = spelling.as_typed(chance.choice(outage["subjects"]), chance, source.HABITS)
    said = chance.sample(outage["bodies"], chance.choice([1, 1, 2]))
    body = spelling.as_typed(" ".join([*said, chance.choice(source.CLOSINGS)]), chance, source.HABITS)
    module = chance.choices(outage["modules"], outage["weights"])[0]
    return written(subject, body, module, place, at, cluster)


def single(source: ModuleType, chance: random.Random, at: datetime) -> dict:
    subject, body, module = chance.choice(source.SINGLES)
    subject = spelling.as_typed(subject, chance, source.HABITS)
    body = spelling.as_typed(f"{body} {chance.choice(source.CLOSINGS)}", chance, source.HABITS)
    return written(subject, body, module, chance.randrange(1000, 2400), at, None)


def written(subject: str, body: str, module: str, place: int, at: datetime, cluster: str | None) -> dict:
    return {
        "subject": subject,
        "body": body,
        "module": module,
        "municipality_code": f"{place:05d}",
        "created_at": at.isoformat(),
        "cluster": cluster,
    }


Habit = Callable[[str, random.Random], str]
