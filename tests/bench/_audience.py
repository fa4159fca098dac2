"""Many browsers in one process: `python -m tests.bench._audience PORT COUNT`.

Opens COUNT sockets, and one that never reads (then another), prints "open"; then, for each
mark that has reached all of them, "<mark> <seconds from the first to the last>".
"""

import asyncio
import socket
import sys
import time
from collections import Counter

HANDSHAKE = (
    b"GET /ws/square/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MARK, MARK_LENGTH = b"MARK", 8
PING, PONG = 9, 10  # RFC 6455 section 5.2
AT_ONCE = 100  # handshakes in flight
STALLS_FOR = 15.0  # seconds; ours closes it after two heads, and another comes


class Room:
    """Counts which mark reached how many sockets."""

    def __init__(self, count: int):
        self.count = count
        self.heard: Counter = Counter()
        self.first: dict[bytes, float] = {}

    def hears(self, mark: bytes) -> None:
        self.heard[mark] += 1
        self.first.setdefault(mark, time.monotonic())
        if self.heard[mark] == self.count:
            print(mark.decode(), time.monotonic() - self.first[mark], flush=True)


class Browser(asyncio.Protocol):
    """Reads frames, answers pings, and tells the room about marks."""

    def __init__(self, room: Room):
        self.room = room
        self.open = asyncio.get_running_loop().create_future()
        self.unread = b""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(HANDSHAKE)

    def data_received(self, data):
        data = self.unread + data
        if not self.open.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.unread = head
                return
            self.open.set_result(None)
        while frame := parsed(data):
            opcode, payload, data = frame
            if opcode == PING:
                self.transport.write(bytes((0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
            elif b'"t":"s"' not in payload and (at := payload.find(MARK)) >= 0:
                self.room.hears(payload[at : at + MARK_LENGTH])
        self.unread = data


def parsed(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode and payload of the first whole frame, and what follows it."""
    if len(data) < 2:
        return None
    start, size = 2, data[1]
    if size >= 126:
        start = 4 if size == 126 else 10
        size = int.from_bytes(data[2:start])
    if len(data) < start + size:
        return None
    return data[0] & 0x0F, data[start : start + size], data[start + size :]


async def stall(port: int) -> None:
    """There is always one browser in the room that does not read; its window is tiny."""
    while True:
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            reader.setblocking(False)
            await asyncio.get_running_loop().sock_connect(reader, ("127.0.0.1", port))
            reader.send(HANDSHAKE)
            await asyncio.sleep(STALLS_FOR)


async def main(port: int, count: int) -> None:
    loop, room = asyncio.get_running_loop(), Room(count)
    stalled = asyncio.ensure_future(stall(port))
    for start in range(0, count, AT_ONCE):
        group = range(start, min(start + AT_ONCE, count))
        pairs = [await loop.create_connection(lambda: Browser(room), "127.0.0.1", port) for _ in group]
        await asyncio.gather(*[browser.open for _, browser in pairs])
    print("open", flush=True)
    await stalled


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
