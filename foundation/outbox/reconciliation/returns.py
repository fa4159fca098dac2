"""Letters that a mail server brings back days after it took them."""

from foundation import now
from foundation.outbox.delivery import ledger
from foundation.outbox.models import OutboxMessage, Suppression
from foundation.outbox.models.message import Channel

State = OutboxMessage.State
LEFT = [State.POSTING, State.IN_DOUBT, State.SUBMITTED, State.DELIVERED, State.UNCONFIRMED, State.UNCERTAIN]


def came_back(message_id: int, status: str, *, closes: bool) -> bool:
    """This letter failed after all (`status`: RFC 3463), in the caller's transaction; a second report changes nothing.

    `closes`: nobody lives at its address, so nothing more is sent there.
    """
    letter = OutboxMessage.objects.filter(pk=message_id, channel=Channel.EMAIL).first()
    sent = OutboxMessage.objects.filter(pk=message_id, channel=Channel.EMAIL, state__in=LEFT)
    if letter is None or not sent.update(state=State.FAILED, reason=f"{status} returned"[:80], moved_at=now()):
        return False
    if closes:
        ledger.suppress(Channel.EMAIL, {letter.address: Suppression.Reason.BOUNCED})
    ledger.tell([(letter.batch_id, State.FAILED, letter.pk)])
    return True
