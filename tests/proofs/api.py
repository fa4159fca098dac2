"""50,000 drawn requests over the whole schema of the API: nothing a program sends is answered with a 5xx."""

from tests.proofs import _files


def prove(seed: int) -> bool:
    return _files.prove(seed, "tests/config/test_api_drawn.py")
