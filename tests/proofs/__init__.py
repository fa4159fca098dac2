"""The big proofs: `bin/prove` tries them at the size of a release, `bin/test` a tenth of each.

A proof is a module of this package with `prove(seed) -> bool`; its first line says what is proved.
One that is a test file asks `sized` how much to do and `seed` where its dice begin.
"""

import os
import random

RELEASE = "NOBET_RELEASE_SIZE"
SEED = "NOBET_SEED"


def sized(whole: int) -> int:
    """How many there are: all with `bin/prove`, a tenth with `bin/test`."""
    return whole if os.environ.get(RELEASE) else whole // 10


def seed() -> int:
    """The one that was asked for, or any; printed, because whoever sees it fail wants it again."""
    number = int(os.environ.get(SEED, random.randrange(10_000)))
    print(f"seed {number}")
    return number
