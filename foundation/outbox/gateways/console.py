"""The console: nothing leaves the house; messages appear in the console inbox."""

from datetime import datetime

from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.postings import Accepted, Outcome, Posting, RemoteMessage
from foundation.outbox.models import ConsoleMessage


class Console(Gateway):
    """Delivers into a table that the demonstration shows as handsets.

    It is called in the worker's own thread, not in the event loop: a table is no network.
    """

    name = "console"
    rate = 500.0
    two_way = True

    async def post(self, parcel: Posting) -> Outcome:
        raise NotImplementedError("the console is handed parcels with put()")

    def put(self, parcels: list[Posting]) -> list[Outcome]:
        """Deliver; a posting put twice is delivered once."""
        ConsoleMessage.objects.bulk_create([_written(parcel) for parcel in parcels], ignore_conflicts=True)
        return [Accepted(parcel.reference, "delivered") for parcel in parcels]

    def find(self, parcel: Posting, posted_at: datetime) -> list[RemoteMessage]:
        there = ConsoleMessage.objects.filter(reference=parcel.reference).exists()
        return [RemoteMessage(parcel.reference, "delivered", at=posted_at)] if there else []


def _written(parcel: Posting) -> ConsoleMessage:
    return ConsoleMessage(
        reference=parcel.reference,
        channel="sms",
        sender=parcel.sender,
        address=parcel.address,
        subject=parcel.subject,
        text=parcel.text,
    )
