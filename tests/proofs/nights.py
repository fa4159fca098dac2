"""1,000 nights of paging: workers killed between any two lines, lost bells and replies, dead telephones."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/runbooks/test_nights.py")
