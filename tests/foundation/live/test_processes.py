"""Real servers, real sockets: across processes, without Redis, with a sick Redis, in a storm."""

import asyncio
import json
import random
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from tests import servers
from tests.foundation.live.pages import Page
from tests.foundation.live.processes import database, server
from tests.foundation.live.sockets import PATIENCE

pytestmark = [pytest.mark.long(80), pytest.mark.processes]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """The environment of a fresh database without Redis."""
    with database(tmp_path_factory.mktemp("stage")) as url:
        yield {"DATABASE_URL": url}


@contextmanager
def own_redis():
    """A Redis this test may stop and kill; yields its address and process."""
    port = servers.free_port()
    words = [servers.program("redis-server"), "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        servers.answers("127.0.0.1", port)
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.send_signal(signal.SIGCONT)
        servers.stop(process)


async def keep(page: Page, address: str):
    """A browser without a screen: listens, and asks for what it missed."""
    async with connect(address, max_size=None) as connection:
        async for text in connection:
            page.hear(text)
            if page.must_resume:
                await connection.send(page.resume_frame())


async def until(condition) -> None:
    """Waits for `condition()`; what never waits for a stalled or sick neighbour comes within `PATIENCE`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE, "it did not come to pass"
        await asyncio.sleep(0.01)


@contextmanager
def listening(*addresses):
    pages = [Page() for _ in addresses]
    tasks = [asyncio.ensure_future(keep(*pair)) for pair in zip(pages, addresses, strict=True)]
    try:
        yield pages
    finally:
        for task in tasks:
            task.cancel()


@contextmanager
def pair(environment, kind="daphne"):
    """A server in which one speaks, and a page open at another server."""
    with server(kind, environment) as one, server(kind, environment) as other, listening(other.socket) as [page]:
        yield one, page


async def say_and_hear(speaker, page, *values):
    """Each value is said in one process and heard by a page of another before the next is said."""
    for value in values:
        await asyncio.to_thread(speaker.say, 1, value)
        await until(lambda value=value: page.things.get("1", {}).get("value") == value)


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
async def test_two_processes_with_the_database_alone_agree(stage, kind):
    with pair(stage, kind) as (one, page):
        await until(lambda: page.snapshots)
        await say_and_hear(one, page, "alone", "still-alone")


async def test_where_redis_rings_the_other_process_hears_without_looking_by_itself(stage):
    with own_redis() as (redis, _process):
        environment = stage | {"REDIS_URL": redis, "STAGE_LOOK_PAUSE": "600"}
        with pair(environment) as (one, page):
            await until(lambda: page.snapshots)
            await say_and_hear(one, page, "rung", "rung-again", "and-again")


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_sick_redis_costs_a_look_and_holds_nobody_up(stage, harm):
    with own_redis() as (redis, process):
        environment = stage | {"REDIS_URL": redis, "STAGE_REDIS_PATIENCE": "600"}
        with pair(environment) as (one, page):
            await until(lambda: page.snapshots)
            await say_and_hear(one, page, "well")
            process.send_signal(harm)
            await say_and_hear(one, page, "sick", "still-sick")


@pytest.mark.parametrize("kind", ["daphne", "uvicorn"])
async def test_a_reader_that_stalls_delays_nobody(stage, kind):
    with server(kind, stage) as speaker, listening(*[speaker.socket] * 20) as pages:
        await until(lambda: all(page.snapshots for page in pages))
        with stalled_reader(speaker.port):
            for turn in "abc":
                await asyncio.to_thread(speaker.say, "big", turn * 1500)
                await until(lambda wanted=turn * 1500: all(shows(page, wanted) for page in pages))


def shows(page, value) -> bool:
    return page.things.get("big", {}).get("value") == value


@contextmanager
def stalled_reader(port):
    """A browser that opened the page and never reads again; its window is tiny."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    reader.connect(("127.0.0.1", port))
    reader.sendall(
        b"GET /ws/square/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    try:
        yield reader
    finally:
        reader.close()


async def test_after_a_restart_every_page_comes_back_and_equals_the_database(stage):
    port = servers.free_port()
    pages = [Page() for _ in range(150)]
    with server("daphne", stage, port=port) as first:
        tasks = [asyncio.ensure_future(come_back(page, first.socket)) for page in pages]
        await until(lambda: all(page.snapshots for page in pages))
        first.kill()
    with server("daphne", stage) as elsewhere:
        elsewhere.say("storm", "away")
    with server("daphne", stage, port=port) as second:
        await asyncio.to_thread(second.say, "storm", "after")
        truth = json.loads(await asyncio.to_thread(second.truth))
        await until(lambda: all(page.things == truth for page in pages))
        for task in tasks:
            task.cancel()


async def come_back(page, address):
    """What live.js does: open, listen, and after a loss try again with full jitter."""
    while True:
        with suppress(OSError, ConnectionClosed, InvalidMessage):
            await keep(page, address)
        await asyncio.sleep(2 * random.random())
