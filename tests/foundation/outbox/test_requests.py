"""Which messages go together; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from foundation.outbox.delivery.requests import smaller_batches, together

pytestmark = pytest.mark.once("sqlite", "asks no database")


@dataclass
class A:
    address: str
    text: str = "a"
    reason: str = ""
    expires_at: datetime | None = None


def sizes(messages, **how):
    return [len(request) for request in together(messages, **{"batch_size": 10, "mixes_texts": False} | how)]


def test_equal_texts_go_together_and_unlike_ones_only_where_they_may():
    messages = [A(str(number), text="ab"[number % 2]) for number in range(10)]
    assert sizes(messages) == [5, 5]
    assert sizes(messages, mixes_texts=True) == [10]
    assert sizes(messages, batch_size=3) == [3, 3, 2, 2]
    assert sizes(messages, batch_size=1) == [1] * 10


def test_a_number_stands_once_in_a_request():
    assert sizes([A("1"), A("2"), A("1"), A("1")], mixes_texts=True) == [2, 1, 1]


def test_lives_of_unlike_length_are_kept_apart():
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    messages = [A("1", expires_at=noon), A("2", expires_at=noon + timedelta(hours=1)), A("3", expires_at=noon), A("4")]
    assert sizes(messages) == [2, 1, 1]


def test_a_refused_batch_comes_back_in_halves():
    reason = smaller_batches(5)
    assert sizes([A(str(number), reason=reason) for number in range(10)]) == [5, 5]
    assert sizes([A("0"), *(A(str(number), reason=smaller_batches(1)) for number in range(1, 4))]) == [1, 1, 1, 1]


def test_the_first_message_decides_the_order():
    requests = together([A("1", "b"), A("2", "a"), A("3", "b")], batch_size=10, mixes_texts=False)
    assert [[message.address for message in request] for request in requests] == [["1", "3"], ["2"]]
