"""A sender carries to one gateway: postings go in, outcomes come out, in the order they are known.

The calls run in an event loop in a thread of their own; the caller keeps the database
to itself. Whoever is told to withhold a batch withholds it before the next POST.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from foundation import now
from foundation.outbox.gateways.gateway import Gateway, LocalGateway
from foundation.outbox.gateways.postings import Outcome, Posting, Silent, Withheld

PostedResult = tuple[Posting, Outcome]

# Seconds in which further outcomes may join the first: they are written down in one
# transaction, whose round trips cost more than the wait.
GATHERING = 0.05


class PostBy(NamedTuple):
    """Until when a posting may leave. Both clocks have to agree.

    `ticks` of this process are moved by nobody who sets a clock, and stand still while the machine is
    suspended; `moment` is of the clock by which others take the claim for abandoned.
    """

    ticks: float
    moment: datetime

    @classmethod
    def within(cls, seconds: float) -> "PostBy":
        return cls(time.monotonic() + seconds, now() + timedelta(seconds=seconds))

    def is_over(self) -> bool:
        return time.monotonic() > self.ticks or now() > self.moment


class Sender(Protocol):
    """`in_hand` is what was not collected yet, `ahead` the part of it that is not answered yet."""

    @property
    def in_hand(self) -> int: ...

    @property
    def ahead(self) -> int: ...

    def hand_over(self, postings: list[Posting], post_by: PostBy) -> None: ...
    def collect(self, patience: float) -> list[PostedResult]: ...
    def withhold(self, batches: Iterable[int]) -> None: ...
    def close(self) -> None: ...


def sender_for(gateway: Gateway) -> Sender:
    return LocalSender(gateway) if isinstance(gateway, LocalGateway) else HttpSender(gateway)


class LocalSender:
    """The sender of a gateway within the house: no network, so the caller's own thread does it."""

    def __init__(self, gateway: LocalGateway) -> None:
        self._gateway = gateway
        self._results: list[PostedResult] = []
        self._withheld: frozenset[int] = frozenset()

    @property
    def in_hand(self) -> int:
        return len(self._results)

    @property
    def ahead(self) -> int:
        return 0

    def hand_over(self, postings: list[Posting], post_by: PostBy) -> None:
        going = [posting for posting in postings if posting.batch_id not in self._withheld]
        staying = [posting for posting in postings if posting.batch_id in self._withheld]
        self._results += zip(going, self._gateway.put(going), strict=True)
        self._results += [(posting, Withheld()) for posting in staying]

    def collect(self, patience: float) -> list[PostedResult]:
        results, self._results = self._results, []
        return results

    def withhold(self, batches: Iterable[int]) -> None:
        self._withheld = frozenset(batches)

    def close(self) -> None:
        """Nothing to give back."""


class HttpSender:
    """Up to `gateway.concurrency` calls at a time, each with the postings of one request.

    A posting that could not be made within the hand time is withheld, not posted
    late: by then its claim may have run out and somebody else be looking it up.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._loop = asyncio.new_event_loop()
        self._results: SimpleQueue[PostedResult] = SimpleQueue()
        self._withheld: frozenset[int] = frozenset()
        self._tasks: set[asyncio.Task] = set()
        self._closing = False
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"line-{gateway.name}", daemon=True)
        self._thread.start()
        self._slots = asyncio.Semaphore(gateway.concurrency)
        self._in_hand = 0
        try:
            asyncio.run_coroutine_threadsafe(gateway.open(), self._loop).result(timeout=10)
        except BaseException:
            self._end_loop()
            raise

    @property
    def in_hand(self) -> int:
        return self._in_hand

    @property
    def ahead(self) -> int:
        return self._in_hand - self._results.qsize()

    def hand_over(self, postings: list[Posting], post_by: PostBy) -> None:
        """`post_by` counts from before the claim."""
        self._in_hand += len(postings)
        self._loop.call_soon_threadsafe(self._begin, postings, post_by)

    def collect(self, patience: float) -> list[PostedResult]:
        """What has become known; waits up to `patience` seconds for the first, and for those on its heels."""
        results: list[PostedResult] = []
        try:
            results.append(self._results.get(timeout=patience))
            if self.ahead > 1:
                time.sleep(GATHERING)
            while True:
                results.append(self._results.get_nowait())
        except Empty:
            self._in_hand -= len(results)
            return results

    def withhold(self, batches: Iterable[int]) -> None:
        self._withheld = frozenset(batches)

    def close(self) -> None:
        """Post nothing more and hang up; what is not answered yet stays in doubt."""
        self._closing = True
        try:
            asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(timeout=5)
        finally:
            self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    def _begin(self, postings: list[Posting], post_by: PostBy) -> None:
        together: dict[str, list[Posting]] = defaultdict(list)
        for posting in postings:
            together[posting.request].append(posting)
        for group in together.values():
            task = self._loop.create_task(self._carry(group, post_by))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, postings: list[Posting], post_by: PostBy) -> None:
        """One request; whatever happens, each of its postings gets an outcome."""
        going: list[Posting] = []
        outcomes: list[Outcome] = []
        try:
            async with self._slots:
                going = [posting for posting in postings if self._may_go(posting, post_by)]
                outcomes = [Silent("cut off") for _ in going]
                if going:
                    outcomes = await self._gateway.post(going)
        except Exception as error:  # noqa: BLE001 - a gateway that breaks leaves its postings in doubt
            outcomes = [Silent(type(error).__name__) for _ in going]
        finally:
            known = {posting.message_id: outcome for posting, outcome in zip(going, outcomes, strict=False)}
            for posting in postings:
                missing = Silent("no outcome") if posting in going else Withheld()
                self._results.put((posting, known.get(posting.message_id, missing)))

    def _may_go(self, posting: Posting, post_by: PostBy) -> bool:
        return not self._closing and posting.batch_id not in self._withheld and not post_by.is_over()

    async def _hang_up(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        for task in self._tasks:
            task.cancel()
        await self._gateway.close()
