"""Several write what became of a message; the first counts, and only for its own attempt."""

import pytest

from foundation import now
from foundation.outbox import outbox
from foundation.outbox.delivery import ledger
from foundation.outbox.delivery.ledger import Posted
from foundation.outbox.models import Attempt, OutboxMessage
from foundation.outbox.outbox import Addressee

pytestmark = pytest.mark.django_db
State = OutboxMessage.State


@pytest.fixture
def message() -> OutboxMessage:
    """On the line for the second time."""
    batch = outbox.open_batch("b", lane="life_safety")
    outbox.add(batch, "sms", [Addressee("+905320000001", "Tahsilat durdu.")])
    OutboxMessage.objects.update(state=State.POSTING, attempt=2)
    return batch.messages.get()


def write(message: OutboxMessage, *, attempt: int = 2) -> OutboxMessage:
    """The answer of a gateway that took it."""
    at = now()
    posted = Posted(
        message.pk, attempt, message.batch_id, State.SUBMITTED, Attempt.Outcome.ACCEPTED, at, sid="SM1", rank=3
    )
    ledger.write([posted], at)
    return OutboxMessage.objects.get(pk=message.pk)


@pytest.mark.parametrize("state", [State.POSTING, State.IN_DOUBT])
def test_an_answer_moves_what_waits_for_one(message, state):
    OutboxMessage.objects.update(state=state)
    moved = write(message)
    assert (moved.state, moved.sid, moved.rank) == (State.SUBMITTED, "SM1", 3)


def test_a_receipt_that_overtook_the_answer_stands(message):
    OutboxMessage.objects.update(state=State.DELIVERED, sid="SM0", rank=9)
    moved = write(message)
    assert (moved.state, moved.sid, moved.rank) == (State.DELIVERED, "SM0", 9)


def test_an_answer_to_the_attempt_before_moves_nothing(message):
    assert write(message, attempt=1).state == State.POSTING
