"""A Sentry that only listens: a real HTTP server that keeps every envelope it is sent."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli


class SentrySink:
    """`with SentrySink() as sink:` then `sink.dsn`, `sink.wait_for(n)`, `sink.everything()`."""

    def __init__(self):
        self.envelopes: list[bytes] = []
        sink = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                sink.envelopes.append(unpacked(self))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)

    def __enter__(self) -> "SentrySink":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server.server_address[1]}/1"

    def wait_for(self, number: int, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while len(self.items()) < number:
            assert time.monotonic() < deadline, f"{len(self.items())} of {number} events arrived"
            time.sleep(0.02)

    def items(self) -> list[dict]:
        """The events and transactions that arrived, oldest first."""
        found = []
        for envelope in self.envelopes:
            lines = envelope.split(b"\n")
            found += [json.loads(body) for body in lines[2::2] if body]
        return found

    def everything(self) -> str:
        """All that ever left, headers of envelopes included, JSON escapes resolved."""
        texts = []
        for envelope in self.envelopes:
            for line in envelope.split(b"\n"):
                texts.append(line.decode(errors="replace"))
                if line:
                    texts.append(json.dumps(json.loads(line), ensure_ascii=False))
        return "\n".join(texts)


def unpacked(request: BaseHTTPRequestHandler) -> bytes:
    """The request's body without chunks and compression."""
    body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
    match request.headers.get("Content-Encoding"):
        case "gzip":
            return gzip.decompress(body)
        case "br":
            return brotli.decompress(body)
    return body
