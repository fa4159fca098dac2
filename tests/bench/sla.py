"""The SLA engine on a PostgreSQL of its own: arithmetic, sweep and due list by size, recalculation.

`--full` goes to 2.4 million tickets and recalculates 50,000 open ones.
"""

import json
import os
import subprocess
import sys

from tests import servers
from tests.bench import Row

SIZES = (10_000, 100_000)
FULL_SIZES = (10_000, 100_000, 2_400_000)


def run(*, rounds: int, full: bool) -> list[Row]:
    sizes = FULL_SIZES if full else SIZES
    with servers.postgres() as url:
        words = [str(rounds), str(50_000 if full else 4_000), *map(str, sizes)]
        measured = subprocess.run(
            [sys.executable, "-m", "tests.bench._sla", *words],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [Row(**row) for row in json.loads(measured.stdout.splitlines()[-1])]
