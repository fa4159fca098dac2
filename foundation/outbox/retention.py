"""Sent messages lose address and text; how many ended in which class stays."""

from datetime import datetime

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from foundation.outbox.models import ConsoleMessage, InboundMessage, OutboxMessage

ERASED = "erased-"


def forget_messages(older_than: datetime) -> int:
    """Ended messages become nameless rows, so that the closing equation still adds up."""
    ended = OutboxMessage.objects.exclude(state__in=OutboxMessage.IN_FLIGHT).filter(moved_at__lt=older_than)
    nameless = Concat(Value(ERASED), Cast("pk", CharField()), output_field=CharField())
    forgotten = ended.exclude(address__startswith=ERASED).update(
        address=nameless, subject="", text="", reference="", unsubscribe=""
    )
    received = InboundMessage.objects.filter(received_at__lt=older_than).delete()[0]
    return forgotten + received + ConsoleMessage.objects.filter(at__lt=older_than).delete()[0]
