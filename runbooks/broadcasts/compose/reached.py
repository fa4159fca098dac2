"""Whom a broadcast has reached, or may have: those a correction is for."""

from collections.abc import Iterator

from django.db.models import QuerySet

from foundation.outbox.models import OutboxMessage
from runbooks.models import Broadcast, Recipient

State = OutboxMessage.State
# Nobody has read these, and nobody will.
_NEVER = (State.FAILED, State.SUPPRESSED, State.EXPIRED, State.ABORTED)


def recipients(broadcast: Broadcast) -> QuerySet[Recipient]:
    """Those of the list who have the message, may have it, or, while it is being sent, will have it."""
    messages = OutboxMessage.objects.filter(batch__key=broadcast.batch_key)
    everyone = broadcast.recipients.included()
    if broadcast.status in Broadcast.ON_THEIR_WAY:
        return everyone.exclude(address__in=messages.filter(state__in=_NEVER).values("address"))
    return everyone.filter(address__in=_gone(messages, broadcast).values("address"))


def deputies(broadcast: Broadcast) -> Iterator[tuple[str, str]]:
    """(number, municipality code) of deputies who were written to because their people were silent."""
    messages = OutboxMessage.objects.filter(batch__key=broadcast.chase_key(2))
    yield from _gone(messages, broadcast).values_list("address", "reference")


def _gone(messages: QuerySet[OutboxMessage], broadcast: Broadcast) -> QuerySet[OutboxMessage]:
    """After a stop what is still queued is about to be kept back."""
    stopped = broadcast.status == Broadcast.Status.STOPPED
    return messages.exclude(state__in=(*_NEVER, State.QUEUED) if stopped else _NEVER)
