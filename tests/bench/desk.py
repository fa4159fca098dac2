"""The desk at size, on PostgreSQL: creation, the queue, one ticket, search, counters.

The limit of a page is the same page rendered through the same template from rows
already in memory, plus its bare query through psycopg. The limit of creation is the
same rows inserted by the ORM alone.
"""

import json
import os
import subprocess
import sys

from tests import servers
from tests.bench import Row
from tests.journeys.house import ROOT

TICKETS = 100_000
FULL_TICKETS = 1_000_000

# case, unit, goal, at least
CASES = {
    "creation": ("creation at 32 clients, rate of the same inserts by the ORM", "tickets/s", 0.5, True),
    "peer": ("creation at 32 clients, of 8 times a popular desk's 50 a second", "tickets/s", 1.0, True),
    "list": ("agents' queue, of its limit", "ms", 2.0, False),
    "ticket": ("one ticket, of its limit", "ms", 2.0, False),
    "rare": ("search by a rare word, of the bare indexed query", "ms", 3.0, False),
    "common": ("search by a common word, of the bare indexed query", "ms", 3.0, False),
    "counters": ("counters, of a primary-key read each", "ms", 3.0, False),
}


def run(*, rounds: int, full: bool) -> list[Row]:
    with servers.postgres() as database:
        environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        for words in (["migrate", "--verbosity", "0"], ["load_demo"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
        count = FULL_TICKETS if full else TICKETS
        words = [sys.executable, "-m", "tests.bench._desk_rounds", str(count), str(rounds)]
        said = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    measured = json.loads(said.splitlines()[-1])
    rows = []
    for case, (name, unit, goal, at_least) in CASES.items():
        rows.append(Row(name, unit, goal, [tuple(pair) for pair in measured[case]], at_least=at_least))
    return rows
