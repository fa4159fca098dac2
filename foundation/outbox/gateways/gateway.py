"""The shape of every gateway."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import aiohttp
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    Busy,
    InboundText,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    Refused,
    RemoteMessage,
    Report,
)
from foundation.wire.addresses import ForbiddenAddress, guarded_session

LOOK_UPS_AT_ONCE = 20
LONGEST_WAIT = timedelta(hours=1)
Parcel = tuple[str, bytes, dict[str, str]]

Said = TypeVar("Said")


class Transfer(models.TextChoices):
    """Whether recipients' numbers leave the country (KVKK art. 9)."""

    NONE = "none", _("stays here")
    DOMESTIC = "domestic", _("stays in the country")
    ABROAD = "abroad", _("goes abroad")


class Gateway(ABC):
    """Carries postings. Opened inside the event loop that uses it.

    `rate`: segments a second it starts with and never exceeds. `batch_size`: postings
    that may go in one request, `mixes_texts` even with unlike texts;
    `requests_a_minute`: how many requests the account may make, None for no limit.
    `turkish`: verified for the Turkish single-shift table. `two_way`: people can answer.
    `refuses_links`: its route drops messages with an internet address. `one_carrier`:
    everything goes to the same machine, so that its complaints slow everything down.
    `wants_status`: the answer by which it knows that its receipts were heard.
    `knows_by_number`: it keeps no name of ours for a message, so that a number waits
    until what became of its last message is known. `blocks_doubles`: it drops a copy
    of the same text to the same number by itself, so that asking is never answered
    by a second copy.
    """

    name: str
    transfer: Transfer = Transfer.NONE
    rate: float = 10.0
    concurrency: int = 100
    batch_size: int = 1
    mixes_texts: bool = False
    requests_a_minute: float | None = None
    turkish: bool = False
    two_way: bool = False
    refuses_links: bool = False
    gives_receipts: bool = True
    one_carrier: bool = True
    knows_by_number: bool = False
    blocks_doubles: bool = False
    wants_status: int = 200

    async def open(self) -> None:  # noqa: B027  not every gateway keeps a session
        """Make what lives as long as the event loop: sessions, connections."""

    async def close(self) -> None:  # noqa: B027
        """Give it back."""

    @abstractmethod
    async def post(self, postings: list[Posting]) -> list[Outcome]:
        """Hand over up to `batch_size` postings in one request, once: no retry in here, whatever happens.

        Each ends in its own outcome, in their order.
        """

    async def look_up(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """Messages that may be this posting, oldest first; empty when it was never accepted.

        Raises LookUpFailed when the gateway cannot say.
        """
        raise LookUpFailed(f"{self.name} cannot be asked")

    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        """The same for many, with when each was posted; a gateway of batches asks once for a request."""
        return await side_by_side([self.look_up(posting, posted_at) for posting, posted_at in asked])

    async def fetch(self, sid: str, reference: str) -> RemoteMessage | None:
        """What became of a message it has accepted; None when it no longer knows.

        Raises LookUpFailed when the gateway cannot say.
        """
        raise LookUpFailed(f"{self.name} cannot be asked")

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        """The same for many, each a (sid, reference)."""
        return await side_by_side([self.fetch(sid, reference) for sid, reference in accepted])

    async def credit(self) -> Decimal | None:
        """What is left on the account, in messages; None where the gateway does not tell.

        Raises LookUpFailed when it cannot say now.
        """
        return None

    def receipts(self, told: object) -> list[Receipt]:
        """The status reports in what came to our door, one or a list; what says nothing we know is left out."""
        return []

    def letters(self, told: object) -> list[InboundText]:
        """The same for what people wrote to us."""
        return []


async def side_by_side(questions: Sequence[Coroutine[None, None, Said]]) -> list[Said | LookUpFailed]:
    """Their answers in order, a bounded number at a time; one that fails is an answer, too."""
    slots = asyncio.Semaphore(LOOK_UPS_AT_ONCE)

    async def ask(question: Coroutine[None, None, Said]) -> Said | LookUpFailed:
        async with slots:
            try:
                return await question
            except LookUpFailed as failure:
                return failure

    return list(await asyncio.gather(*(ask(question) for question in questions)))


class OneByOne(Gateway):
    """A gateway whose request carries one message: a batch of one."""

    async def post(self, postings: list[Posting]) -> list[Outcome]:
        return [await self.post_one(posting) for posting in postings]

    @abstractmethod
    async def post_one(self, posting: Posting) -> Outcome:
        """Hand over one posting, once."""


class GuardedPost(OneByOne):
    """One POST a message to an address that somebody gave us; each socket is judged as it opens, no redirect followed.

    Whoever derives from it says what a parcel is and which answers have a meaning of their own.

    408, 425, 429, 5xx, time-outs and broken connections are tried again until the batch expires; any other
    answer is a no. `gone`: answers that close the address, and the code that says so. `ports` bounds where a
    socket may lead where private addresses are not allowed; `taken` is what an accepted one is called from then on.
    """

    rate = 50.0
    one_carrier = False
    ports: frozenset[int]
    gone: dict[int, str]
    taken: str

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self.session = guarded_session(
            allow_private=settings.PROBE_ALLOW_PRIVATE,
            ports=None if settings.PROBE_ALLOW_PRIVATE else self.ports,
            timeout=settings.OUTBOX_POST_TIMEOUT,
        )

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    @abstractmethod
    def parcel(self, posting: Posting) -> Parcel:
        """(address, body, headers). Raises ValueError where the posting cannot be sent at all."""

    async def post_one(self, posting: Posting) -> Outcome:
        if self.session is None:
            raise RuntimeError("the line is not open")
        try:
            address, body, headers = self.parcel(posting)
        except ValueError as error:
            return Refused("", f"unsendable: {type(error.__cause__ or error).__name__}")
        try:
            async with self.session.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                return self.read(answer.status, answer.headers.get("Retry-After", ""), posting)
        except ForbiddenAddress:
            return Refused("", "forbidden address")
        except (aiohttp.InvalidURL, ValueError):
            return Refused("", "not an address")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if caused_by_guard(error):
                return Refused("", "forbidden address")
            return Busy(f"not reached: {type(error).__name__}"[:80])

    def read(self, status: int, wait: str, posting: Posting) -> Outcome:
        """What an HTTP status means for the delivery."""
        if 200 <= status < 300:
            return Accepted(f"{self.name}-{posting.message_id}", self.taken)
        if status in self.gone:
            return Refused(self.gone[status], str(status))
        if status in (408, 425, 429) or status >= 500:
            after = min(timedelta(seconds=int(wait)), LONGEST_WAIT) if wait.isdecimal() and len(wait) < 6 else None
            return Busy(f"HTTP {status}", after)
        return Refused("", f"HTTP {status}")


def caused_by_guard(error: BaseException | None) -> bool:
    """aiohttp wraps what the guard raises; the reason stands in the chain."""
    while error is not None:
        if isinstance(error, ForbiddenAddress) or isinstance(getattr(error, "os_error", None), ForbiddenAddress):
            return True
        error = error.__cause__
    return False


class LocalGateway(Gateway):
    """Delivers within the house: called in the worker's own thread, since a table is no network."""

    async def post(self, postings: list[Posting]) -> list[Outcome]:
        return await sync_to_async(self.put)(postings)

    @abstractmethod
    def put(self, postings: list[Posting]) -> list[Outcome]:
        """Deliver; a posting put twice is delivered once."""

    @abstractmethod
    def find(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """The message that came of this posting; empty when it was never delivered."""
