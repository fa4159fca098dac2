"""Pages for the tests of live: doors, and a browser that keeps the protocol's books."""

import threading
from contextlib import asynccontextmanager

from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import path

from foundation.live.consumers import LiveConsumer
from foundation.live.models import Event

PATIENCE = 60  # seconds a test waits for what must come; a busy machine is slow, not wrong


class PublicDoor(LiveConsumer):
    """Everyone hears what is said on the square."""

    public = True
    kind = "square"
    audience = "square"

    def snapshot(self):
        return {"things": latest_of("square")}


class WatchDoor(LiveConsumer):
    """Only those who keep the watch hear the board."""

    kind = "watch"
    audience = "watch"

    def allows(self):
        return self.person.keeps_the_watch

    def snapshot(self):
        return {"things": latest_of("watch")}


def latest_of(audience: str) -> dict:
    """What a page should show: the database's own word, id → values."""
    things: dict = {}
    for event in Event.objects.filter(audience=audience).order_by("id"):
        things.setdefault(event.object_id, {}).update(event.data)
    return things


doors = URLRouter([path("ws/square/", PublicDoor.as_asgi()), path("ws/watch/", WatchDoor.as_asgi())])


@asynccontextmanager
async def open_page(where: str, *, person=None, application=doors):
    """A connected communicator; its pages are closed and the poller is gone afterwards."""
    communicator = WebsocketCommunicator(application, where, headers=cookie_of(person) if person else [])
    connected, _ = await communicator.connect(timeout=PATIENCE)
    assert connected
    try:
        yield communicator
    finally:
        await communicator.disconnect(timeout=PATIENCE)


def session_of(person) -> str:
    client = Client()
    client.force_login(person)
    return client.session.session_key


def cookie_of(person) -> list:
    session_key = person if isinstance(person, str) else session_of(person)
    return [(b"cookie", f"sessionid={session_key}".encode())]


def await_pollers() -> None:
    """Until the threads that read this test's database are gone."""
    for thread in threading.enumerate():
        if thread.name == "live-poller":
            thread.join(timeout=PATIENCE)
            assert not thread.is_alive(), "a poller kept looking after its last page left"
