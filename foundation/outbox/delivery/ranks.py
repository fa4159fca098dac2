"""How far a message has got, in the gateways' words; it never goes back.

accepted < queued < sending < sent < undelivered, failed < delivered < read
"""

from foundation.outbox.models import OutboxMessage

RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "undelivered": 5,
    "failed": 5,
    "canceled": 5,
    "partially_delivered": 6,
    "delivered": 6,
    "read": 7,
}
FAILED_RANK = 5
DELIVERED_RANK = 6


def of(status: str) -> int:
    """0 for a status we have never heard of: it moves nothing."""
    return RANKS.get(status, 0)


def state_of(status: str) -> str:
    """The class of a message whose gateway last said `status`."""
    rank = of(status)
    if rank >= DELIVERED_RANK:
        return OutboxMessage.State.DELIVERED
    return OutboxMessage.State.FAILED if rank == FAILED_RANK else OutboxMessage.State.SUBMITTED
