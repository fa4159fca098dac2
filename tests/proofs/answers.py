"""2,000 raw answers of HTTP servers, drawn: what blackbox_exporter accepts or refuses, we do, or it is said why not."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/monitoring/test_answers_beside_blackbox.py")
