"""The one thread of a process that looks at the database for all its hubs."""

import asyncio
import logging
import threading
import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.db import connection

from foundation.live import doorbell, numbering, revocation
from foundation.live.hubs import Hub, NumberedEvent, milliseconds
from foundation.live.models import Era, Event
from foundation.live.revocation import Listener

log = logging.getLogger(__name__)

LOOK_PAUSE = 1.0  # seconds between looks when nobody rings
BUSY_PAUSE_SECONDS = 0.05  # seconds between looks when the bell never stops, or another process has the turn
PRESENCE_PAUSE = 2.0  # seconds between two checks of who may still listen
REACH = 20_000  # numbers a look goes back; a hub further behind starts over


@dataclass(frozen=True)
class PollRequest:
    """What the hubs want to know: for each audience the number examined so far."""

    examined: dict[str, int]
    listeners: frozenset[Listener]


@dataclass(frozen=True)
class Poll:
    """What one look found, complete for the asked audiences up to `head`."""

    epoch: str
    known_from: int
    head: int
    changes: dict[str, list[NumberedEvent]]
    probed_ms: int | None
    fallen: dict[Listener, int]
    read_at: float
    is_whole: bool  # False while another process numbers what was committed


class EventPoller:
    """Looks when rung and at least every second, while any hub of its loop has pages open."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.hubs: dict[str, Hub] = {}
        self.rung = threading.Event()
        self.stopping: threading.Event | None = None  # None while nobody listens
        self._presence_at = 0.0
        self._beat: asyncio.TimerHandle | None = None

    # --- on the event loop ------------------------------------------------

    def hub_for(self, audience: str) -> Hub:
        """The hub of this audience in this process; opened by its first page."""
        if audience not in self.hubs:
            self.hubs[audience] = Hub(audience, self.loop)
            self._start()
            self.rung.set()
        return self.hubs[audience]

    def close_empty(self, hub: Hub) -> None:
        """Called when a page left; a hub nobody listens to is forgotten."""
        if not hub.members and not hub.joining and self.hubs.get(hub.audience) is hub:
            del self.hubs[hub.audience]
        if not self.hubs:
            self._stop()

    def _start(self) -> None:
        if self.stopping:
            return
        self.stopping = threading.Event()
        doorbell.listen(self.rung)
        threading.Thread(target=self._watch, args=[self.stopping], name="live-poller", daemon=True).start()
        self._beat = self.loop.call_later(LOOK_PAUSE, self._speak_of_heads)

    def _stop(self) -> None:
        if self.stopping:
            self.stopping.set()
            self.stopping = None
            doorbell.unlisten(self.rung)
            self.rung.set()
        if self._beat:
            self._beat.cancel()

    def _speak_of_heads(self) -> None:
        """The hubs' own clock: turns without database, thread or channel layer."""
        self._beat = self.loop.call_later(LOOK_PAUSE, self._speak_of_heads)
        for hub in tuple(self.hubs.values()):
            hub.speak_of_head()

    def _tell(self, finding: Poll) -> None:
        for audience, changes in finding.changes.items():
            if hub := self.hubs.get(audience):
                hub.probed_ms, hub.read_at = finding.probed_ms, finding.read_at
                hub.hear(finding.epoch, finding.known_from, finding.head, changes)
        if finding.fallen:
            for hub in tuple(self.hubs.values()):
                hub.dismiss_listeners(finding.fallen)

    # --- in the thread ----------------------------------------------------

    def _watch(self, stopping: threading.Event) -> None:
        pause = 0.0
        try:
            while not stopping.is_set():
                self.rung.wait(pause)
                self.rung.clear()
                pause = self._look_once(stopping)
                stopping.wait(BUSY_PAUSE_SECONDS)
        finally:
            connection.close()

    def _look_once(self, stopping: threading.Event) -> float:
        """One look, told to the hubs; how long the next may wait if nobody rings."""
        try:
            finding = look(self._question())
        except Exception as error:  # whatever it is, the next look must come: nobody else would start it
            log.warning("cannot read what to tell open pages, they will say so themselves: %s", error, exc_info=True)
            connection.close()
            return LOOK_PAUSE
        if not stopping.is_set():
            self.loop.call_soon_threadsafe(self._tell, finding)
        return LOOK_PAUSE if finding.is_whole else BUSY_PAUSE_SECONDS

    def _question(self) -> PollRequest:
        hubs = tuple(self.hubs.values())
        listeners: frozenset[Listener] = frozenset()
        if time.monotonic() - self._presence_at >= PRESENCE_PAUSE:
            self._presence_at = time.monotonic()
            listeners = frozenset(m.listener for hub in hubs for m in tuple(hub.members) if m.listener)
        return PollRequest({hub.audience: hub.examined for hub in hubs}, listeners)


ERA = Era.objects.as_looked_at()  # kept, because building this query costs more than running it


def look(question: PollRequest) -> Poll:
    """Number what waits, then read what happened: one query while nothing does, else a few."""
    read_at = time.monotonic()
    era, is_whole = era_now(), True
    if era.has_waiting:
        is_whole = numbering.number_waiting()
        era = era_now()
    floor = max(era.head - REACH, era.pruned_to, 0)
    return Poll(
        epoch=era.epoch,
        known_from=floor,
        head=era.head,
        changes=changes_between(floor, era.head, question),
        probed_ms=milliseconds(era.probed_at) if era.probed_at else None,
        fallen=revocation.revoked(question.listeners),
        read_at=read_at,
        is_whole=is_whole,
    )


def era_now() -> Era:
    """The era with what `as_looked_at` adds; a database that was never spoken in gets its first."""
    while (era := ERA.all().first()) is None:
        Era.objects.current()
    return era


def changes_between(floor: int, head: int, question: PollRequest) -> dict[str, list[NumberedEvent]]:
    """What each asked audience does not know yet; asks the database only if there is something."""
    changes: dict[str, list[NumberedEvent]] = {audience: [] for audience in question.examined}
    since = max(floor, min(question.examined.values(), default=head))
    if since >= head:
        return changes
    events = Event.objects.filter(number__gt=since, number__lte=head, audience__in=changes)
    rows = events.order_by("number").values_list("audience", "number", "kind", "object_id", "data")
    for audience, number, kind, object_id, data in rows:
        if number and number > question.examined[audience]:
            changes[audience].append(NumberedEvent(number, kind, object_id, data))
    return changes


_pollers: WeakKeyDictionary[asyncio.AbstractEventLoop, EventPoller] = WeakKeyDictionary()


def event_poller() -> EventPoller:
    """The poller of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _pollers:
        _pollers[loop] = EventPoller(loop)
    return _pollers[loop]
