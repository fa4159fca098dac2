"""400 tickets that nobody watched for two days, a sweeper killed on its return: each breach and level told once."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/helpdesk/test_sweep_killed.py")
