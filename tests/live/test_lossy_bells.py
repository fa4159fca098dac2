"""Rings may be lost, all of them: every page equals the database a moment later."""

import asyncio
import random
import time
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async

from foundation.live import doorbell, live
from tests.live.sockets import Page, latest_of, open_page

pytestmark = pytest.mark.django_db(transaction=True)

say = sync_to_async(live.announce)
PAGES = 12


@pytest.fixture(params=[0.01, 0.5, 1.0], ids=["1% lost", "50% lost", "all lost"])
def lossy_bell(request, monkeypatch):
    dice, ring = random.Random(7), doorbell.ring_here
    monkeypatch.setattr(doorbell, "ring_here", lambda: None if dice.random() < request.param else ring())
    return request.param


async def listen(socket, page):
    while True:
        page.hear(await socket.receive_from(timeout=30))
        if page.must_resume:
            await socket.send_to(text_data=page.resume_frame())


async def test_every_page_equals_the_database_within_two_seconds(lossy_bell):
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_page("/ws/square/")) for _ in range(PAGES)]
        pages = [Page() for _ in sockets]
        listening = [asyncio.ensure_future(listen(*pair)) for pair in zip(sockets, pages, strict=True)]
        for turn in range(40):
            await say("square", "thing", turn % 7, {"turn": turn})
        truth = await sync_to_async(latest_of)("square")
        began = time.monotonic()
        while any(page.things != truth for page in pages):
            # a look a second, at most a second between two frames, and a busy machine
            assert time.monotonic() - began < 4, "pages did not catch up"
            await asyncio.sleep(0.02)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def test_a_heard_ring_is_answered_long_before_the_next_look():
    async with open_page("/ws/square/") as socket:
        page = Page()
        while not page.snapshots:
            page.hear(await socket.receive_from(timeout=5))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await say("square", "thing", 1, {"state": "down"})
        while not page.deltas:
            page.hear(await socket.receive_from(timeout=5))
    assert time.monotonic() - began < 0.5
