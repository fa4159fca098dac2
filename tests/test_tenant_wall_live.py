"""The tenant wall for what stays open: streams and sockets, walked by everyone of the cast."""

import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import AsyncClient, Client

from config.asgi import application
from tests.test_tenant_wall import REFUSED, revoke, sockets, streams
from tests.wall import EVERYONE, Socket, furnished
from tests.wall.walking import address, signed_in


@pytest.mark.parametrize("door", streams, ids=str)
@pytest.mark.django_db(transaction=True)
async def test_a_stream_admits_its_people_and_nobody_else(door):
    stage = await sync_to_async(furnished)()
    path = address(door, stage)
    for name in (door.admits[0], *EVERYONE):
        client = AsyncClient()
        await client.aforce_login(getattr(stage, name), backend=settings.AUTHENTICATION_BACKENDS[0])
        answer = await client.get(path)
        assert (answer.status_code == 200) == (name in door.admits), f"{name}: {answer.status_code}"
        assert name in door.admits or answer.status_code in REFUSED
    assert (await AsyncClient().get(path)).status_code in REFUSED


def cookie_of(client: Client) -> list[tuple[bytes, bytes]]:
    name = settings.SESSION_COOKIE_NAME
    return [(b"cookie", f"{name}={client.cookies[name].value}".encode())] if name in client.cookies else []


async def knock(path: str, client: Client) -> int | dict:
    """The code a socket was closed with, or the first frame it was told."""
    origin = (b"origin", settings.PUBLIC_BASE_URL.encode())
    talk = WebsocketCommunicator(application, path, headers=[origin, *cookie_of(client)])
    connected, _ = await talk.connect(timeout=5)
    assert connected, "a refused socket is accepted first, so that the code arrives"
    word = await talk.receive_output(timeout=5)
    if word["type"] == "websocket.close":
        return word["code"]
    await talk.disconnect()
    return json.loads(word["text"])


@pytest.mark.parametrize("socket", sockets, ids=str)
@pytest.mark.django_db(transaction=True)
async def test_a_socket_admits_its_people_and_nobody_else(socket: Socket):
    stage = await sync_to_async(furnished)()
    path = socket.path(stage)
    if socket.public:
        assert (await knock(path, Client()))["t"] == "s"
        return
    clients = {name: await sync_to_async(signed_in)(getattr(stage, name)) for name in EVERYONE}
    owner = socket.admits[0]
    assert (await knock(path, clients[owner]))["t"] == "s"
    for name in EVERYONE:
        heard = await knock(path, clients[name])
        assert isinstance(heard, dict) if name in socket.admits else heard == 4403, f"{name}: {heard}"
    assert await knock(path, Client()) == 4401
    await sync_to_async(revoke)(getattr(stage, owner))
    assert await knock(path, clients[owner]) in (4401, 4403)
