"""The same audiences without a socket: an event stream, and JSON to ask for again and again."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from foundation import now
from foundation.live import frames, numbering
from foundation.live.access import NOT_SIGNED_IN, SocketAccess
from foundation.live.frames import Frame
from foundation.live.hubs import Member, milliseconds
from foundation.live.models import Era, Event, ProbeCycle
from foundation.live.poller import event_poller
from foundation.live.revocation import Listener

PAGE_AGE = 1.0  # seconds for which all askers of a process share one answer
COME_BACK = (1_000, 15_000)  # milliseconds after which a reader of a broken stream opens it again
MOST_PAGES = 2000  # answers a process keeps: one for every municipality, and some


@dataclass(frozen=True)
class PolledPage:
    """What everyone who asks within a second is answered."""

    read_at: float
    etag: str
    body: bytes
    probed_ms: int | None


_pages: dict[str, PolledPage] = {}
_reading = threading.Lock()


def poll_view(keeper_class: type[SocketAccess]) -> Callable[..., HttpResponse]:
    """A view that answers the snapshot frame as JSON, or 304 when nothing was said since.

    Readers cost no query: a process asks the database at most once a second for each
    audience, and writes the snapshot anew only when something was said in it.
    `X-Live-Now` and `X-Live-Probed` carry what a head carries, in milliseconds.
    """

    @require_safe
    def poll(request, **kwargs) -> HttpResponse:
        keeper, refused = at_the_door(keeper_class, request, kwargs)
        if refused:
            return refused
        page = page_of(keeper)
        response = HttpResponse(page.body, content_type="application/json")
        if page.etag in request.headers.get("If-None-Match", ""):
            response = HttpResponse(status=304)
        response["ETag"] = page.etag
        response["X-Live-Now"] = milliseconds(now())
        response["X-Live-Probed"] = page.probed_ms or ""
        patch_cache_control(response, public=keeper.public, private=not keeper.public, max_age=0, must_revalidate=True)
        return response

    return poll


def at_the_door(keeper_class: type[SocketAccess], request, kwargs) -> tuple[SocketAccess, HttpResponse | None]:
    keeper = keeper_class()
    keeper.recognise_request(request, kwargs)
    refusal = keeper.refusal()
    if refusal is None:
        return keeper, None
    return keeper, HttpResponse(status=401 if refusal == NOT_SIGNED_IN else 403)


def page_of(keeper: SocketAccess) -> PolledPage:
    page = _pages.get(keeper.audience)
    if page and time.monotonic() - page.read_at < PAGE_AGE:
        return page
    with _reading:
        page = _pages.get(keeper.audience)
        if page and time.monotonic() - page.read_at < PAGE_AGE:
            return page
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        _pages[keeper.audience] = read_page(keeper, page)
        return _pages[keeper.audience]


def read_page(keeper: SocketAccess, old: PolledPage | None) -> PolledPage:
    """Look once; the snapshot is read only if something was said since `known`."""
    read_at = time.monotonic()
    numbering.number_waiting()
    era = Era.objects.current()
    events = Event.objects.filter(audience=keeper.audience, number__lte=era.head).order_by("-number")
    etag = f'"{era.epoch}-{events.values_list("number", flat=True).first() or 0}"'
    probed = ProbeCycle.objects.filter(pk=ProbeCycle.ONLY).first()
    if old and old.etag == etag:
        body = old.body
    else:
        body = frames.snapshot(era.epoch, era.head, keeper.snapshot()).text.encode()
    return PolledPage(read_at, etag, body, milliseconds(probed.ended_at) if probed else None)


class StreamWire:
    """The way to a reader of the event stream: what is written waits until the server takes it."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.written = asyncio.Event()
        self.closed = False

    def write(self, frame: Frame) -> None:
        self.waiting.append(f"data: {frame.text}\n\n".encode())
        self.written.set()

    def backlog(self) -> int:
        return sum(map(len, self.waiting))

    async def close(self, code: int) -> None:
        self.closed = True
        self.written.set()

    async def lines(self) -> AsyncIterator[bytes]:
        while not self.closed:
            await self.written.wait()
            self.written.clear()
            taken, self.waiting = self.waiting, []
            for line in taken:
                yield line


def stream_view(keeper_class: type[SocketAccess]) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
    """A view that speaks the socket's frames as server-sent events. For ASGI servers;
    any other answers 501, and the page goes on to poll."""

    async def stream(request, **kwargs) -> HttpResponseBase:
        if not isinstance(request, ASGIRequest):
            return HttpResponse(status=501, headers={"Cache-Control": "private, no-store"})
        keeper, refused = await sync_to_async(at_the_door)(keeper_class, request, kwargs)
        if refused:
            return refused
        listener = await sync_to_async(keeper.listener)()
        response = StreamingHttpResponse(told(keeper, listener), content_type="text/event-stream")
        response["Cache-Control"] = "no-cache" if keeper.public else "private, no-store"
        response["X-Accel-Buffering"] = "no"
        response["Content-Encoding"] = "identity"  # else every line is a gzip of its own, and browsers read one
        return response

    return stream


async def told(keeper: SocketAccess, listener: Listener | None) -> AsyncIterator[str | bytes]:
    """Join the hub for as long as someone reads."""
    yield f"retry: {random.randrange(*COME_BACK)}\n\n"
    wire = StreamWire()
    hub = event_poller().hub_for(keeper.audience)
    member = Member(wire, wire.close, listener)
    try:
        await hub.join(member, sync_to_async(keeper.snapshot))
        async for line in wire.lines():
            yield line
    finally:
        hub.leave(member)
        event_poller().close_empty(hub)
