"""A tenth of the broadcast proof; the whole is `bin/prove broadcast`."""

import pytest

from tests import proofs
from tests.proofs import broadcast

pytestmark = [
    pytest.mark.long(100),
    pytest.mark.processes,
    pytest.mark.once("postgresql", "servers of its own, which it kills"),
]


def test_every_recipient_is_sent_to_exactly_once_while_everything_goes_wrong():
    assert broadcast.prove(proofs.seed())
