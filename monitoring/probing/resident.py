"""The prober as a thread of `serve`, or as `manage.py probe`, with an event loop of its own."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Unpack

from django.conf import settings
from django.db import Error, close_old_connections

from foundation import now
from monitoring import locations, outages
from monitoring.checks.samples import Block
from monitoring.checks.verdicts import HERE
from monitoring.models import Check, Dependency
from monitoring.probing import canary, loops, recording
from monitoring.probing.prober import Limits, ProbeLoop

logger = logging.getLogger(__name__)

# what a probe is made of (`Probe.of`): an edit of any of it is a new probe
ASKED = (
    "pk", "node_id", "kind", "target", "interval", "timeout", "rules",
    "failures_to_confirm", "confirm_seconds", "successes_to_recover", "recover_seconds",
)  # fmt: skip
LOOK_FOR_NEW = 15.0  # seconds between looks at the registry
SPARE_FILES = 500


class Books:
    """The prober's results into the database, under its location and the name of its shard."""

    def __init__(self, name: str, location: str = HERE) -> None:
        self.name, self.location = name, location

    def changes(self, changes: list[recording.CheckChange]) -> bool:
        with fresh_connection():
            return recording.record(changes, self.location)

    def cycle(self, block: Block, latest: list[tuple], **figures: Unpack[recording.CycleFigures]) -> None:
        with fresh_connection():
            recording.record_cycle(self.name, self.location, block, latest, **figures)

    def review(self) -> bool:
        with fresh_connection():
            return outages.review(now())


@contextlib.contextmanager
def fresh_connection() -> Iterator[None]:
    """For threads that live long: drop a connection that broke, before and after."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def registry_mark() -> tuple:
    """Changes whenever a check is added, removed or edited by people."""
    with fresh_connection():
        rows = Check.objects.to_probe().order_by("pk").values_list(*ASKED)
        leaning = Dependency.objects.order_by("pk").values_list("pk", "node_id", "parent_id")
        return len(rows), hash(str(list(rows))), hash(str(list(leaning)))


@dataclass(frozen=True)
class Post:
    """Where a prober stands, and which part of how many it asks there."""

    index: int = 0
    of: int = 1
    location: str = HERE

    @property
    def name(self) -> str:
        return locations.name_of(self.location, self.index, self.of)


def load(post: Post) -> list:
    with fresh_connection():
        locations.enroll(post.location, post.of)
        return recording.load(post.index, post.of, post.location)


def parents() -> dict[int, list[int]]:
    """The nodes that each node leans on, by id."""
    parents_of: dict[int, list[int]] = {}
    with fresh_connection():
        for node, parent in Dependency.objects.values_list("node_id", "parent_id"):
            parents_of.setdefault(node, []).append(parent)
    return parents_of


async def stand(post: Post, leaving: asyncio.Event) -> None:
    """Probe from one post; begin anew with what is stored whenever people change the registry."""
    while not leaving.is_set():
        mark = await asyncio.to_thread(registry_mark)
        prober = ProbeLoop(
            await asyncio.to_thread(load, post),
            Books(post.name, post.location),
            canary=partial(canary.own_line_works, settings.CANARY_TARGETS, allow_private=True),
            allow_private=settings.PROBE_ALLOW_PRIVATE,
            limits=Limits(sockets=settings.PROBE_SOCKETS),
            location=post.location,
            parents=await asyncio.to_thread(parents),
        )
        logger.info("the prober asks %s probes", len(prober.memories))
        pause = asyncio.Event()
        watching = asyncio.create_task(watch_registry(mark, pause, leaving))
        await prober.run(pause)
        watching.cancel()


async def watch_registry(mark: tuple, pause: asyncio.Event, leaving: asyncio.Event) -> None:
    """Set `pause` when the registry changed or when it is time to leave; a database that is away tells neither."""
    while not leaving.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(leaving.wait(), LOOK_FOR_NEW)
        with contextlib.suppress(Error):
            if not leaving.is_set() and await asyncio.to_thread(registry_mark) != mark:
                break
    pause.set()


class ProberThread:
    """Starts and stops one prober; `start` returns at once."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def start(self, _server_loop=None) -> None:
        self.thread = threading.Thread(target=lambda: loops.run(self.live()), name="prober", daemon=True)
        self.thread.start()

    async def live(self) -> None:
        self.loop, self.leaving = asyncio.get_running_loop(), asyncio.Event()
        await stand(Post(), self.leaving)

    def stop(self) -> None:
        if self.loop is not None and self.thread is not None and self.loop.is_running():
            self.loop.call_soon_threadsafe(self.leaving.set)
            self.thread.join(timeout=2.5)


resident = ProberThread()
