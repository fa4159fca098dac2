"""The shape of every gateway."""

from abc import ABC, abstractmethod
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.outbox.gateways.postings import LookUpFailed, Outcome, Posting, RemoteMessage


class Transfer(models.TextChoices):
    """Whether recipients' numbers leave the country (KVKK art. 9)."""

    NONE = "none", _("stays here")
    DOMESTIC = "domestic", _("stays in the country")
    ABROAD = "abroad", _("goes abroad")


class Gateway(ABC):
    """Carries postings. Opened inside the event loop that uses it.

    `rate`: segments a second it starts with and never exceeds. `turkish`: verified
    for the Turkish single-shift table. `two_way`: people can answer. `refuses_links`:
    its route drops messages with an internet address. `one_carrier`: everything
    goes to the same machine, so that its complaints slow everything down.
    """

    name: str
    transfer: Transfer = Transfer.NONE
    rate: float = 10.0
    concurrency: int = 100
    turkish: bool = False
    two_way: bool = False
    refuses_links: bool = False
    gives_receipts: bool = True
    one_carrier: bool = True

    async def open(self) -> None:  # noqa: B027  not every gateway keeps a session
        """Make what lives as long as the event loop: sessions, connections."""

    async def close(self) -> None:  # noqa: B027
        """Give it back."""

    @abstractmethod
    async def post(self, posting: Posting) -> Outcome:
        """Hand over one posting, once: no retry in here, whatever happens."""

    async def look_up(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """Messages that may be this posting, oldest first; empty when it was never accepted.

        Raises LookUpFailed when the gateway cannot say.
        """
        raise LookUpFailed(f"{self.name} cannot be asked")

    async def fetch(self, sid: str, reference: str) -> RemoteMessage | None:
        """What became of a message it has accepted; None when it no longer knows.

        Raises LookUpFailed when the gateway cannot say.
        """
        raise LookUpFailed(f"{self.name} cannot be asked")


class LocalGateway(Gateway):
    """Delivers within the house: called in the worker's own thread, since a table is no network."""

    async def post(self, posting: Posting) -> Outcome:
        (outcome,) = await sync_to_async(self.put)([posting])
        return outcome

    @abstractmethod
    def put(self, postings: list[Posting]) -> list[Outcome]:
        """Deliver; a posting put twice is delivered once."""

    @abstractmethod
    def find(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """The message that came of this posting; empty when it was never delivered."""
