"""What was claimed leaves in time or not at all, whatever the machine did meanwhile."""

import time
from datetime import timedelta

import pytest

from foundation import now
from foundation.outbox.delivery.senders import HttpSender, PostBy
from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.postings import Accepted, Outcome, Posting, Withheld

pytestmark = pytest.mark.once("sqlite", "asks no database")

SOON, OVER = 60.0, -0.001


class Taking(Gateway):
    """Takes everything."""

    name = "taking"
    concurrency = 1

    async def post(self, postings: list[Posting]) -> list[Outcome]:
        return [Accepted("sid", "queued") for _ in postings]


POSTING = Posting(
    message_id=1, attempt=1, batch_id=1, address="+905330000001", text="a", subject="", sender="", reference="1.1~x"
)


def outcome(post_by: PostBy) -> Outcome:
    sender = HttpSender(Taking())
    try:
        sender.hand_over([POSTING], post_by)
        [(_posting, outcome)] = sender.collect(30)
        return outcome
    finally:
        sender.close()


@pytest.mark.parametrize("ticks, seconds, leaves", [
    (SOON, SOON, True),
    (OVER, SOON, False),  # busy for too long, and the clock was set back meanwhile
    (SOON, OVER, False),  # suspended: its own ticks stood still, others took the claim for abandoned
])  # fmt: skip
def test_a_posting_leaves_while_both_clocks_allow_it(ticks, seconds, leaves):
    post_by = PostBy(time.monotonic() + ticks, now() + timedelta(seconds=seconds))
    assert outcome(post_by) == (Accepted("sid", "queued") if leaves else Withheld())


def test_it_counts_by_both():
    assert not PostBy.within(60).is_over()
    assert PostBy.within(-1).is_over()
