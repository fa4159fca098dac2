"""10,000 messages by workers that are killed, replies lost: nobody twice, nobody forgotten."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/foundation/outbox/test_kills.py")
