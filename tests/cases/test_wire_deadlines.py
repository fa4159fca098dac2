"""The embedded server has deadlines of its own: who sends a byte now and then is closed."""

import socket
import time
from contextlib import suppress
from itertools import cycle

import pytest

from tests.cases.serving import a_house

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.long(20)]
DEADLINE = 2.0  # seconds; daphne looks every two
SLACK = 6.0
HOST = b"Host: 127.0.0.1\r\n"
# (sent at once, then byte by byte for ever)
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
DRIPS = {
    "a request line": (b"", b"GET /"),
    "headers": (b"GET /healthz HTTP/1.1\r\n" + HOST, b"X-A: b\r\n"),
    "the length of a chunk": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "what follows a chunk's length": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "a body": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n", b"x"),
}


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path, HEADERS_WITHIN=str(DEADLINE)) as running:
        yield running


@pytest.mark.parametrize("kind", DRIPS)
def test_who_sends_byte_by_byte_is_closed(house, kind):
    at_once, drip = DRIPS[kind]
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", house.port)) as client:
        client.sendall(at_once)
        assert is_closed_while_dripping(client, drip, within=DEADLINE + SLACK)
    assert time.monotonic() - began > DEADLINE / 2, "and not at once"


def is_closed_while_dripping(client: socket.socket, drip: bytes, *, within: float) -> bool:
    until = time.monotonic() + within
    client.settimeout(0.2)
    for byte in cycle(drip):
        if time.monotonic() > until:
            return False
        with suppress(TimeoutError):
            try:
                client.sendall(bytes([byte]))
                if not client.recv(1000):
                    return True
            except ConnectionError:
                return True
    return False


def test_who_is_quick_is_answered(house):
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as client:
        for _ in range(2):
            client.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")


# Read on the loop that serves everybody, 15 MB of fields stood the house still for 16 s.
def test_a_form_of_300000_fields_holds_nobody_up(house):
    before, body = house.processor_seconds(), PART * 300_000 + b"--x--\r\n"
    head = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert said(house, b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + head + body).startswith(b"HTTP/1.1 403")
    assert house.processor_seconds() - before < 4


def test_an_address_or_header_without_an_end_is_told_so(house):
    assert said(house, b"GET /" + b"a" * 20_000).startswith(b"HTTP/1.1 414")
    assert said(house, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20_000).startswith(b"HTTP/1.1 431")


def said(house, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", house.port), timeout=30) as client:
        client.sendall(request)
        return client.recv(1000)
