"""Paging: from fault to first page, to the second when the first is silent, and 1,000 nights without a fault."""

import json
import os
import random
import subprocess
import sys
import tempfile

from tests.bench import Row

NIGHTS = 1_000


def run(*, rounds: int, full: bool) -> list[Row]:
    seed = int(os.environ.get("NOBET_SEED", random.randrange(10_000)))
    print(f"paging: seed {seed}")
    with tempfile.TemporaryDirectory() as place:
        measured = subprocess.run(
            [sys.executable, "-m", "tests.bench._paging", str(seed), str(NIGHTS), str(rounds)],
            env={
                **os.environ,
                "DATABASE_URL": f"sqlite:///{place}/nights.sqlite3",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [Row(**row) for row in json.loads(measured.stdout.splitlines()[-1])]
