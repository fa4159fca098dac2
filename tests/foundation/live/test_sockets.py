"""One page at one door: refusals, snapshot, deltas, resume."""

import asyncio
import json
import time

import pytest
from asgiref.sync import sync_to_async

from foundation import now
from foundation.live import live, numbering
from foundation.live.hubs import FRAME_PAUSE
from foundation.live.poller import event_poller
from tests.cast import assemble
from tests.foundation.live.pages import Page
from tests.foundation.live.sockets import PATIENCE, open_page, session_of

pytestmark = pytest.mark.django_db(transaction=True)

say = sync_to_async(live.announce)


async def frames_until(communicator, page, wanted, timeout=PATIENCE):
    """Hear frames until one of kind `wanted` arrives; returns it."""
    async with asyncio.timeout(timeout):
        while True:
            frame = page.hear(await communicator.receive_from(timeout=timeout))
            if frame["t"] == wanted:
                return frame


async def test_a_page_is_shown_a_snapshot_and_then_what_changes():
    await say("square", "thing", 1, {"state": "up"})
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        assert page.things == {"1": {"state": "up"}}

        await say("square", "thing", 1, {"state": "down"})
        await frames_until(socket, page, "d")

    assert page.things == {"1": {"state": "down"}}
    assert not page.must_resume


async def test_what_another_audience_hears_leaves_a_gap_but_no_frame():
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        for number in range(20):
            await say("watch", "thing", number, {"state": "secret"})
        await say("square", "thing", 7, {"state": "open"})
        delta = await frames_until(socket, page, "d")

    assert page.things == {"7": {"state": "open"}}
    assert delta["l"] - delta["f"] >= 20
    assert len(page.deltas) == 1


async def test_a_head_comes_with_the_snapshot_and_says_when_the_watch_last_looked():
    at = now()
    await sync_to_async(live.note_probe_cycle)(at)
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        head = await frames_until(socket, page, "h")

    assert head["probed"] == int(at.timestamp() * 1000)
    assert head["l"] == page.last
    assert not page.must_resume


async def test_changes_of_one_second_share_a_frame_and_the_first_goes_out_at_once():
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        began = time.monotonic()
        for number in range(30):
            await say("square", "thing", number % 3, {"n": number, f"seen{number % 2}": True})
            await asyncio.sleep(0.02)
        await asyncio.sleep(0)
        while page.things.get("2", {}).get("n") != 29:
            await frames_until(socket, page, "d")

    assert len(page.deltas) <= 2 + (time.monotonic() - began) / FRAME_PAUSE
    assert page.things["0"] == {"n": 27, "seen0": True, "seen1": True}


async def test_a_stranger_is_let_in_far_enough_to_be_told_4401():
    async with open_page("/ws/watch/") as socket:
        assert await socket.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 4401}


async def test_someone_who_may_not_is_told_4403():
    cast = await sync_to_async(assemble)()
    session = await sync_to_async(session_of)(cast.selim)
    async with open_page("/ws/watch/", person=session) as socket:
        assert await socket.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 4403}


async def test_the_watch_hears_the_board():
    cast = await sync_to_async(assemble)()
    session = await sync_to_async(session_of)(cast.nermin)
    async with open_page("/ws/watch/", person=session) as socket:
        page = Page()
        await frames_until(socket, page, "s")
        await say("watch", "thing", 1, {"state": "down"})
        await frames_until(socket, page, "d")
    assert page.things == {"1": {"state": "down"}}


@pytest.mark.parametrize(
    ("frame", "code"),
    [({"bytes_data": b"\x00"}, 1003), ({"text_data": "x" * 5000}, 1009)],
    ids=["binary", "oversized"],
)
async def test_a_frame_no_page_would_send_closes_the_socket(frame, code):
    async with open_page("/ws/square/") as socket:
        await frames_until(socket, Page(), "s")
        await socket.send_to(**frame)
        assert await closing_code(socket) == code


async def test_a_page_that_talks_without_end_is_closed():
    async with open_page("/ws/square/") as socket:
        for _ in range(40):
            await socket.send_to(text_data="{}")
        assert await closing_code(socket) == 1008


async def closing_code(socket) -> int:
    async with asyncio.timeout(PATIENCE):
        while (message := await socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
            pass
    return message["code"]


async def test_a_page_that_comes_back_is_told_only_what_it_missed():
    async with open_page("/ws/square/") as keeps_the_hub_open:
        await frames_until(keeps_the_hub_open, Page(), "s")
        page = Page()
        async with open_page("/ws/square/") as socket:
            await frames_until(socket, page, "s")
        await say("square", "thing", 1, {"state": "down"})
        await frames_until(keeps_the_hub_open, Page(), "d")

        async with open_page("/ws/square/") as socket:
            await frames_until(socket, Page(), "s")
            await socket.send_to(text_data=page.resume_frame())
            await frames_until(socket, page, "d")

    assert page.things == {"1": {"state": "down"}}
    assert page.snapshots == 1


async def test_a_page_from_another_era_is_given_a_snapshot():
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        await socket.send_to(text_data=json.dumps({"t": "resume", "e": "elsewhen", "l": 10**9}))
        await frames_until(socket, page, "s")
    assert page.snapshots == 2


async def test_after_a_restore_every_page_is_told_to_read_anew():
    async with open_page("/ws/square/") as socket:
        page = Page()
        await frames_until(socket, page, "s")
        await sync_to_async(numbering.begin_era)()
        await frames_until(socket, page, "resync")
        await socket.send_to(text_data=page.resume_frame())
        await frames_until(socket, page, "s")
    assert not page.must_resume


async def test_the_hub_is_gone_when_its_last_page_left():
    async with open_page("/ws/square/") as socket:
        await frames_until(socket, Page(), "s")
        assert set(event_poller().hubs) == {"square"}
    assert event_poller().hubs == {}
