"""A clamd that knows one bad word: INSTREAM over TCP, as clamd(8) describes it."""

import socketserver
import struct
import threading
from contextlib import suppress

BAD = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class Clamd:
    """`with Clamd() as scanner:` then `scanner.address`, `scanner.asked`; `scanner.says` overrides its answer."""

    def __init__(self):
        self.asked: list[bytes] = []
        self.says: bytes | None = None
        scanner = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self):
                with suppress(OSError, struct.error):
                    assert self.rfile.read(10) == b"zINSTREAM\0"
                    content = b""
                    while length := struct.unpack(">I", self.rfile.read(4))[0]:
                        content += self.rfile.read(length)
                    scanner.asked.append(content)
                    self.wfile.write(scanner.answer_to(content) + b"\0")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self.server.daemon_threads = True

    def answer_to(self, content: bytes) -> bytes:
        if self.says is not None:
            return self.says
        return b"stream: Eicar-Signature FOUND" if BAD in content else b"stream: OK"

    def __enter__(self) -> "Clamd":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server.server_address[1]}"
