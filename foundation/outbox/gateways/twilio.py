"""Twilio, through its own SDK, with the traps of version 9 closed.

The SDK's asynchronous client ignores its time-out, repeats a POST on a 5xx when told
to retry, and hides Retry-After; and an edge or region rewrites the host. Hence an
HTTP client of our own, one attempt a call, and no edge and no region.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlencode

import aiohttp
import twilio.rest.api.v2010  # noqa: F401  the SDK reads it at its first message: a crisis is the wrong moment
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from foundation.outbox.gateways import codes
from foundation.outbox.gateways.gateway import OneByOne, Transfer
from foundation.outbox.gateways.postings import (
    Accepted,
    Busy,
    LookUpFailed,
    Outcome,
    Posting,
    Refused,
    RemoteMessage,
    Silent,
)

logger = logging.getLogger(__name__)

LONGEST_VALIDITY = 36_000
CREATED_BEFORE = timedelta(seconds=5)
CREATED_AFTER = timedelta(seconds=120)
PAGE = 100


class TooBusy(Exception):
    """429: never processed, safe to try again after `wait`."""

    def __init__(self, wait: timedelta | None) -> None:
        super().__init__("429")
        self.wait = wait


class Unclear(Exception):
    """5xx: accepted or not, nobody knows."""


# Also what the SDK stumbles over when an answer is not what was agreed.
UNSETTLED = (
    *(TimeoutError, Unclear, TwilioException, aiohttp.ClientError, OSError),
    *(ValueError, AttributeError, KeyError, TypeError),
)


class OneAttemptClient(AsyncHttpClient):
    """Sends each request once, within a time that is really kept."""

    def __init__(self, timeout: float, concurrency: int) -> None:
        super().__init__(logger, True, timeout)
        self.seconds = timeout
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency))

    async def request(
        self, method, url, params=None, data=None, headers=None, auth=None, timeout=None, allow_redirects=False
    ) -> Response:
        headers = dict(headers or {})
        if auth:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        if data:  # a dict would make aiohttp build a multipart writer for every message and throw it away
            data = urlencode(data, doseq=True).encode()
        async with asyncio.timeout(self.seconds):
            async with self.session.request(
                method.upper(), url, params=params, data=data, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status == 429:
                    raise TooBusy(retry_after(answer.headers.get("Retry-After", "")))
                if answer.status >= 500:
                    raise Unclear(f"HTTP {answer.status}")
                return Response(answer.status, await answer.text(), answer.headers)

    async def close(self) -> None:
        await self.session.close()


class Twilio(OneByOne):
    """Twilio's Messages. Numbers leave the country; Türkiye is one-way and without links."""

    name = "twilio"
    transfer = Transfer.ABROAD
    refuses_links = True

    def __init__(self) -> None:
        self.rate = settings.SMS_SEGMENTS_PER_SECOND
        self.concurrency = settings.SMS_CONCURRENCY
        self.client: Client | None = None

    async def open(self) -> None:
        token = settings.TWILIO_AUTH_TOKENS[0] if settings.TWILIO_AUTH_TOKENS else ""
        http = OneAttemptClient(settings.OUTBOX_POST_TIMEOUT, self.concurrency)
        client = Client(settings.TWILIO_ACCOUNT_SID, token, http_client=http)
        if client.edge or client.region:
            raise ImproperlyConfigured("TWILIO_EDGE and TWILIO_REGION rewrite the host: unset them.")
        if settings.TWILIO_API_BASE:
            client.api.base_url = settings.TWILIO_API_BASE
        self.client = client

    async def close(self) -> None:
        if self.client is not None:
            await self.client.http_client.close()

    async def post_one(self, posting: Posting) -> Outcome:
        try:
            created = await self._connected.messages.create_async(
                to=posting.address,
                body=posting.text,
                status_callback=callback_address(posting.reference),
                **validity(posting),
                **sender(posting),
            )
        except TooBusy as busy:
            return Busy("429", busy.wait)
        except TwilioRestException as refusal:
            return outcome_of(refusal)
        except aiohttp.ClientConnectorError as error:
            return Busy(f"not reached: {type(error).__name__}")
        except UNSETTLED as error:
            return Silent(f"{type(error).__name__} {error}"[:80])
        return Accepted(created.sid or "", created.status or "queued")

    async def look_up(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """By number, text and time: the list carries no reference of ours.

        The list cannot be narrowed by date: what is still queued has no date of sending.
        """
        try:
            listed = await self._connected.messages.list_async(to=posting.address, limit=PAGE, page_size=PAGE)
        except TooBusy as busy:
            raise LookUpFailed("429") from busy
        except UNSETTLED as error:
            raise LookUpFailed(f"{type(error).__name__} {error}"[:80]) from error
        ours = [
            RemoteMessage(message.sid, message.status, str(message.error_code or ""), message.date_created)
            for message in listed
            if message.body == posting.text
            and posted_at - CREATED_BEFORE <= (message.date_created or posted_at) <= posted_at + CREATED_AFTER
        ]
        return sorted(ours, key=lambda remote: (remote.at or posted_at, remote.sid))

    async def fetch(self, sid: str, reference: str) -> RemoteMessage | None:
        try:
            message = await self._connected.messages(sid).fetch_async()
        except TooBusy as busy:
            raise LookUpFailed("429") from busy
        except TwilioRestException as refusal:
            if refusal.status == 404:
                return None
            raise LookUpFailed(f"HTTP {refusal.status}") from refusal
        except UNSETTLED as error:
            raise LookUpFailed(f"{type(error).__name__} {error}"[:80]) from error
        return RemoteMessage(sid, message.status, str(message.error_code or ""), message.date_created)

    @property
    def _connected(self) -> Client:
        if self.client is None:
            raise RuntimeError("open() comes first")
        return self.client


def sender(posting: Posting) -> dict[str, str]:
    if posting.sender:
        return {"from_": posting.sender}
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
    return {"from_": settings.TWILIO_FROM}


def validity(posting: Posting) -> dict[str, int]:
    if posting.valid_for is None:
        return {}
    return {"validity_period": max(6, min(posting.valid_for, LONGEST_VALIDITY))}


def callback_address(reference: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{callback_path()}?ref={reference}"


@cache
def callback_path() -> str:
    return reverse("outbox:twilio_status")


def outcome_of(refusal: TwilioRestException) -> Outcome:
    """A clean 4xx is proof that nothing was accepted."""
    code = str(refusal.code or refusal.status)
    meaning = codes.of(code)
    if meaning.verdict is codes.CodeMeaning.AGAIN:
        return Busy(code, meaning.after)
    if refusal.status >= 500:
        return Silent(f"HTTP {refusal.status}")
    return Refused(code if refusal.status not in (401, 403) else "20003", meaning.meaning)


def retry_after(header: str) -> timedelta | None:
    """Seconds or an HTTP date are both allowed; Twilio sends seconds."""
    return timedelta(seconds=min(int(header), 3600)) if header.isdecimal() else None


def is_signed(url: str, parameters: dict, signature: str) -> bool:
    """Whether Twilio signed this request with one of our tokens (two during rotation).

    `url` is the public one, as Twilio was told it. A missing signature must be an
    empty string: the SDK's validator fails on None.
    """
    return any(
        RequestValidator(token).validate(url, parameters, signature or "")
        for token in settings.TWILIO_AUTH_TOKENS
        if token
    )
