"""Gateways that take many messages in one request: what the domestic ones have in common.

A message is known by the number of its job and by the telephone number in it. The
telephone number is kept as a keyed digest, because it stays when addresses are erased.
An exception is told by its kind alone: its text may quote an address with a password.
"""

import hashlib
import hmac
import json
import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from django.conf import settings

from foundation.language.formatting import ISTANBUL
from foundation.outbox.gateways import account, codes
from foundation.outbox.gateways.account import SmsAccount
from foundation.outbox.gateways.gateway import Gateway, Transfer
from foundation.outbox.gateways.postings import Busy, Crowded, LookUpFailed, Outcome, Posting, Refused, Silent

SENT_BEFORE = timedelta(seconds=5)  # how far the gateway's clock may be behind ours
SENT_WITHIN = timedelta(seconds=120)
LONGEST_WAIT = 3600
NETWORK_TROUBLES = (TimeoutError, aiohttp.ClientError, OSError)


@dataclass(frozen=True)
class GatewayAnswer:
    """What came back: `wait` is Retry-After, in seconds."""

    status: int
    wait: str
    text: str

    @property
    def document(self) -> Any:
        """Decoded JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


class BatchGateway(Gateway):
    """An HTTP account that takes batches. A subclass says how to ask and how to read the answer."""

    transfer = Transfer.DOMESTIC
    concurrency = 8
    base = ""
    password_in_header = False
    # (status, code of ours) by what the gateway says of a message.
    statuses: Mapping[str, tuple[str, str]] = {}

    def __init__(self) -> None:
        self.account: SmsAccount = account.of(self.name)
        self.base = self.account.base or self.base
        self.batch_size = self.account.batch_size or self.batch_size
        self.requests_a_minute = self.account.requests_a_minute or self.requests_a_minute
        self.rate = self.account.rate or self.rate
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=settings.OUTBOX_POST_TIMEOUT)
        login = aiohttp.encode_basic_auth(self.account.user, self.account.password)
        self.session = aiohttp.ClientSession(
            timeout=timeout,
            connector=aiohttp.TCPConnector(limit=2 * self.concurrency),
            headers={"Authorization": login} if self.password_in_header else None,
        )

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def post(self, postings: list[Posting]) -> list[Outcome]:
        try:
            answer = await self.send(postings)
        except aiohttp.ClientConnectorError as error:
            return [Busy(f"not reached: {type(error).__name__}")] * len(postings)
        except NETWORK_TROUBLES as error:
            return [Silent(type(error).__name__)] * len(postings)
        if answer.status >= 500:
            return [Silent(f"HTTP {answer.status}")] * len(postings)
        if answer.status == 429:
            return throttled(postings, answer)
        return self.outcomes(answer, postings)

    @abstractmethod
    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        """The one request."""

    @abstractmethod
    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        """What an answer below 500 says of each posting."""

    async def call(self, method: str, path: str, **what: Any) -> GatewayAnswer:
        if self.session is None:
            raise RuntimeError("open() comes first")
        async with self.session.request(method, self.base + path, allow_redirects=False, **what) as answer:
            return GatewayAnswer(
                answer.status, answer.headers.get("Retry-After", ""), await answer.text(errors="replace")
            )

    async def ask(self, method: str, path: str, **what: Any) -> GatewayAnswer:
        """The same for questions: whatever is no clean answer is a failed look-up."""
        try:
            answer = await self.call(method, path, **what)
        except NETWORK_TROUBLES as error:
            raise LookUpFailed(type(error).__name__) from error
        if answer.status == 429 or answer.status >= 500:
            raise LookUpFailed(f"HTTP {answer.status}")
        return answer

    def meaning(self, status: object) -> tuple[str, str]:
        """(status in Twilio's words, code of ours) of what the gateway calls `status`; ("", "") for a new one."""
        return self.statuses.get(str(status), ("", ""))

    def title(self, postings: list[Posting]) -> str:
        return postings[0].sender or settings.SMS_SENDER


def throttled(postings: list[Posting], answer: GatewayAnswer | None = None) -> list[Outcome]:
    """Not accepted, because there were too many: after a while, and slower."""
    said = answer.wait if answer is not None else ""
    wait = min(int(said), LONGEST_WAIT) if said.isdecimal() and len(said) < 6 else None
    return [Busy(codes.THROTTLED, timedelta(seconds=wait) if wait is not None else None)] * len(postings)


def refused(postings: list[Posting], code: str, said: str) -> list[Outcome]:
    """All of them, because of all of them: login, credit, sender, the request itself."""
    return [Refused(code, said[:60])] * len(postings)


def refused_for_one(postings: list[Posting], code: str, said: str) -> list[Outcome]:
    """The whole batch, because of a number or a text in it: in halves, until it is known which."""
    if len(postings) == 1:
        return refused(postings, code, said)
    return [Crowded(len(postings) // 2)] * len(postings)


def refused_for_text(postings: list[Posting], code: str, said: str) -> list[Outcome]:
    if len({posting.text for posting in postings}) == 1:
        return refused(postings, code, said)
    return refused_for_one(postings, code, said)


def national(number: str) -> str:
    """5321234567, whatever stands before it."""
    return re.sub(r"\D", "", number)[-10:]


def recipient_digest(number: str) -> str:
    """Stands for a telephone number where a message is told from the others of its job."""
    return hmac.new(settings.SECRET_KEY.encode(), f"recipient:{national(number)}".encode(), hashlib.sha256).hexdigest()[
        :16
    ]


def sid_of(job: object, number: str) -> str:
    return f"{str(job)[:60]}:{recipient_digest(number)}"


def job_of(sid: str) -> str:
    return sid.rpartition(":")[0]


def window(asked: Iterable[tuple[Posting, datetime]]) -> tuple[datetime, datetime]:
    """From when to when the gateway may have taken these, in Turkish time."""
    moments = [posted_at for _, posted_at in asked]
    return (min(moments) - SENT_BEFORE).astimezone(ISTANBUL), (max(moments) + SENT_WITHIN).astimezone(ISTANBUL)


def listed(told: object, *names: str) -> list[dict[str, Any]]:
    """The objects in a list, or the one; `names` are wrappings to take off first."""
    for name in names:
        told = told.get(name, told) if isinstance(told, dict) else told
    entries = told if isinstance(told, list) else [told]
    return [entry for entry in entries if isinstance(entry, dict)]


def letter_sid(given: object, row: Mapping[str, Any]) -> str:
    """The gateway's name for a letter, or a digest of all it says, so that a repetition is known as one."""
    return str(given) if given else hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()


def dig(answer: Any, path: str) -> Any:
    """The value at "a.b.0.c" in decoded JSON; None where the path leads nowhere, the answer itself for no path."""
    for step in path.split(".") if path else ():
        if isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        elif isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return answer


def e164(number: str) -> str:
    """Operators write 5…, 05…, 905… or +905…."""
    digits = re.sub(r"\D", "", number).removeprefix("00")
    return f"+90{digits[-10:]}" if len(digits) >= 10 else number
