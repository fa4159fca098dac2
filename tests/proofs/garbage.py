"""All the rubbish at every door and operation, where a run of tests draws a third of it for each."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/test_garbage.py")
