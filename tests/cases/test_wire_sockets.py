"""What the wire refuses: close codes, origins and floods, tried against the real server over real sockets."""

import asyncio
import socket
import time
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from foundation.accounts import people
from tests.cases.serving import a_house
from tests.cast import assemble
from tests.foundation.live.sockets import session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.long(40)]
PATIENCE = 30
PROMISED = 5.0  # seconds until a page that may no longer listen is closed


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as running:
        yield running
        assert "Traceback" not in running.said


async def closing_code(page) -> int:
    """Hears everything until the server closes; the code it gave."""
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await page.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


SAYINGS = {
    "nothing that is text": ([b"\x00"], 1003),
    "more than a page would say": (["x" * 5000], 1009),
    "more than the server reads": (["x" * 50_000], 1009),
    "too much at a time": (["{}"] * 40, 1008),
}


@pytest.mark.parametrize(("sayings", "code"), SAYINGS.values(), ids=SAYINGS)
async def test_the_code_of_a_refusal_arrives(house, sayings, code):
    async with connect(house.socket("/ws/status/")) as page:
        with suppress(ConnectionClosed):
            for saying in sayings:
                await page.send(saying)
        assert await closing_code(page) == code


@pytest.mark.parametrize("path", ["/ws/nothing/", "/ws/", "/ws/tickets/%00/", "/ws/status/1/", "/"])
async def test_an_address_that_is_none_says_4404(house, path):
    async with connect(house.socket(path)) as page:
        assert await closing_code(page) == 4404


async def test_4000_brackets_are_words_that_nobody_understood(house):
    async with connect(house.socket("/ws/status/")) as page:
        await page.send("[" * 4000)
        await page.send('{"t":"resume","e":"elsewhen","l":1}')
        heard = [await asyncio.wait_for(page.recv(), PATIENCE) for _ in range(3)]
    assert sum('"t":"s"' in frame for frame in heard) == 2, "it goes on to answer"


async def test_only_a_page_of_this_very_address_is_ours(house):
    ours = f"http://127.0.0.1:{house.port}"
    async with connect(house.socket("/ws/status/"), origin=ours) as page:
        assert await asyncio.wait_for(page.recv(), PATIENCE)
    for theirs in (f"https://127.0.0.1:{house.port}", "http://127.0.0.1:1", "http://127.0.0.1", "null"):
        with pytest.raises(InvalidStatus):
            await connect(house.socket("/ws/status/"), origin=theirs)


def a_new_password(person) -> None:
    person.set_password("a sentence nobody knows")
    person.save()


HARMS = {
    "a changed password": (lambda cast: a_new_password(cast.nermin), 1012),
    "a revoked person": (lambda cast: people.revoke(cast.nermin, by=cast.yonca), 4401),
}


@pytest.mark.parametrize(("harm", "code"), HARMS.values(), ids=HARMS)
async def test_who_may_no_longer_listen_is_closed_within_five_seconds(house, harm, code):
    cast = await sync_to_async(assemble)()
    cookie = {"Cookie": f"sessionid={await sync_to_async(session_of)(cast.nermin)}"}
    async with connect(house.socket("/ws/desk/"), additional_headers=cookie) as stranger:
        assert await closing_code(stranger) == 4403
    async with connect(house.socket("/ws/board/"), additional_headers=cookie) as page:
        await asyncio.wait_for(page.recv(), PATIENCE)
        began = time.monotonic()
        await sync_to_async(harm)(cast)
        assert await closing_code(page) == code
        assert time.monotonic() - began < PROMISED


FRAGMENT = b"\x00\x80mask"  # no FIN, continuation, masked, empty
FLOODS = {
    "fragments of one message": (b"\x01\x80mask", FRAGMENT),
    "messages": (b"", b"\x81\x80mask"),
    "pings": (b"", b"\x89\x80mask"),
}


@pytest.mark.parametrize(("first", "each"), FLOODS.values(), ids=FLOODS)
def test_200000_empty_frames_cost_next_to_nothing(house, first, each):
    with an_open_socket(house.port) as raw:
        before = house.processor_seconds()
        with suppress(OSError):  # closed while we still spoke
            raw.sendall(first + each * 200_000)
        assert ends(raw)
        assert house.processor_seconds() - before < 1.0


def an_open_socket(port: int) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    raw.sendall(
        f"GET /ws/status/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert raw.recv(200).startswith(b"HTTP/1.1 101")
    return raw


def ends(raw: socket.socket) -> bool:
    """Read until the server let go."""
    with suppress(ConnectionError):
        while raw.recv(65_536):
            pass
    return True
