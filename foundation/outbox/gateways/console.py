"""The console: nothing leaves the house; messages appear in the console inbox."""

from datetime import datetime

from foundation.outbox.gateways.gateway import LocalGateway
from foundation.outbox.gateways.postings import Accepted, Outcome, Posting, RemoteMessage
from foundation.outbox.models import ConsoleMessage


class Console(LocalGateway):
    """Delivers into a table that the demonstration shows as handsets."""

    name = "console"
    rate = 500.0
    two_way = True

    def put(self, postings: list[Posting]) -> list[Outcome]:
        """Deliver; a posting put twice is delivered once."""
        ConsoleMessage.objects.bulk_create([_written(posting) for posting in postings], ignore_conflicts=True)
        return [Accepted(posting.reference, "delivered") for posting in postings]

    def find(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        there = ConsoleMessage.objects.filter(reference=posting.reference).exists()
        return [RemoteMessage(posting.reference, "delivered", at=posted_at)] if there else []


def _written(posting: Posting) -> ConsoleMessage:
    return ConsoleMessage(
        reference=posting.reference,
        channel="sms",
        sender=posting.sender,
        address=posting.address,
        subject=posting.subject,
        text=posting.text,
    )
