"""Without a socket: polled JSON that costs no query, and the event stream."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import path

from foundation.live import live, views
from foundation.live.poller import event_poller
from tests.cast import assemble
from tests.foundation.live.pages import Page
from tests.foundation.live.sockets import PATIENCE, PublicDoor, WatchDoor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.foundation.live.test_views")]

urlpatterns = [
    path("square.json", views.poll_view(PublicDoor)),
    path("square/stream/", views.stream_view(PublicDoor)),
    path("watch.json", views.poll_view(WatchDoor)),
    path("watch/stream/", views.stream_view(WatchDoor)),
]
handler403, handler404 = "config.errors.forbidden", "config.errors.not_found"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    views._pages.clear()
    monkeypatch.setattr(views, "PAGE_AGE", 0.0)


def test_the_answer_is_the_snapshot_frame():
    live.announce("square", "thing", 1, {"state": "down"})
    page = Page()
    page.hear(Client().get("/square.json").content)
    assert page.things == {"1": {"state": "down"}}


def test_nothing_new_is_304_and_news_is_200():
    client = Client()
    etag = client.get("/square.json")["ETag"]
    assert client.get("/square.json", headers={"If-None-Match": etag}).status_code == 304

    live.announce("watch", "thing", 1, {})
    assert client.get("/square.json", headers={"If-None-Match": etag}).status_code == 304

    live.announce("square", "thing", 1, {"state": "down"})
    answer = client.get("/square.json", headers={"If-None-Match": etag})
    assert answer.status_code == 200 and answer["ETag"] != etag


def test_a_thousand_readers_cost_the_queries_of_one(django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(views, "PAGE_AGE", 60.0)
    client = Client()
    with django_assert_max_num_queries(12):
        for _ in range(100):
            client.get("/square.json")


def test_the_private_door_says_who_is_refused():
    cast = assemble()
    client = Client()
    assert client.get("/watch.json").status_code == 401
    client.force_login(cast.selim)
    assert client.get("/watch.json").status_code == 403
    client.force_login(cast.nermin)
    answer = client.get("/watch.json")
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]


async def test_the_stream_tells_what_a_socket_is_told():
    answer = await AsyncClient().get("/square/stream/")
    page, has_heard = Page(), asyncio.Event()

    async def read():
        async for line in answer:
            field, _, said = line.decode().partition(": ")
            if field == "retry":
                continue
            page.hear(said)
            if page.things == {"1": {"state": "down"}}:
                has_heard.set()

    reader = asyncio.ensure_future(read())
    await sync_to_async(live.announce)("square", "thing", 1, {"state": "down"})
    await asyncio.wait_for(has_heard.wait(), PATIENCE)
    reader.cancel()  # what Django does when the reader is gone
    await asyncio.gather(reader, return_exceptions=True)
    assert page.snapshots == 1
    assert event_poller().hubs == {}


async def test_the_stream_is_not_packed_for_no_browser_unpacks_line_by_line():
    answer = await AsyncClient().get("/square/stream/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "identity"
    assert (await anext(aiter(answer))).startswith(b"retry: ")
    await answer.streaming_content.aclose()


async def test_the_stream_refuses_whom_the_socket_refuses():
    assert (await AsyncClient().get("/watch/stream/")).status_code == 401


def test_a_server_without_an_event_loop_sends_the_page_on():
    assert Client().get("/square/stream/").status_code == 501
