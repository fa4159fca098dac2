"""Proofs that are test files: run with both databases, as `bin/test` does, at whatever size the environment says."""

import os

from tests import run as testing
from tests.proofs import SEED


def prove(seed: int, *files: str) -> bool:
    os.environ[SEED] = str(seed)
    with testing.databases() as databases:
        return not testing.suites(databases, ["-rP", *files])
