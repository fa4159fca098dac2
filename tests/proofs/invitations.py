"""1,407 invitations and their reminders by workers that are killed: each once."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/foundation/accounts/test_campaign_kills.py")
