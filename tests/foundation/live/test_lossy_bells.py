"""Rings may be lost, all of them: every page equals the database a moment later."""

import asyncio
import random
import threading
import time
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async

from foundation.live import doorbell, live, poller
from tests.foundation.live.pages import Page
from tests.foundation.live.sockets import PATIENCE, latest_of, open_page

pytestmark = [pytest.mark.long(30), pytest.mark.django_db(transaction=True)]

say = sync_to_async(live.announce)
PAGES = 12


def losing(share: float):
    """A bell of which this share of rings is never heard."""
    dice, ring = random.Random(7), doorbell.ring_here
    return lambda: None if dice.random() < share else ring()


def late(seconds: float):
    """A bell whose rings are all heard, up to so many seconds late and in another order."""
    dice, ring = random.Random(7), doorbell.ring_here
    return lambda: asleep(seconds * dice.random(), ring)


def asleep(seconds, ring):
    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()


BELLS = {"1% lost": (losing, 0.01), "half lost": (losing, 0.5), "all lost": (losing, 1.0), "late": (late, 3.0)}


@pytest.fixture(params=BELLS)
def sick_bell(request, monkeypatch):
    make, degree = BELLS[request.param]
    monkeypatch.setattr(doorbell, "ring_here", make(degree))


async def listen(socket, page):
    while True:
        page.hear(await socket.receive_from(timeout=PATIENCE))
        if page.must_resume:
            await socket.send_to(text_data=page.resume_frame())


async def test_every_page_equals_the_database_a_moment_later(sick_bell):
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_page("/ws/square/")) for _ in range(PAGES)]
        pages = [Page() for _ in sockets]
        listening = [asyncio.ensure_future(listen(*pair)) for pair in zip(sockets, pages, strict=True)]
        for turn in range(40):
            await say("square", "thing", turn % 7, {"turn": turn})
        truth = await sync_to_async(latest_of)("square")
        began = time.monotonic()
        while any(page.things != truth for page in pages):
            # a look a second, at most a second between two frames; the rest is a busy machine
            assert time.monotonic() - began < 60, "pages did not catch up"
            await asyncio.sleep(0.02)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


@pytest.fixture
def looks(monkeypatch):
    """The head that each look found, in turn. A look comes at a ring, else `LOOK_PAUSE` after the one before."""
    found, look = [], poller.look

    def counted(question):
        finding = look(question)
        found.append(finding.head)
        return finding

    monkeypatch.setattr(poller, "look", counted)
    return found


async def test_no_change_waits_for_more_than_the_second_look(sick_bell, looks):
    # latency in looks, because seconds would measure the machine: the look under way when the change was
    # committed may miss it, the one after it may not, whatever share of rings is lost
    async with open_page("/ws/square/") as socket:
        page, missed = Page(), []
        while not page.snapshots:
            page.hear(await socket.receive_from(timeout=PATIENCE))
        for turn in range(6):
            await say("square", "thing", 1, {"turn": turn})
            committed = len(looks)
            while page.things.get("1") != {"turn": turn}:
                page.hear(await socket.receive_from(timeout=PATIENCE))
            missed.append(sum(head < page.last for head in looks[committed:]))
        assert max(missed) <= 1, missed


async def test_a_heard_ring_is_answered_without_waiting_for_the_next_look(monkeypatch):
    monkeypatch.setattr(poller, "LOOK_PAUSE", 600.0)
    async with open_page("/ws/square/") as socket:
        page = Page()
        while not page.snapshots:
            page.hear(await socket.receive_from(timeout=PATIENCE))
        for turn in range(3):
            await say("square", "thing", 1, {"turn": turn})
            while page.things.get("1") != {"turn": turn}:
                page.hear(await socket.receive_from(timeout=PATIENCE))
