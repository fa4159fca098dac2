"""deploy/nginx as it stands, started for real: before an echo, and before nobody."""

import contextlib
import json
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import servers
from tests.front import ROOT, Front, front

pytestmark = [pytest.mark.once("sqlite", "nginx before an echo"), pytest.mark.processes, pytest.mark.timeout(600)]


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent; a path may ask for another status."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = int(self.path.rpartition("answer=")[2] or 200) if "answer=" in self.path else 200
        body = json.dumps({"server": self.server.name, "headers": dict(self.headers.items())}).encode()
        self.send_response(status)
        self.send_header("Retry-After", "7")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        """Nobody reads it."""


@contextlib.contextmanager
def echo(name: str):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """Our nginx before two echoes, with a copy of the status page on disk."""
    snapshot = tmp_path_factory.mktemp("snapshot")
    snapshot.chmod(0o755)
    for name, text in {"index.html": "copy", "status/index.html": "copy", "api/v2/summary.json": '{"copy": 1}'}.items():
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_text(text)
    with (
        echo("pages") as pages,
        echo("sockets") as sockets,
        front(pages=pages, sockets=sockets, snapshot=snapshot) as it,
    ):
        yield it


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    """Our nginx with nobody behind it, and the copy."""
    snapshot = tmp_path_factory.mktemp("alone")
    (snapshot / "status").mkdir(parents=True)
    (snapshot / "status" / "index.html").write_text("copy")
    (snapshot / "api" / "v2").mkdir(parents=True)
    (snapshot / "api" / "v2" / "summary.json").write_text('{"copy": 1}')
    with front(pages=servers.free_port(), sockets=servers.free_port(), snapshot=snapshot) as it:
        yield it


def ask(door: Front, path: str, data: bytes | None = None, **headers: str):
    """(status, headers, body)."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(door.url + path, data=data, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=60, context=door.insecurely) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def heard(door: Front, path: str, **headers: str) -> dict:
    """What stood behind the door, and with which headers (lower case)."""
    said = json.loads(ask(door, path, **headers)[2])
    return {"server": said["server"], **{name.lower(): value for name, value in said["headers"].items()}}


def test_what_only_the_proxy_may_say_is_never_the_clients(door):
    lies = {
        "X_Forwarded_For": "9.9.9.9",
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_User": "root",
        "Remote_User": "root",
        "X_Remote_User": "root",
        "Daphne_Root_Path": "/x",
        "X_Original_Url": "/admin",
    }
    ours = {"x-forwarded-for", "x-forwarded-proto"}
    for path in ("/desk/", "/status/", "/ws/status/", "/status/stream/"):
        told = heard(door, path, **lies)
        assert told["x-forwarded-for"] == "127.0.0.1", path
        assert told["x-forwarded-proto"] == "https", path
        assert told["host"].startswith("localhost"), path
        assert not {name.lower().replace("_", "-") for name in lies} & set(told) - ours


@pytest.mark.parametrize(
    ("path", "server"),
    [
        ("/", "pages"),
        ("/desk/", "pages"),
        ("/status/", "pages"),
        ("/status/state.json", "pages"),
        ("/api/v1/tickets", "pages"),
        ("/ws/board/", "sockets"),
        ("/board/stream/", "sockets"),
        ("/status/stream/", "sockets"),
        ("/status/26010/stream/", "sockets"),
    ],
)
def test_sockets_and_streams_go_to_the_event_loop_and_all_else_to_the_workers(door, path, server):
    assert heard(door, path)["server"] == server


def test_an_upgrade_is_passed_on_and_other_connections_are_kept(door):
    assert heard(door, "/ws/board/", Upgrade="websocket", Connection="Upgrade")["upgrade"] == "websocket"
    assert heard(door, "/desk/").get("connection", "") in ("", "keep-alive")


def test_what_the_application_answers_passes_as_it_is(door):
    status, headers, body = ask(door, "/readyz?answer=503")
    assert status == 503 and headers["Retry-After"] == "7" and b"pages" in body
    assert ask(door, "/api/v1/tickets?answer=503", b"{}")[0] == 503
    assert ask(door, "/status/?answer=404")[0] == 404


def test_a_public_page_that_broke_is_answered_from_the_copy(door):
    status, headers, body = ask(door, "/status/?answer=500")
    assert (status, body) == (200, b"copy")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_without_workers_the_copy_answers_and_is_never_kept_for_long(lonely):
    status, headers, body = ask(lonely, "/status/")
    assert (status, body) == (200, b"copy")
    assert headers["Cache-Control"] == "no-cache"
    status, headers, body = ask(lonely, "/api/v2/summary.json")
    assert (status, body) == (200, b'{"copy": 1}')
    assert headers["Content-Type"].startswith("application/json")
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/tickets/new/", b"subject=x"),
        ("/status/outages/1/us-too/", b"x=1"),
        ("/monitoring/alertmanager/", b"{}"),
        ("/sms/twilio/status", b"x=1"),
        ("/desk/", None),
        ("/status/99999/", None),
        ("/board/stream/", None),
    ],
)
def test_without_workers_everything_else_is_told_to_come_back(lonely, path, data):
    status, headers, body = ask(lonely, path, data)
    assert status == 503
    assert headers["Retry-After"] == "30"
    assert headers["Cache-Control"] == "no-store"
    assert "yanıt veremiyoruz" in body.decode()


def test_the_way_to_plain_http_is_a_redirect():
    text = (ROOT / "deploy/nginx/nobet.conf").read_text(encoding="utf-8")
    assert "return 301 https://$host$request_uri;" in text


def test_the_configuration_is_whole(lonely):
    words = [servers.program("nginx"), "-t", "-c", f"{lonely.work}/nginx.conf", "-e", f"{lonely.work}/error.log"]
    checked = subprocess.run(words, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
