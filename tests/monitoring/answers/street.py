"""A server that sends each answer byte for byte as it was drawn, and notes what it was asked."""

import asyncio
import socket
import struct
import threading
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

HOST = "127.0.0.1"
CLOSE, RESET, HOLD = "close", "reset", "hold"


@dataclass
class Reply:
    """Pieces with a pause between them, and what happens to the connection then."""

    pieces: list[bytes]
    pause: float = 0.0
    ending: str = CLOSE


@dataclass
class Case:
    """One drawn answer (several where it redirects), by what follows the case's own number in the path."""

    kind: str
    replies: dict[str, Reply]
    rules: dict = field(default_factory=dict)
    theirs: dict = field(default_factory=dict)  # of blackbox_exporter's module alone
    labels: set[str] = field(default_factory=set)  # what is odd about it
    start: str = ""
    slow: bool = False


class RawStreet:
    """Serves all cases on one port, in a thread of its own. `asked` holds the requests, by who asked and case."""

    def __init__(self, port: int) -> None:
        self.port, self.cases = port, dict[int, Case]()
        self.asked: dict[tuple[str, int], list[bytes]] = {}
        self.loop, self.is_open = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self.live()], daemon=True)

    def open(self) -> None:
        self.thread.start()
        assert self.is_open.wait(10)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.leaving.set)
        self.thread.join(5)

    async def live(self) -> None:
        self.leaving = asyncio.Event()
        await asyncio.start_server(self.serve, HOST, self.port, limit=1 << 20, backlog=1000)
        self.is_open.set()
        await self.leaving.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            who, number, rest = self.address(head)
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
            self.asked.setdefault((who, number), []).append(head + body)
            replies = self.cases[number].replies
            has_cookie = b"\r\ncookie:" in head.lower()
            await self.say(replies.get(rest + "?with-cookie" * has_cookie) or replies[rest], reader, writer)
        except (OSError, asyncio.IncompleteReadError, KeyError, ValueError, IndexError):
            pass
        finally:
            writer.close()

    def asked_for(self, who: str, number: int) -> list[tuple[str, str, bytes]]:
        """Method, place and body of each request of one probe."""
        out = []
        for request in self.asked.get((who, number), []):
            method, path, _version = request.split(b"\r\n")[0].split(b" ", 2)
            place = unquote_to_bytes(path).decode().split("/", 3)[3:]
            out.append((method.decode(), "".join(place), request.partition(b"\r\n\r\n")[2]))
        return out

    def address(self, head: bytes) -> tuple[str, int, str]:
        """Who asks ("u" for us, "b" for blackbox_exporter), for which case, and what follows."""
        _method, path, _version = head.split(b"\r\n")[0].split(b" ", 2)
        _empty, who, number, *rest = path.decode().split("/", 3)
        return who, int(number), rest[0] if rest else ""

    async def say(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        who_left = asyncio.ensure_future(reader.read())
        who_left.add_done_callback(lambda reading: reading.cancelled() or reading.exception())
        for number, piece in enumerate(reply.pieces):
            if number:
                await asyncio.wait([who_left], timeout=reply.pause)
            writer.write(piece)
            await writer.drain()
        if reply.ending == HOLD:
            await asyncio.wait([who_left], timeout=10)
        elif reply.ending == RESET:
            await asyncio.wait([who_left], timeout=0.05)  # what was said has arrived before the reset does
            taken = writer.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        who_left.cancel()
