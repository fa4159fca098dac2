"""`manage.py serve` as an operator meets it: a real process, real sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.long(25),
    pytest.mark.once("sqlite", "a server of its own, on a file of its own"),
    pytest.mark.processes,
]
ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).status == 200
    except OSError:
        return False


@contextmanager
def a_server(tmp_path: Path):
    port = free_port()
    env = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'serve.sqlite3'}", "PORT": str(port), "REDIS_URL": ""}
    process = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not answers(port) and time.monotonic() < until:
            time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_everything_stops_within_five_seconds(tmp_path, sign):
    with a_server(tmp_path) as (process, port):
        assert answers(port)
        started = time.monotonic()
        process.send_signal(sign)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - started < 5


def test_a_hanging_request_does_not_hold_up_the_stop(tmp_path):
    with a_server(tmp_path) as (process, port), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
        started = time.monotonic()
        process.terminate()
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - started < 5


def test_a_body_without_end_is_turned_away_and_forgotten(tmp_path):
    with a_server(tmp_path) as (process, port):
        before = resident_megabytes(process.pid)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            answer = pour(client, megabytes=60)
        assert answer.startswith(b"HTTP/1.1 413")
        assert resident_megabytes(process.pid) - before < 60
        assert answers(port)


def test_a_path_prefix_from_a_client_moves_nothing(tmp_path):
    with a_server(tmp_path) as (_, port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/x/healthz", headers={"Daphne-Root-Path": "/x"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert refused.value.read() != b"ok\n"


def pour(client: socket.socket, *, megabytes: int) -> bytes:
    """Send chunks until the server has had enough; what it answered."""
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    try:
        for _ in range(megabytes):
            client.sendall(chunk)
    except OSError:
        pass
    try:
        return client.recv(200)
    except OSError:
        return b""


def resident_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
