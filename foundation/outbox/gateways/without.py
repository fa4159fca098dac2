"""A house that has said it has no SMS: nothing leaves, and nothing is counted as sent."""

from datetime import datetime

from foundation.outbox.gateways.gateway import LocalGateway
from foundation.outbox.gateways.postings import Outcome, Posting, Refused, RemoteMessage


class WithoutSms(LocalGateway):
    """Refuses every message with the reason, so that broadcasts say in their equation that nobody was reached."""

    name = "none"
    rate = 500.0
    gives_receipts = False

    def put(self, postings: list[Posting]) -> list[Outcome]:
        """Never."""
        return [Refused("no-sms", "this house has no SMS") for _posting in postings]

    def find(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """Nothing: none was ever accepted."""
        return []
