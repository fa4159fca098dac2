"""The surge of a national outage: tickets come in whether or not we keep up.

Each filing is a program with an `Idempotency-Key`: what is put off (429 or 503 with
`Retry-After`) is sent again, every tenth is sent twice at once, as an impatient caller
does. Meanwhile readers ask for the public page and its JSON.
"""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import aiohttp

SUBJECT = "Tahsilat durdu"
DOUBLED = 10  # every so manieth is sent twice
READERS = 20  # each asks once a second
PATIENCE = aiohttp.ClientTimeout(total=60)
PUT_OFF = (429, 503)


@dataclass
class Outcome:
    """What the callers were told. `bad` counts every answer that is neither kept nor an announced delay."""

    answers: Counter = field(default_factory=Counter)
    bad: Counter = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    numbers: dict[str, set[str]] = field(default_factory=dict)
    read: Counter = field(default_factory=Counter)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


class Surge:
    def __init__(self, url: str, token: str, codes: list[str]):
        self.url, self.codes, self.outcome = url, codes, Outcome()
        self.headers = {"Authorization": f"Bearer {token}"}

    async def run(self, per_second: float, seconds: float) -> Outcome:
        """Filings begin when they are due, not when the one before was answered."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=PATIENCE, connector=connector) as self.session:
            readers = [asyncio.ensure_future(self.read(path)) for path in ("/status/", "/api/v2/summary.json")]
            began, filings = time.monotonic(), []
            for turn in range(int(per_second * seconds)):
                await asyncio.sleep(max(0.0, began + turn / per_second - time.monotonic()))
                filings.append(asyncio.ensure_future(self.file(turn)))
            await asyncio.gather(*filings)
            for reader in readers:
                reader.cancel()
        return self.outcome

    async def file(self, turn: int) -> None:
        subject, key = f"{SUBJECT} {uuid.uuid4().hex}", uuid.uuid4().hex
        code, copies = self.codes[turn % len(self.codes)], 2 if turn % DOUBLED == 0 else 1
        await asyncio.gather(*[self.send_until_kept(subject, key, code) for _ in range(copies)])

    async def send_until_kept(self, subject: str, key: str, code: str) -> None:
        body = {
            "municipality": code,
            "component": "TAHSILAT",
            "subject": subject,
            "body": "Makbuz kesilmiyor.",
            "impact": "unit",
            "urgency": "stopped",
        }
        began = time.monotonic()
        while time.monotonic() - began < 120:
            wait = await self.send(body, key)
            if wait is None:
                self.outcome.seconds.append(time.monotonic() - began)
                return
            await asyncio.sleep(wait)
        self.outcome.bad["never kept"] += 1

    async def send(self, body: dict, key: str) -> float | None:
        """None when it was kept, else after how many seconds to send it again."""
        headers = {**self.headers, "Idempotency-Key": key}
        try:
            async with self.session.post(f"{self.url}/api/v1/tickets/", json=body, headers=headers) as answer:
                told = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as failure:
            self.outcome.bad[type(failure).__name__] += 1
            return 1.0
        self.outcome.answers[answer.status] += 1
        if answer.status == 201:
            self.outcome.kept.add(body["subject"])
            self.outcome.numbers.setdefault(body["subject"], set()).add(told["number"])
            return None
        if answer.status in PUT_OFF and "Retry-After" in answer.headers:
            return float(answer.headers["Retry-After"])
        self.outcome.bad[answer.status] += 1
        return 1.0

    async def read(self, path: str) -> None:
        while True:
            asked = [asyncio.ensure_future(self.look(path)) for _ in range(READERS // 2)]
            await asyncio.sleep(1)
            await asyncio.gather(*asked)

    async def look(self, path: str) -> None:
        async with self.session.get(f"{self.url}{path}") as answer:
            await answer.read()
            self.outcome.read[answer.status] += 1
