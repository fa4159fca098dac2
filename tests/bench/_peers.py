"""What live pages are measured against: bare `websockets.broadcast`, and channels' group_send.

`python -m tests.bench._peers PORT` is the bare server; `tests.bench._peers:application`
the textbook consumer. Both say the message of `GET /say/<mark>/` to every open socket.
"""

import asyncio
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.foundation.live.stage_settings")

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from websockets.asyncio.server import broadcast, serve  # noqa: E402

GROUP = "bench"


def message(mark: str) -> dict:
    """About as long as our delta of one change."""
    return {"t": "d", "e": "bench", "f": 1, "l": 1, "n": [{"k": "thing", "i": "1", "v": {"value": mark}}]}


class Textbook(AsyncWebsocketConsumer):
    """The consumer of the channels tutorial."""

    async def connect(self):
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def news(self, event):
        await self.send(text_data=json.dumps(event["content"]))


async def say_to_group(scope, receive, send):
    mark = scope["path"].split("/")[-2]
    await get_channel_layer().group_send(GROUP, {"type": "news", "content": message(mark)})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"said"})


application = ProtocolTypeRouter({"http": say_to_group, "websocket": Textbook.as_asgi()})


async def bare(port: int) -> None:
    connections = set()

    def say(connection, request):
        if not request.path.startswith("/say/"):
            return None
        broadcast(connections, json.dumps(message(request.path.split("/")[-2])))
        return connection.respond(200, "said")

    async def stay(connection):
        connections.add(connection)
        await connection.wait_closed()
        connections.discard(connection)

    async with serve(stay, "127.0.0.1", port, process_request=say, compression=None, ping_interval=None):
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(bare(int(sys.argv[1])))
