"""What a hub does with one frame and many pages, without server or database."""

import asyncio
import json

import pytest

from foundation.live import hubs
from foundation.live.hubs import Hub, Member, NumberedEvent

pytestmark = pytest.mark.once("postgresql", "asks no database")


class Wire:
    """Remembers what was written; `unread` is what its browser did not take."""

    def __init__(self, unread=0):
        self.frames, self.unread = [], unread

    def write(self, frame):
        self.frames.append(frame)

    def backlog(self):
        return self.unread

    def kinds(self):
        return [json.loads(frame.text)["t"] for frame in self.frames]


def a_change(number, id="1", **values):
    return NumberedEvent(number, "thing", id, values)


def a_member(unread=0):
    codes = []

    async def close(code):
        codes.append(code)

    member = Member(Wire(unread), close)
    member.codes = codes
    return member


@pytest.fixture
async def hub():
    """A hub that read the database up to number 10."""
    hub = Hub("square", asyncio.get_running_loop())
    hub.hear("era", 0, 10, [a_change(number) for number in range(1, 11)])
    return hub


async def nothing():
    return {}


async def test_all_pages_are_written_the_same_frame_object(hub):
    one, other = a_member(), a_member()
    await hub.join(one, nothing)
    await hub.join(other, nothing)
    hub.hear("era", 0, 11, [a_change(11, state="down")])
    await asyncio.sleep(0.05)
    assert one.wire.frames[-1] is other.wire.frames[-1]


async def test_newcomers_of_one_second_share_one_snapshot(hub):
    reads = []

    async def read():
        reads.append(1)
        return {}

    await asyncio.gather(*[hub.join(a_member(), read) for _ in range(50)])
    assert len(reads) == 1


async def test_a_newcomer_with_a_shared_snapshot_is_told_what_came_after_it(hub):
    await hub.join(a_member(), nothing)
    hub.hear("era", 0, 11, [a_change(11, state="down")])
    await asyncio.sleep(0.05)
    late = a_member()
    await hub.join(late, nothing)
    assert late.wire.kinds() == ["s", "d"]
    assert json.loads(late.wire.frames[1].text)["f"] == 11


async def test_a_page_with_too_much_unread_is_closed_and_the_others_hear(hub):
    slow, quick = a_member(unread=hubs.SLOW_BYTES + 1), a_member()
    await hub.join(slow, nothing)
    await hub.join(quick, nothing)
    hub.hear("era", 0, 11, [a_change(11)])
    await asyncio.sleep(0.05)
    assert slow.codes == [1013] and hub.members == {quick}
    assert quick.wire.kinds()[-1] == "d"


async def test_a_page_still_behind_at_two_heads_is_closed(hub):
    slow = a_member(unread=1)
    await hub.join(slow, nothing)
    for _ in range(2):
        hub.read_at, hub.headed_at = hub.loop.time() + 1e9, -1e9
        hub.speak_of_head()
    await asyncio.sleep(0)
    assert slow.codes == [1013]


async def test_a_hub_that_could_not_read_for_ten_seconds_keeps_silent(hub):
    page = a_member()
    await hub.join(page, nothing)
    hub.headed_at = -1e9
    hub.speak_of_head()
    assert page.wire.kinds() == ["s"]


async def test_a_gap_wider_than_the_numbers_kept_tells_every_page_to_read_anew(hub):
    page = a_member()
    await hub.join(page, nothing)
    hub.hear("era", 500, 600, [a_change(600)])
    assert page.wire.kinds()[-1] == "resync"


async def test_a_resume_from_before_the_ring_is_answered_with_a_snapshot(hub, monkeypatch):
    page = a_member()
    await hub.join(page, nothing)
    hub.known_from = 5
    await hub.resume(page, "era", 4, nothing)
    await hub.resume(page, "era", 7, nothing)
    assert page.wire.kinds() == ["s", "s", "d"]


async def test_a_change_read_twice_is_told_once(hub):
    page = a_member()
    await hub.join(page, nothing)
    for _ in range(2):
        hub.hear("era", 0, 11, [a_change(11, state="down")])
    await asyncio.sleep(0.05)
    assert page.wire.kinds() == ["s", "d"]
