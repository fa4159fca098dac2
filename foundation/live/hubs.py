"""One audience in one process: what is said in it is encoded once.

Everything here runs on the server's event loop and never waits: not for the
database (the poller reads in a thread of its own), not for a browser (a slow
one is closed and reads a snapshot when it comes back).
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from foundation import now
from foundation.live import frames
from foundation.live.frames import Frame
from foundation.live.revocation import Listener
from foundation.live.transports import Transport

FRAME_PAUSE = 1.0  # seconds between two deltas of one audience while changes keep coming
HEAD_PAUSE = 8.0  # seconds between heads; the contract says ten
TRUST = 10.0  # seconds after which a reading of the database no longer vouches for the page
SNAPSHOT_AGE = 1.0  # seconds for which newcomers share one snapshot
UNREAD = -1  # before the first reading
RING = 5000  # changes a returning page can be told without a snapshot
SLOW_BYTES = 512 * 1024  # unread bytes at which a browser is too slow
SLOW_HEADS = 2  # heads in a row at which it still had not read everything
TOO_SLOW = 1013


@dataclass(frozen=True)
class NumberedEvent:
    """One numbered event, as a hub keeps it."""

    number: int
    kind: str
    id: str
    values: dict


@dataclass(eq=False)
class Member:
    """One open page: the wire to it, how to close it, and who reads it."""

    wire: Transport
    close: Callable[[int], Coroutine[Any, Any, None]]
    listener: Listener | None = None
    late: int = 0


@dataclass
class Hub:
    """All open pages of one audience in this process."""

    audience: str
    loop: asyncio.AbstractEventLoop
    epoch: str = ""
    examined: int = UNREAD  # highest number read from the database
    said: int = 0  # `l` of the last delta; what a head speaks of
    known_from: int = 0  # the ring is complete after this number
    probed_ms: int | None = None
    read_at: float = 0.0
    members: set[Member] = field(default_factory=set)
    joining: int = 0
    ring: deque[NumberedEvent] = field(default_factory=lambda: deque(maxlen=RING))
    unsaid: list[NumberedEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.opened = asyncio.Event()
        self.headed_at = self.framed_at = time.monotonic() - FRAME_PAUSE
        self._timer: asyncio.TimerHandle | None = None
        self._snapshot: asyncio.Task[tuple[str, int, Frame]] | None = None
        self._snapshot_at = 0.0
        self._answers: OrderedDict[int, Frame] = OrderedDict()

    # --- coming and going -------------------------------------------------

    async def join(self, member: Member, read_state: Callable[[], Awaitable[dict]]) -> None:
        """Show the snapshot, what came after it, and from then on every delta."""
        self.joining += 1
        try:
            await self.opened.wait()
            await self._show_snapshot(member, read_state)
        finally:
            self.joining -= 1
        if self.vouches():
            member.wire.write(self._head())
        self.members.add(member)

    async def resume(self, member: Member, epoch: str, last: int, read_state) -> None:
        """Tell a page that knows `last` what it missed, or everything."""
        await self.opened.wait()
        if epoch == self.epoch and self.known_from <= last:
            member.wire.write(self._since(last) if last < self.said else self._head())
            return
        await self._show_snapshot(member, read_state)

    async def _show_snapshot(self, member: Member, read_state: Callable[[], Awaitable[dict]]) -> None:
        epoch, last, frame = await self._shared_snapshot(read_state)
        member.wire.write(frame)
        if epoch != self.epoch or last < self.known_from:
            member.wire.write(frames.RESYNC)  # history moved while the snapshot was read
        elif last < self.said:
            member.wire.write(self._since(last))

    def leave(self, member: Member) -> None:
        self.members.discard(member)

    # --- hearing ----------------------------------------------------------

    def hear(self, epoch: str, known_from: int, head: int, changes: list[NumberedEvent]) -> None:
        """Take what one reading of the database found for this audience, up to `head`."""
        if self.examined == UNREAD or epoch != self.epoch or self.examined < known_from:
            self._start_over(epoch, known_from, head, changes)
            return
        news = [change for change in changes if change.number > self.examined]
        self.examined = head
        self._remember(news)
        self.unsaid.extend(news)
        if self.unsaid and self._timer is None:
            pause = self.framed_at + FRAME_PAUSE - time.monotonic()
            self._timer = self.loop.call_later(max(0.0, pause), self._speak)

    def _start_over(self, epoch: str, known_from: int, head: int, changes: list[NumberedEvent]) -> None:
        """The first reading, another history, or a gap too wide to tell change by change."""
        self.epoch, self.known_from, self.examined, self.said = epoch, known_from, head, head
        self.ring.clear()
        self._remember(changes)
        self.unsaid.clear()
        self._answers.clear()
        self._snapshot = None
        if self.opened.is_set():
            self._broadcast(frames.RESYNC)
        self.opened.set()

    def _remember(self, changes: list[NumberedEvent]) -> None:
        self.ring.extend(changes)
        if len(self.ring) == RING:
            self.known_from = max(self.known_from, self.ring[0].number)

    # --- speaking ---------------------------------------------------------

    def _speak(self) -> None:
        """Say everything unsaid in one frame."""
        self._timer = None
        if not self.unsaid:
            return
        frame = frames.delta(self.epoch, self.said + 1, self.examined, added_up(self.unsaid))
        self.unsaid.clear()
        self._answers.clear()
        self.said, self.framed_at = self.examined, time.monotonic()
        self._broadcast(frame)

    def speak_of_head(self) -> None:
        """Send the head if one is due and this hub can vouch for it."""
        at = time.monotonic()
        if at - self.headed_at < HEAD_PAUSE or not self.vouches():
            return
        self.headed_at = at
        self._broadcast(self._head())
        for member in tuple(self.members):
            member.late = member.late + 1 if member.wire.backlog() else 0
            if member.late >= SLOW_HEADS:
                self.dismiss(member, TOO_SLOW)

    def vouches(self) -> bool:
        """Whether the database was read lately enough to say that nothing else happened."""
        return time.monotonic() - self.read_at <= TRUST

    def _broadcast(self, frame: Frame) -> None:
        slow = []
        for member in self.members:
            if member.wire.backlog() > SLOW_BYTES:
                slow.append(member)
            else:
                member.wire.write(frame)
        for member in slow:
            self.dismiss(member, TOO_SLOW)

    def dismiss_listeners(self, codes: dict[Listener, int]) -> None:
        for member in tuple(self.members):
            if member.listener and member.listener in codes:
                self.dismiss(member, codes[member.listener])

    def dismiss(self, member: Member, code: int) -> None:
        self.leave(member)
        closing = self.loop.create_task(member.close(code))
        closing.add_done_callback(lambda task: task.cancelled() or task.exception())

    # --- frames -----------------------------------------------------------

    def _head(self) -> Frame:
        return frames.head(self.epoch, self.said, milliseconds(now()), self.probed_ms)

    def _since(self, last: int) -> Frame:
        """The delta from `last` to what was last said; pages that come back together share it."""
        if last not in self._answers:
            missed = [change for change in self.ring if last < change.number <= self.said]
            self._answers[last] = frames.delta(self.epoch, last + 1, self.said, added_up(missed))
            if len(self._answers) > 100:
                self._answers.popitem(last=False)
        return self._answers[last]

    async def _shared_snapshot(self, read_state: Callable[[], Awaitable[dict]]) -> tuple[str, int, Frame]:
        """A snapshot at most a second old, read once for all who ask in that second."""
        failed = self._snapshot is not None and self._snapshot.done() and self._snapshot.exception() is not None
        if self._snapshot is None or failed or time.monotonic() - self._snapshot_at > SNAPSHOT_AGE:
            self._snapshot_at = time.monotonic()
            self._snapshot = self.loop.create_task(self._read_snapshot(read_state))
        return await asyncio.shield(self._snapshot)

    async def _read_snapshot(self, read_state) -> tuple[str, int, Frame]:
        """Its number is taken before its state, so the state is never older than it says."""
        epoch, last = self.epoch, self.examined
        return epoch, last, frames.snapshot(epoch, last, await read_state())


def added_up(changes: list[NumberedEvent]) -> dict[tuple[str, str], dict]:
    """One entry for each thing; the later value of a key wins."""
    total: dict[tuple[str, str], dict] = {}
    for change in changes:
        total[change.kind, change.id] = {**total.get((change.kind, change.id), {}), **change.values}
    return total


def milliseconds(at) -> int:
    return int(at.timestamp() * 1000)
