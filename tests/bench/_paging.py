"""The measuring half of `tests.bench.paging`: `python -m tests.bench._paging SEED NIGHTS ROUNDS`.

Plays the nights in as many rounds, against the database of DATABASE_URL; prints rows as one line of JSON.
"""

import json
import random
import sys
from dataclasses import asdict
from statistics import quantiles

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.bench import Row  # noqa: E402
from tests.proofs import _nights  # noqa: E402

FIRST_WITHIN, SECOND_WITHIN = 60.0, 300.0  # seconds, of simulated time


def main(seed: int, number: int, rounds: int) -> list[Row]:
    call_command("migrate", verbosity=0)
    watch, dice = _nights.people(), random.Random(seed)
    first = Row("fault to first page, 99 % of nights with kills, of 60 s", "s", 1.0)
    second = Row("S1 with the first silent: second reached, 99 %, of 300 s", "s", 1.0)
    faults = Row("skipped, paged twice, without an end: of one", "faults", 0.0)
    kills = Row("workers killed, of one a night", "a night", 1.0, at_least=True)
    for _round in range(rounds):
        nights = [_nights.play(watch, dice) for _night in range(number // rounds)]
        first.rounds.append((_late([one for night in nights for one in night.first]), FIRST_WITHIN))
        second.rounds.append((_late([one for night in nights for one in night.second]), SECOND_WITHIN))
        found = [fault for night in nights for fault in night.faults]
        print(*found, sep="\n", file=sys.stderr)
        faults.rounds.append((float(len(found)), 1.0))
        kills.rounds.append((sum(night.kills for night in nights) / len(nights), 1.0))
    return [first, second, faults, kills]


def _late(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98] if len(seconds) > 1 else sum(seconds)


if __name__ == "__main__":
    print(json.dumps([asdict(row) for row in main(*map(int, sys.argv[1:]))]))
