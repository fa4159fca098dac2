"""Stand-ins for the gateways of Türkiye, with state and faults, over real sockets.

`python -m tests.standins.batch_gateways --port 8149` serves them all, each below its own
name, as its public description says: `/netgsm`, `/verimor`, `/iletimerkezi`, `/jetsms`,
and `/mapped`, an imagined one that takes XML and answers in plain text. The *ledger*
says what was really sent to whom, and is the judge of every test.

Controls (JSON), for each: GET /_/NAME/ledger, /_/NAME/count · POST /_/NAME/controls · POST /_/NAME/reset
"""

import argparse
import asyncio
import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from tests.standins.twilio import ROOT

USER, PASSWORD = "nobet", "stand-in-password"
ISTANBUL = ZoneInfo("Europe/Istanbul")


@dataclass
class Habits:
    """What goes wrong at one gateway, and how fast things go.

    `next`: faults of the coming requests, in turn (drop_reply, drop_request, 500, 500_accepted,
    hang); `faults`: the chance of each beyond them. `refuse`: credit, sender, login, address,
    throttle, or the gateway's own code. `bad_suffix`: numbers it refuses; `fails`: last digits → status of the
    report. `a_minute`: requests it takes; `reports_a_minute`: questions. `push`: where receipts
    go, `in_lists_of` many, `doubled`, `reversed`, `dropped` (a share).
    """

    latency: float = 0.0
    step: float = 0.02
    seed: str = "nobet"
    next: list[str] = field(default_factory=list)
    faults: dict[str, float] = field(default_factory=dict)
    refuse: str = ""
    bad_suffix: str = ""
    fails: dict[str, str] = field(default_factory=dict)
    credit: int | None = None
    a_minute: int = 0
    reports_a_minute: int = 0
    look_up: str = "ok"
    push: str = ""
    in_lists_of: int = 100
    doubled: bool = False
    reversed: bool = False
    dropped: float = 0.0
    clock: float = 0.0  # seconds that its clock is ahead


@dataclass
class Taken:
    """One message it really sent."""

    id: int
    job: str
    number: str
    text: str
    sender: str
    at: float
    name: str = ""
    status: str = ""
    is_double: bool = False


class Refusal(Exception):
    """A kind of no: credit, sender, login, address, throttle, number, too_big."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Dialect:
    """One gateway: how it reads, answers and reports is the subclass's; ledger and faults are here."""

    name = ""
    delivered = ""
    doubled = ""
    blocks_doubles = False

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.habits = Habits()
        self.taken: list[Taken] = []
        self.jobs: dict[str, list[Taken]] = {}
        self.names: dict[str, str] = {}
        self.requests: list[float] = []
        self.questions: list[float] = []
        self.sizes: list[int] = []
        self.told_today: set[tuple[str, str, str]] = set()
        self.posts = 0

    # A subclass says these.
    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def messages(self, request: web.Request) -> tuple[str, str, list[tuple[str, str, str]]]:
        """(sender, name of the request, [(number, text, name)]) of what was posted; raises Refusal("login")."""
        raise NotImplementedError

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        raise NotImplementedError

    def no(self, kind: str) -> web.Response:
        raise NotImplementedError

    def report(self, messages: list[Taken]) -> Any:
        """What is pushed for these."""
        raise NotImplementedError

    # --- Sending ----------------------------------------------------------
    async def send(self, request: web.Request) -> web.StreamResponse:
        self.posts += 1
        if self.habits.latency:
            await asyncio.sleep(self.habits.latency)
        try:
            sender, name, wanted = await self.messages(request)
            self._judge(wanted)
        except Refusal as refusal:
            return self.no(refusal.kind)
        fault = self._fault()
        if fault == "hang":
            await asyncio.sleep(60)
        if fault == "500":
            return web.Response(status=500)
        if fault == "drop_request" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        job, taken = self._take(sender, name, wanted)
        if fault == "drop_reply" and request.transport is not None:
            request.transport.abort()
        if fault == "500_accepted":
            return web.Response(status=502)
        return self.yes(job, taken)

    def _judge(self, wanted: list[tuple[str, str, str]]) -> None:
        if self.habits.refuse:
            raise Refusal(self.habits.refuse)
        self.requests = [moment for moment in self.requests if moment > time.monotonic() - 60]
        if self.habits.a_minute and len(self.requests) >= self.habits.a_minute:
            raise Refusal("throttle")
        self.requests.append(time.monotonic())
        if self.habits.bad_suffix and any(number.endswith(self.habits.bad_suffix) for number, _, _ in wanted):
            raise Refusal("number")
        if self.habits.credit is not None and self.habits.credit < len(wanted):
            raise Refusal("credit")

    def _fault(self) -> str:
        if self.habits.next:
            return self.habits.next.pop(0)
        chance = random.Random(f"{self.habits.seed}:{self.name}:{self.posts}").random()
        for fault, share in self.habits.faults.items():
            if chance < share:
                return fault
            chance -= share
        return ""

    def _take(self, sender: str, name: str, wanted: list[tuple[str, str, str]]) -> tuple[str, list[Taken]]:
        job = str(20_000 + len(self.jobs))
        at = time.time() + self.habits.clock
        taken = [
            Taken(len(self.taken) + place + 1, job, number, text, sender, at, ours)
            for place, (number, text, ours) in enumerate(wanted)
        ]
        for message in taken:
            self._decide(message)
        self.taken += taken
        self.jobs[job] = taken
        self.names[job] = name
        self.sizes.append(len(taken))
        if self.habits.credit is not None:
            self.habits.credit -= len(taken)
        if self.habits.push:
            spawn(self._push(taken))
        return job, taken

    def _decide(self, message: Taken) -> None:
        """What its report will say: a double is dropped where the gateway does so, and sent nowhere."""
        same = (message.sender, message.number, message.text)
        message.is_double = self.blocks_doubles and same in self.told_today
        self.told_today.add(same)
        failing = next((status for digits, status in self.habits.fails.items() if message.number.endswith(digits)), "")
        message.status = self.doubled if message.is_double else failing or self.delivered

    async def _push(self, taken: list[Taken]) -> None:
        await asyncio.sleep(self.habits.step)
        luck = random.Random(f"{self.habits.seed}:push:{taken[0].id}")
        told = [message for message in taken if luck.random() >= self.habits.dropped]
        if self.habits.reversed:
            told.reverse()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            for start in range(0, len(told), self.habits.in_lists_of):
                body = self.report(told[start : start + self.habits.in_lists_of])
                for _ in range(2 if self.habits.doubled else 1):
                    await self._deliver(session, body)

    async def _deliver(self, session: aiohttp.ClientSession, body: Any) -> None:
        """As often as it takes: a gateway tries again when it is not answered with 200."""
        for _ in range(4):
            try:
                async with session.post(self.habits.push, json=body) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.2)

    def _may_ask(self) -> None:
        if self.habits.look_up != "ok":
            raise Refusal("broken")
        self.questions = [moment for moment in self.questions if moment > time.monotonic() - 60]
        if self.habits.reports_a_minute and len(self.questions) >= self.habits.reports_a_minute:
            raise Refusal("throttle")
        self.questions.append(time.monotonic())

    async def asked(self, request: web.Request) -> web.Response:
        """A question about what was sent; `answer` is the subclass's."""
        try:
            self._may_ask()
            return await self.answer(request)
        except Refusal as refusal:
            return web.Response(status=503) if refusal.kind == "broken" else self.no(refusal.kind)

    async def answer(self, request: web.Request) -> web.Response:
        raise NotImplementedError


_spawned: set[asyncio.Task] = set()


def spawn(work) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _spawned.add(task)
    task.add_done_callback(_spawned.discard)


def at_istanbul(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, ISTANBUL)


class NetGsm(Dialect):
    """Codes in JSON, every refusal HTTP 406; reports by job or by time, a hundred a page."""

    name, delivered = "netgsm", "1"
    codes = {"credit": "60", "sender": "40", "login": "30", "address": "30", "throttle": "80", "number": "70"}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/netgsm/sms/rest/v2/send", self.send),
            web.post("/netgsm/sms/rest/v2/report", self.asked),
            web.post("/netgsm/balance", self.balance),
        ]

    async def messages(self, request: web.Request):
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            raise Refusal("login")
        told = await request.json()
        assert told["encoding"] == "TR"
        assert told["iysfilter"] == "0"
        return told["msgheader"], "", [(entry["no"], entry["msg"], "") for entry in told["messages"]]

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        return web.json_response({"code": "00", "jobid": job, "description": "queued"})

    def no(self, kind: str) -> web.Response:
        code = self.codes.get(kind, kind)
        return web.json_response({"code": code, "description": kind, "jobs": None}, status=406)

    async def answer(self, request: web.Request) -> web.Response:
        told = await request.json()
        begin, end = (
            datetime.strptime(told[word], "%d.%m.%Y %H:%M:%S").replace(tzinfo=ISTANBUL).timestamp()
            for word in ("startdate", "stopdate")
        )
        rows = [
            message
            for message in self.taken
            if begin <= message.at < end + 1 and ("jobids" not in told or message.job in told["jobids"])
        ]
        page = rows[told["pagenumber"] * told["pagesize"] :][: told["pagesize"]]
        if not page:
            return self.no("60")
        return web.json_response({"code": "00", "jobs": self.report(page)})

    def report(self, messages: list[Taken]) -> Any:
        return [
            {"jobid": message.job, "number": f"0{message.number}", "status": int(message.status), "errorCode": 0}
            for message in messages
        ]

    async def balance(self, request: web.Request) -> web.Response:
        told = await request.json()
        if (told["usercode"], told["password"]) != (USER, PASSWORD):
            return self.no("login")
        return web.json_response({"code": "00", "balance": f"{self.habits.credit or 0},000"})


class Verimor(Dialect):
    """Plain text out; names of ours for campaign and message; drops a repeated text on the same day."""

    name, delivered, doubled, blocks_doubles = "verimor", "DELIVERED", "DOUBLE_SEND_ERROR", True
    words = {
        "credit": (400, "INSUFFICIENT_CREDITS"),
        "sender": (400, "INVALID_SOURCE_ADDRESS"),
        "login": (401, "Geçersiz kullanıcı adı/şifre"),
        "address": (401, "Hesabınızda izinli IP ayarları yapılmamış"),
        "throttle": (429, "Too Many Requests"),
        "number": (400, "INVALID_DESTINATION_ADDRESS"),
        "too_big": (413, "Request Entity Too Large"),
    }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/verimor/v2/send.json", self.send),
            web.get("/verimor/v2/status", self.asked),
            web.get("/verimor/v2/balance", self.balance),
        ]

    async def messages(self, request: web.Request):
        told = await request.json()
        if (told["username"], told["password"]) != (USER, PASSWORD):
            raise Refusal("login")
        wanted = []
        for entry in told["messages"]:
            numbers, names = entry["dest"].split(","), entry["id"].split(",")
            assert len(numbers) == len(names)
            wanted += [(number[-10:], entry["msg"], name) for number, name in zip(numbers, names, strict=True)]
        return told["source_addr"], told["custom_id"], wanted

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        return web.Response(text=job)

    def no(self, kind: str) -> web.Response:
        status, word = self.words.get(kind, (400, kind))
        return web.Response(status=status, text=word)

    async def answer(self, request: web.Request) -> web.Response:
        which = request.query
        if (which["username"], which["password"]) != (USER, PASSWORD):
            return self.no("login")
        jobs = [job for job in self.jobs if which.get("id") == job or self.names[job] == which.get("custom_id")]
        if not jobs:
            return web.Response(status=404, text="Bu idye sahip kampanya bulunamadı")
        rows = [message for job in jobs for message in self.jobs[job] if message.id > int(which["greater_than"])]
        return web.json_response(self.report(rows[:100]))

    def report(self, messages: list[Taken]) -> Any:
        return [
            {
                "type": "outbound",
                "campaign_id": int(message.job),
                "campaign_custom_id": self.names.get(message.job),
                "message_id": str(message.id),
                "message_custom_id": message.name,
                "dest": f"90{message.number}",
                "status": message.status,
                "gsm_error": "0" if message.status == self.delivered else "6",
            }
            for message in messages
        ]

    async def balance(self, request: web.Request) -> web.Response:
        return web.Response(text=str(self.habits.credit or 0))


class IletiMerkezi(Dialect):
    """Everything wrapped twice; orders by day, messages of an order by page; one receipt at a time."""

    name, delivered = "iletimerkezi", "111"
    codes = {"credit": 402, "sender": 450, "login": 401, "address": 403, "throttle": 429, "number": 452, "too_big": 453}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/iletimerkezi/v1/send-sms/json", self.send),
            web.post("/iletimerkezi/v1/get-reports/json", self.asked),
            web.post("/iletimerkezi/v1/get-report/json", self.asked),
            web.post("/iletimerkezi/v1/get-balance/json", self.balance),
        ]

    async def _request(self, request: web.Request) -> dict:
        told = (await request.json())["request"]
        if told["authentication"] != {"key": USER, "hash": PASSWORD}:
            raise Refusal("login")
        return told

    async def messages(self, request: web.Request):
        order = (await self._request(request))["order"]
        assert order["iys"] == "0"
        messages = order["message"] if isinstance(order["message"], list) else [order["message"]]
        wanted = [(number, entry["text"], "") for entry in messages for number in entry["receipents"]["number"]]
        return order["sender"], "", wanted

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        return said(200, order={"id": job})

    def no(self, kind: str) -> web.Response:
        code = self.codes.get(kind) or int(kind)
        return said(code, http=code)

    async def answer(self, request: web.Request) -> web.Response:
        told = await self._request(request)
        if "filter" in told:
            first, page = told["filter"]["start"], told["filter"]["page"]
            orders = [
                {"id": job, "status": 114, "total": len(messages), "submitAt": f"{at_istanbul(messages[0].at):%F %T}"}
                for job, messages in self.jobs.items()
                if f"{at_istanbul(messages[0].at):%F}" >= first
            ]
            return said(200, count=len(orders), orders=orders[(page - 1) * 30 : page * 30])
        which = told["order"]
        if which["id"] not in self.jobs:
            return said(455, http=455)
        rows = self.jobs[which["id"]][(which["page"] - 1) * which["rowCount"] :][: which["rowCount"]]
        messages = [{"number": f"+90{message.number}", "status": int(message.status)} for message in rows]
        return said(200, order={"id": which["id"], "status": 114, "message": messages})

    def report(self, messages: list[Taken]) -> Any:
        words = {"110": "accepted", "111": "delivered", "112": "undelivered"}
        reports = [
            {
                "report": {
                    "id": message.id,
                    "packet_id": int(message.job),
                    "status": words[message.status],
                    "to": f"+90{message.number}",
                    "body": message.text,
                }
            }
            for message in messages
        ]
        return reports[0] if len(reports) == 1 else reports

    async def balance(self, request: web.Request) -> web.Response:
        await self._request(request)
        return said(200, balance={"amount": "12.50", "sms": str(self.habits.credit or 0)})


def said(code: int, http: int = 200, **content: Any) -> web.Response:
    status = {"code": code, "message": "-"}
    return web.json_response({"response": {"status": status, **content}}, status=http)


class JetSms(Dialect):
    """A verdict for each number; receipts only when asked for, by group or by time."""

    name, delivered = "jetsms", "1"
    codes = {"credit": "05", "sender": "06", "address": "07", "throttle": "08", "number": "09"}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/jetsms/api/SendSms", self.send),
            web.post("/jetsms/api/ReportSms", self.asked),
            web.post("/jetsms/api/ReportSmsDetail", self.asked),
        ]

    async def _request(self, request: web.Request) -> dict:
        told = await request.json()
        if (told["user"], told["password"]) != (USER, PASSWORD):
            raise Refusal("login")
        return told

    def _judge(self, wanted: list[tuple[str, str, str]]) -> None:
        """A bad number is told in its own verdict and spoils nothing."""
        bad, self.habits.bad_suffix = self.habits.bad_suffix, ""
        try:
            super()._judge(wanted)
        finally:
            self.habits.bad_suffix = bad

    async def messages(self, request: web.Request):
        told = await self._request(request)
        self.bad = [
            entry["recipient"][-10:]
            for entry in told["smsmessages"]
            if self.habits.bad_suffix and entry["recipient"].endswith(self.habits.bad_suffix)
        ]
        wanted = [(entry["recipient"][-10:], entry["messagetext"], entry["messageid"]) for entry in told["smsmessages"]]
        return told["originator"], told["reference"], [entry for entry in wanted if entry[0] not in self.bad]

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        rows = [{"gsmNumber": f"90{m.number}", "messageid": m.name, "status": "0"} for m in taken]
        rows += [{"gsmNumber": f"90{number}", "messageid": "", "status": "09"} for number in self.bad]
        return web.json_response({"responseCode": "00", "responseMessage": job, "responseGroupIdArray": rows})

    def no(self, kind: str) -> web.Response:
        if kind == "login":
            return web.Response(status=401)
        code = self.codes.get(kind, kind)
        return web.json_response({"responseCode": code, "responseMessage": kind})

    async def answer(self, request: web.Request) -> web.Response:
        told = await self._request(request)
        if "groupid" in told:
            rows = self.jobs.get(told["groupid"], [])
            return web.json_response({"ResponseCode": "00", "MessageReportArray": self.report(rows)})
        begin, end = (
            datetime.strptime(told[word], "%d%m%Y%H%M%S").replace(tzinfo=ISTANBUL).timestamp()
            for word in ("startdate", "enddate")
        )
        rows = [
            {"ID": m.job, "Phone": f"90{m.number}", "Status": m.status, "MessageText": m.text, "Originator": m.sender}
            for m in self.taken
            if begin <= m.at < end + 1
        ]
        return web.json_response({"ReportSMSDetailed": rows})

    def report(self, messages: list[Taken]) -> Any:
        return [
            {"GroupId": m.job, "GsmNumber": f"90{m.number}", "Status": m.status, "MessageId": m.name} for m in messages
        ]


class Mapped(Dialect):
    """An imagined one: XML in, "00 JOB" or a code out; look-up by POST; receipts as a list inside an object."""

    name, delivered = "mapped", "DELIVRD"
    codes = {"credit": "40", "sender": "41", "login": "42", "address": "43", "throttle": "44", "number": "45"}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/mapped/send", self.send), web.post("/mapped/report", self.asked)]

    async def messages(self, request: web.Request):
        root = ElementTree.fromstring(await request.text())
        if (root.findtext("login/user"), root.findtext("login/key")) != (USER, PASSWORD):
            raise Refusal("login")
        wanted = [
            (message.findtext("to") or "", message.findtext("body") or "", message.findtext("ref") or "")
            for message in root.iterfind("messages/message")
        ]
        return root.findtext("title") or "", root.findtext("name") or "", wanted

    def yes(self, job: str, taken: list[Taken]) -> web.Response:
        return web.Response(text=f"00 {job}")

    def no(self, kind: str) -> web.Response:
        return web.Response(text=self.codes.get(kind, kind))

    async def answer(self, request: web.Request) -> web.Response:
        told = await request.json()
        job = next((job for job in self.jobs if told["name"] in (self.names[job], job)), None)
        if job is None:
            return web.Response(status=404)
        return web.json_response({"job": job, "data": {"messages": self.report(self.jobs[job])["receipts"]}})

    def report(self, messages: list[Taken]) -> Any:
        return {
            "receipts": [{"job": m.job, "msisdn": f"90{m.number}", "ref": m.name, "state": m.status} for m in messages]
        }


DIALECTS: tuple[type[Dialect], ...] = (NetGsm, Verimor, IletiMerkezi, JetSms, Mapped)


def make_app() -> web.Application:
    app = web.Application(client_max_size=10 << 20)
    dialects = {dialect.name: dialect() for dialect in DIALECTS}
    for dialect in dialects.values():
        app.router.add_routes(dialect.routes())

    async def ledger(request: web.Request) -> web.Response:
        dialect = dialects[request.match_info["name"]]
        return web.json_response({"taken": [asdict(message) for message in dialect.taken], "sizes": dialect.sizes})

    async def count(request: web.Request) -> web.Response:
        dialect = dialects[request.match_info["name"]]
        return web.json_response({"taken": len(dialect.taken), "posts": dialect.posts})

    async def control(request: web.Request) -> web.Response:
        habits = dialects[request.match_info["name"]].habits
        for name, value in (await request.json()).items():
            if not hasattr(habits, name):
                return web.json_response({"unknown": name}, status=400)
            setattr(habits, name, value)
        return web.json_response({})

    async def reset(request: web.Request) -> web.Response:
        dialects[request.match_info["name"]].forget()
        return web.json_response({})

    app.router.add_get("/_/{name}/ledger", ledger)
    app.router.add_get("/_/{name}/count", count)
    app.router.add_post("/_/{name}/controls", control)
    app.router.add_post("/_/{name}/reset", reset)
    return app


@dataclass
class RemoteGateway:
    """One of the running stand-ins, seen from a test."""

    url: str
    name: str

    @property
    def base(self) -> str:
        return f"{self.url}/{self.name}"

    def ledger(self) -> dict:
        return self._call("ledger")

    def count(self) -> dict[str, int]:
        return self._call("count")

    def sent(self) -> Counter:
        """How many messages each number was really sent; what was dropped as a double reached nobody."""
        return Counter(f"+90{row['number']}" for row in self.ledger()["taken"] if not row["is_double"])

    def set(self, **habits: Any) -> None:
        self._call("controls", habits)

    def reset(self) -> None:
        self._call("reset", {})

    def account(self, **more: Any) -> dict[str, Any]:
        """What `SMS_ACCOUNTS` has to say for us to talk to it."""
        return {"user": USER, "password": PASSWORD, "base": self.base} | more

    def _call(self, door: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_/{self.name}/{door}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@contextmanager
def running(port: int) -> Iterator[str]:
    """All of them in a process of their own, for as long as the block lasts; gives their address."""
    words = [sys.executable, "-m", "tests.standins.batch_gateways", "--port", str(port)]
    process = subprocess.Popen(words, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(RemoteGateway(url, "netgsm"))
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(remote: RemoteGateway) -> None:
    until = time.monotonic() + timedelta(seconds=20).total_seconds()
    while True:
        try:
            remote.count()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description="Stand-ins for the gateways of Türkiye.")
    parser.add_argument("--port", type=int, default=8149)
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    web.run_app(make_app(), host="127.0.0.1", port=port, print=None, access_log=None, handle_signals=False)


if __name__ == "__main__":
    main()
