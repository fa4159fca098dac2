"""Pages of other sites may not open our sockets; programs, which send no Origin, may knock."""

import pytest
from channels.testing import WebsocketCommunicator

from config.serving.origins import OwnPages


async def greeter(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ([], True),
        ([(b"origin", b"http://127.0.0.1:8000")], True),
        ([(b"origin", b"http://localhost:8000"), (b"host", b"localhost:8000")], True),
        ([(b"origin", b"https://localhost"), (b"host", b"localhost"), (b"x-forwarded-proto", b"https")], True),
        ([(b"origin", b"https://elsewhere.example")], False),
        ([(b"origin", b"https://elsewhere.example"), (b"host", b"elsewhere.example")], False),
        ([(b"origin", b"http://127.0.0.1:9000"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"https://127.0.0.1:8000"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"http://127.0.0.1"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"http://localhost:8000"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"http://a.127.0.0.1:8000"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"http://127.0.0.1:port"), (b"host", b"127.0.0.1:8000")], False),
        ([(b"origin", b"null")], False),
        ([(b"origin", b"garbage\xff")], False),
    ],
)
async def test_who_may_knock(headers, let_in):
    knock = WebsocketCommunicator(OwnPages(greeter), "/ws/status/", headers=headers)
    connected, _ = await knock.connect()
    assert connected is let_in
    await knock.disconnect()
