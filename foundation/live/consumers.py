"""The socket: a doorkeeper. The hub of its audience does the talking."""

import json
import time
from contextlib import suppress

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from foundation.live.access import NOT_FOUND, SocketAccess
from foundation.live.hubs import Hub, Member
from foundation.live.metrics import ws_connections
from foundation.live.poller import event_poller
from foundation.live.revocation import Listener
from foundation.live.transports import wire_to

UNSUPPORTED = 1003
FLOOD = 1008
TOO_BIG = 1009
LARGEST = 4096  # bytes a page may say at once; a resume is under 100
MANY, MOMENT = 30, 10.0  # frames a page may say in so many seconds


class LiveConsumer(SocketAccess, AsyncWebsocketConsumer):
    """One open page. Subclass it with `audience`, `allows` and `snapshot` (see `SocketAccess`).

    class BoardSocket(LiveConsumer):
        kind = "board"
        audience = audiences.BOARD

        def allows(self):
            return self.person.keeps_the_watch

        def snapshot(self):
            return {"nodes": [...]}

    sockets = [path("ws/board/", BoardSocket.as_asgi())]
    """

    hub: Hub | None = None
    member: Member | None = None
    said_since: float = 0.0
    said: int = 0

    async def __call__(self, scope, receive, send) -> None:
        """One message after the other, without the task and thread hops that channel layers need."""
        self.scope, self.base_send = scope, send
        try:
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            self.leave()

    async def dispatch(self, message) -> None:
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        await self.accept()  # first, so that a refusal's code arrives
        refusal, listener = await self._ask()
        if refusal is not None:
            await self.close(refusal)
            return
        self.hub = event_poller().hub_for(self.audience)
        self.member = Member(wire_to(self.base_send), self.close, listener)
        ws_connections.labels(self.kind).inc()
        await self.hub.join(self.member, self.read_state)

    async def _ask(self) -> tuple[int | None, Listener | None]:
        if self.public and type(self).allows is SocketAccess.allows:
            self.recognise_scope(self.scope)  # reads no database, so spares the thread
            return None, None
        return await database_sync_to_async(self._examine)()

    def _examine(self) -> tuple[int | None, Listener | None]:
        self.recognise_scope(self.scope)
        refusal = self.refusal()
        return refusal, None if refusal else self.listener()

    async def read_state(self) -> dict:
        return await database_sync_to_async(self.snapshot)()

    async def receive(self, text_data=None, bytes_data=None) -> None:
        if text_data is None:
            await self.close(UNSUPPORTED)
        elif len(text_data) > LARGEST:
            await self.close(TOO_BIG)
        elif self._floods():
            await self.close(FLOOD)
        elif self.hub and self.member and (seen := last_seen(text_data)):
            await self.hub.resume(self.member, *seen, self.read_state)

    def _floods(self) -> bool:
        at = time.monotonic()
        if at - self.said_since > MOMENT:
            self.said_since, self.said = at, 0
        self.said += 1
        return self.said > MANY

    async def close(self, code=None, reason=None) -> None:
        self.leave()
        await super().close(code, reason)

    def leave(self) -> None:
        """Stop listening. Harmless when repeated."""
        if self.member is None or self.hub is None:
            return
        self.hub.leave(self.member)
        event_poller().close_empty(self.hub)
        ws_connections.labels(self.kind).dec()
        self.member = None


async def nowhere(scope, receive, send) -> None:
    """The socket of every address that is none: accepted first, so that the code arrives."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NOT_FOUND})


def last_seen(text: str) -> tuple[str, int] | None:
    """Epoch and number of a resume frame; None for anything else."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):  # 4,000 times "[" is JSON that nobody says
        return None
    if not isinstance(frame, dict) or frame.get("t") != "resume":
        return None
    epoch, last = frame.get("e"), frame.get("l")
    if not isinstance(epoch, str) or not isinstance(last, int):
        return "", 0
    return epoch, last
