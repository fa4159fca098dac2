"""10,000 random lives of clocks agree with the naive model to the second."""

import os

from tests.proofs import _files


def prove(seed: int) -> bool:
    os.environ["SLA_HISTORIES"] = "10000"
    return _files.prove(seed, "tests/django_sla/test_histories.py")
