"""A stand-in for Twilio's Messages, with state and faults, over real sockets.

`python -m tests.standins.twilio --port 8139` runs it alone. It answers as the v2010 API
does: unique SIDs, a queue per sender, statuses that progress with signed callbacks,
lists with filters and pages. Faults strike by recipient or by chance. Its *ledger*
says what was really accepted, and is the judge of every test that sends.

Controls (JSON): GET /_/ledger, /_/count · POST /_/controls · POST /_/inbound · POST /_/reset
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

ROOT = Path(__file__).resolve().parent.parent.parent
ACCOUNT = "AC" + "0" * 32
TOKEN = "stand-in-token"
TURNS = 20  # of the loop: more than it takes from a connection in the queue to its request in our hands
QUEUE = 1024  # connections that wait to be taken: one that is turned away at the door comes seconds later
REFUSING = {"timeout", "429", "500"}
SYNC_CODES = {"21211": 400, "21408": 403, "21606": 400, "21610": 400, "21611": 400, "21614": 400, "20003": 401}


@dataclass
class Controls:
    """What goes wrong, and how fast things go.

    `faults`: chance of each fault per request (timeout, drop_reply, 429, 500,
    500_accepted, slow: accepted `slow_by` seconds after it was asked); `by_suffix`: last
    digits of a recipient → a fault, a synchronous
    code, or "async:CODE" for a message that fails later; `callbacks`: chances of
    dropped, doubled, reversed, and seconds of lateness.
    """

    latency: float = 0.0
    step: float = 0.02
    per_second: float = 0.0
    retry_after: int = 1
    slow_by: float = 3.0
    seed: str = "nobet"
    look_up: str = "ok"
    callbacks_on: bool = True
    faults: dict[str, float] = field(default_factory=dict)
    by_suffix: dict[str, str] = field(default_factory=dict)
    callbacks: dict[str, float] = field(default_factory=dict)


@dataclass
class Sent:
    """One accepted message, as the list shows it."""

    sid: str
    to: str
    sender: str
    body: str
    created: datetime
    callback: str
    listed_from: float  # on the monotonic clock
    status: str = "queued"
    error_code: int | None = None
    sent: datetime | None = None

    def shown(self) -> dict:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "messaging_service_sid": None,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "num_segments": "1",
            "num_media": "0",
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "error_code": self.error_code,
            "error_message": None,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


class StandIn:
    """The account: its messages in the order they were accepted, and its bad habits."""

    def __init__(self):
        self.controls = Controls()
        self.messages: dict[str, Sent] = {}
        self.by_number: defaultdict[str, list[Sent]] = defaultdict(list)
        self.requests: Counter[str] = Counter()
        self.free_at: dict[str, float] = {}
        self.tasks: set[asyncio.Task] = set()
        self.session: aiohttp.ClientSession | None = None

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        account = "/2010-04-01/Accounts/{account}"
        app.router.add_post(account + "/Messages.json", self.create)
        app.router.add_get(account + "/Messages.json", self.listed)
        app.router.add_get(account + "/Messages/{sid}.json", self.fetch)
        app.router.add_get("/_/ledger", self.ledger)
        app.router.add_get("/_/count", self.count)
        app.router.add_post("/_/controls", self.control)
        app.router.add_post("/_/inbound", self.inbound)
        app.router.add_post("/_/reset", self.reset)
        app.cleanup_ctx.append(self._session)
        return app

    async def _session(self, app):
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=8))
        yield
        for task in list(self.tasks):
            task.cancel()
        await self.session.close()

    # --- What Twilio does -------------------------------------------------
    async def create(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        to = str(form.get("To", ""))
        self.requests[to] += 1
        known = self._knows(request)
        fault = self._fault(to) if known else ""
        message = self._accept(form, fault) if known and fault not in (*SYNC_CODES, *REFUSING) else None
        if self.controls.latency:
            await asyncio.sleep(self.controls.latency)
        if message is None:
            return await self._refusal(fault) if known else refusal(401, "20003", "Authenticate")
        await asyncio.sleep(max(0.0, message.listed_from - time.monotonic()))
        self._spawn(self._progress(message, fault.removeprefix("async:") if fault.startswith("async:") else ""))
        if fault == "drop_reply" and request.transport is not None:
            request.transport.abort()
        if fault == "500_accepted":
            return refusal(500, "20500", "accepted all the same")
        return web.json_response(message.shown(), status=201)

    async def _refusal(self, fault: str) -> web.Response:
        if fault == "timeout":
            await asyncio.sleep(60)
            return web.Response(status=504)
        if fault == "429":
            return refusal(429, "20429", "Too Many Requests", {"Retry-After": str(self.controls.retry_after)})
        if fault == "500":
            return refusal(500, "20500", "not accepted")
        return refusal(SYNC_CODES[fault], fault, "as told")

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return given == aiohttp.encode_basic_auth(ACCOUNT, TOKEN)

    def _fault(self, to: str) -> str:
        for suffix, fault in self.controls.by_suffix.items():
            if to.endswith(suffix):
                return fault
        chance = random.Random(f"{self.controls.seed}:{to}:{self.requests[to]}").random()
        for fault, share in self.controls.faults.items():
            if chance < share:
                return fault
            chance -= share
        return ""

    def _accept(self, form, fault: str) -> Sent:
        """Kept, and unless it is slow listed, from the moment it was read: nobody who asks later hears otherwise."""
        message = Sent(
            sid="SM" + uuid4().hex,
            to=str(form["To"]),
            sender=str(form.get("From") or form.get("MessagingServiceSid") or ""),
            body=str(form.get("Body", "")),
            created=datetime.now(UTC).replace(microsecond=0),
            callback=str(form.get("StatusCallback", "")),
            listed_from=time.monotonic() + (self.controls.slow_by if fault == "slow" else 0.0),
        )
        self.messages[message.sid] = message
        self.by_number[message.to].append(message)
        return message

    async def listed(self, request: web.Request) -> web.Response:
        if self.controls.look_up != "ok":
            return refusal(503, "20503", "list is out of order")
        await self._read_what_has_come()
        wanted = request.query
        size, page = int(wanted.get("PageSize", 50)), int(wanted.get("Page", 0))
        held = self.by_number[wanted["To"]] if "To" in wanted else list(self.messages.values())
        there = [message for message in reversed(held) if message.listed_from <= time.monotonic()]
        rows = [message for message in there if matches(message, wanted)]
        part = rows[page * size : (page + 1) * size]
        more = {**wanted, "Page": str(page + 1), "PageSize": str(size), "PageToken": f"P{page + 1}"}
        uri = f"{request.path}?{urlencode(more)}" if len(rows) > (page + 1) * size else None
        return web.json_response(
            {
                "messages": [message.shown() for message in part],
                "page": page,
                "page_size": size,
                "next_page_uri": uri,
                "first_page_uri": request.path,
                "previous_page_uri": None,
                "uri": request.path_qs,
                "start": page * size,
                "end": page * size + len(part),
            }
        )

    async def _read_what_has_come(self) -> None:
        """A list holds what reached us before it was asked for, however long the machine let nobody read."""
        for _turn in range(TURNS):
            await asyncio.sleep(0)

    async def fetch(self, request: web.Request) -> web.Response:
        if self.controls.look_up != "ok":
            return refusal(503, "20503", "out of order")
        message = self.messages.get(request.match_info["sid"])
        return web.json_response(message.shown()) if message else refusal(404, "20404", "not found")

    async def _progress(self, message: Sent, later: str) -> None:
        """queued → sending → sent → delivered, or failed with the code it was told."""
        await asyncio.sleep(self._queue_for(message.sender) + self.controls.step)
        states = ["sending", "sent", "undelivered" if later else "delivered"]
        if self._happens(message, "reversed"):
            states.reverse()
        for state in states:
            message.status = state
            if state == "sent":
                message.sent = datetime.now(UTC)
            if state == "undelivered":
                message.error_code = int(later)
            await self._report(message, state)
            await asyncio.sleep(self.controls.step)
        message.status = "undelivered" if later else "delivered"  # in whatever order it was reported

    def _queue_for(self, sender: str) -> float:
        if not self.controls.per_second:
            return 0.0
        begins = max(time.monotonic(), self.free_at.get(sender, 0.0))
        self.free_at[sender] = begins + 1 / self.controls.per_second
        return begins - time.monotonic()

    def _happens(self, message: Sent, habit: str) -> bool:
        share = self.controls.callbacks.get(habit, 0.0)
        return random.Random(f"{self.controls.seed}:{habit}:{message.to}").random() < share

    async def _report(self, message: Sent, state: str) -> None:
        if not message.callback or not self.controls.callbacks_on or self._happens(message, "dropped"):
            return
        form = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": state,
            "SmsStatus": state,
            "To": message.to,
            "From": message.sender,
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
        }
        if state == "undelivered":
            form["ErrorCode"] = str(message.error_code)
        late = self.controls.callbacks.get("late", 0.0)
        for _ in range(2 if self._happens(message, "doubled") else 1):
            self._spawn(self._post(message.callback, form, late))

    async def _post(self, url: str, form: dict, late: float = 0.0) -> int:
        if late:
            await asyncio.sleep(random.random() * late)
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        try:
            async with self.session.post(
                url, data=form, headers={"X-Twilio-Signature": signature}, timeout=aiohttp.ClientTimeout(total=15)
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _spawn(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # --- What only tests see ----------------------------------------------
    async def ledger(self, request: web.Request) -> web.Response:
        rows = [
            {
                "sid": message.sid,
                "to": message.to,
                "from": message.sender,
                "body": message.body,
                "status": message.status,
            }
            for message in self.messages.values()
        ]
        return web.json_response({"accepted": rows, "requests": sum(self.requests.values())})

    async def count(self, request: web.Request) -> web.Response:
        return web.json_response({"accepted": len(self.messages), "requests": sum(self.requests.values())})

    async def control(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            if not hasattr(self.controls, name):
                return web.json_response({"unknown": name}, status=400)
            setattr(self.controls, name, value)
        return web.json_response({})

    async def inbound(self, request: web.Request) -> web.Response:
        told = await request.json()
        form = {"MessageSid": told.get("sid") or "SM" + uuid4().hex, "From": told["from"], "Body": told["body"]}
        form |= {"To": told.get("to", ""), "AccountSid": ACCOUNT, "NumMedia": "0"}
        return web.json_response({"answered": await self._post(told["url"], form)})

    async def reset(self, request: web.Request) -> web.Response:
        for task in list(self.tasks):
            task.cancel()
        self.controls = Controls()
        self.messages.clear()
        self.by_number.clear()
        self.requests.clear()
        self.free_at.clear()
        return web.json_response({})


def matches(message: Sent, wanted) -> bool:
    day = message.sent.date().isoformat() if message.sent else ""
    return (
        wanted.get("To", message.to) == message.to
        and wanted.get("From", message.sender) == message.sender
        and ("DateSent" not in wanted or day == wanted["DateSent"][:10])
        and ("DateSent>" not in wanted or day >= wanted["DateSent>"][:10])
        and ("DateSent<" not in wanted or "" < day <= wanted["DateSent<"][:10])
    )


def refusal(status: int, code: str, message: str, headers: dict | None = None) -> web.Response:
    body = {"code": int(code), "message": message, "status": status, "more_info": f"https://example.com/{code}"}
    return web.json_response(body, status=status, headers=headers)


@dataclass
class Remote:
    """A running stand-in, seen from a test."""

    url: str
    pid: int = 0

    def ledger(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/_/ledger", timeout=120) as answer:
            return json.load(answer)

    def count(self) -> dict[str, int]:
        """How many messages it accepted and how many it was asked to, without the list."""
        with urllib.request.urlopen(f"{self.url}/_/count", timeout=120) as answer:
            return json.load(answer)

    def accepted(self) -> Counter:
        """How many messages each number was really sent."""
        return Counter(row["to"] for row in self.ledger()["accepted"])

    def set(self, **controls) -> None:
        self._post("controls", controls)

    def reset(self) -> None:
        self._post("reset", {})

    def write_to_us(self, url: str, **message) -> int:
        return self._post("inbound", {"url": url, **message})["answered"]

    def _post(self, door: str, body: dict) -> dict:
        request = urllib.request.Request(
            f"{self.url}/_/{door}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    @property
    def environment(self) -> dict[str, str]:
        """Settings that make a Nöbet process talk to this stand-in."""
        return {
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "NOBET",
            "TWILIO_API_BASE": self.url,
        }


@contextmanager
def running(port: int) -> Iterator[Remote]:
    """A stand-in in a process of its own, for as long as the block lasts."""
    process = subprocess.Popen([sys.executable, "-m", "tests.standins.twilio", "--port", str(port)], cwd=ROOT)
    remote = Remote(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait_for(remote)
        yield remote
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(remote: Remote) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            remote.ledger()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("TWILIO_STANDIN_PORT", "8139")))
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    web.run_app(
        StandIn().app(), host="127.0.0.1", port=port, print=None, access_log=None, handle_signals=False, backlog=QUEUE
    )


if __name__ == "__main__":
    main()
