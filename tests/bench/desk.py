"""The desk at size, on PostgreSQL: creation, the queue, one ticket, search, counters.

The limit of a page is the same signed-in page, through the same doors and the same
template, from rows already in memory, plus its bare query through psycopg; beside it
stands the template alone. The limit of creation is the same rows inserted by the ORM
alone, by the same number of clients.
"""

import json
import os
import subprocess
import sys

from tests import servers
from tests.bench import Row
from tests.journeys.house import ROOT

# First filled to the smallest size, for the buffers it touches; everything is timed at the largest one,
# and the list at those where the peer's is known, too.
SIZES = (10_000, 100_000)
FULL_SIZES = (100_000, 1_000_000, 2_400_000)

# case, unit, goal, at least
CASES = {
    "creation": ("creation at 32 clients, rate of the same inserts by the ORM", "tickets/s", 0.5, True),
    "peer": ("creation at 32 clients, of 8 times a popular desk's 50 a second", "tickets/s", 1.0, True),
    "p99": ("creation at 32 clients, slowest 1 %, of an eighth of the peer's", "ms", 1.0, False),
    "list": ("agents' queue, of its limit", "ms", 2.0, False),
    "list_template": ("agents' queue, of its template alone", "ms", 2.0, False),
    "list_at_100000": ("agents' queue at 100,000, of a fiftieth of the peer's 635 ms", "ms", 1.0, False),
    "list_at_1000000": ("agents' queue at 1,000,000, of a 250th of the peer's 4.8 s", "ms", 1.0, False),
    "ticket": ("one ticket, of its limit", "ms", 2.0, False),
    "ticket_template": ("one ticket, of its template alone", "ms", 2.0, False),
    "rare": ("search by a rare word (zimpara), of the bare query", "ms", 3.0, False),
    "rare_turkish": ("search by a rare word (zımpara), of the bare query", "ms", 3.0, False),
    "common": ("search by a common word (ucret), of the bare query", "ms", 3.0, False),
    "common_turkish": ("search by a common word (ücret), of the bare query", "ms", 3.0, False),
    "find_rare": ("search page, a rare word (zımparalar), of 50 ms", "ms", 1.0, False),
    "find_common": ("search page, a common word (ücretin), of 50 ms", "ms", 1.0, False),
    "find_slip": ("search page, a slip (zmıpara), of 50 ms", "ms", 1.0, False),
    "find_two": ("search page, a common and a rare word, of 50 ms", "ms", 1.0, False),
    "counters": ("counters, of one primary-key read", "ms", 3.0, False),
    "list_queries": ("queries of the agents' queue, of twelve", "queries", 1.0, False),
    "ticket_queries": ("queries of one ticket, of twelve", "queries", 1.0, False),
    "list_buffers": ("buffers of the agents' queue, of those at {small:,} tickets", "buffers", 1.3, False),
    "ticket_buffers": ("buffers of one ticket, of those at {small:,} tickets", "buffers", 1.3, False),
}


def run(*, rounds: int, full: bool) -> list[Row]:
    sizes = FULL_SIZES if full else SIZES
    with servers.postgres() as database:
        environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        for words in (
            ["migrate", "--verbosity", "0"],
            ["collectstatic", "--noinput", "--verbosity", "0"],
            ["load_demo"],
        ):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
        words = [sys.executable, "-m", "tests.bench._desk_rounds", str(rounds), *map(str, sizes)]
        said = subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    measured = json.loads(said.splitlines()[-1])
    return [
        Row(name.format(small=sizes[0]), unit, goal, [tuple(pair) for pair in measured[case]], at_least=at_least)
        for case, (name, unit, goal, at_least) in CASES.items()
        if case in measured
    ]
