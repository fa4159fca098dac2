"""A domestic operator's HTTP interface, described by a small mapping.

Each operator calls the same few things by other names. `SMS_OPERATOR` names a YAML
file with those names; docs/outbox.md explains every key, deploy/operator.example.yaml
is a whole one. Secrets stay in the environment: "${NAME}" in a header or a field.
"""

import asyncio
import hmac
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from foundation.outbox.gateways.gateway import Gateway, Transfer
from foundation.outbox.gateways.postings import (
    Accepted,
    Busy,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    Refused,
    RemoteMessage,
    Silent,
)

_SECRET = re.compile(r"\$\{([A-Z0-9_]+)\}")
REQUIRED = ("url", "fields", "sid")


class Operator(Gateway):
    """One POST a message; the answer is read as the mapping says."""

    name = "operator"
    transfer = Transfer.DOMESTIC

    def __init__(self, mapping: dict[str, Any] | None = None) -> None:
        self.mapping = mapping or read_mapping(settings.SMS_OPERATOR)
        missing = [key for key in REQUIRED if key not in self.mapping]
        if missing:
            raise ImproperlyConfigured(f"SMS_OPERATOR lacks {', '.join(missing)}.")
        self.rate = float(self.mapping.get("rate", settings.SMS_SEGMENTS_PER_SECOND))
        self.concurrency = settings.SMS_CONCURRENCY
        self.turkish = bool(self.mapping.get("turkish_single_shift", False))
        self.two_way = bool(self.mapping.get("two_way", False))
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=settings.OUTBOX_POST_TIMEOUT)
        connector = aiohttp.TCPConnector(limit=self.concurrency)
        headers = {name: with_secrets(value) for name, value in self.mapping.get("headers", {}).items()}
        self.session = aiohttp.ClientSession(timeout=timeout, connector=connector, headers=headers)

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def post(self, posting: Posting) -> Outcome:
        fields = {name: self._filled(value, posting) for name, value in self.mapping["fields"].items()}
        form, document = (fields, None) if self.mapping.get("body") == "form" else (None, fields)
        try:
            async with self._connected.post(
                self.mapping["url"], data=form, json=document, allow_redirects=False
            ) as answer:
                return self._read(answer.status, answer.headers.get("Retry-After", ""), await _json(answer))
        except aiohttp.ClientConnectorError as error:
            return Busy(f"not reached: {type(error).__name__}")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Silent(f"{type(error).__name__} {error}"[:80])

    async def look_up(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """By our reference, where the operator keeps one; exact, so that time does not matter."""
        return await self._look_up(posting.reference)

    async def fetch(self, sid: str, reference: str) -> RemoteMessage | None:
        messages = await self._look_up(reference)
        return next((remote for remote in messages if remote.sid == sid), None)

    async def _look_up(self, reference: str) -> list[RemoteMessage]:
        if "look_up" not in self.mapping:
            raise LookUpFailed("the mapping names no look_up")
        where = str(self.mapping["look_up"]["url"]).replace("{reference}", quote(reference, safe="~."))
        try:
            async with self._connected.get(where, allow_redirects=False) as answer:
                if answer.status == 404:
                    return []
                if answer.status != 200:
                    raise LookUpFailed(f"HTTP {answer.status}")
                return self._sightings(await _json(answer))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise LookUpFailed(f"{type(error).__name__} {error}"[:80]) from error

    def _read(self, status: int, wait: str, answer: Any) -> Outcome:
        if status >= 500:
            return Silent(f"HTTP {status}")
        if status == 429:
            return Busy("429", timedelta(seconds=min(int(wait), 3600)) if wait.isdigit() else None)
        code = str(dig(answer, self.mapping.get("code", "code")) or "")
        meaning = str(self.mapping.get("codes", {}).get(code, code))
        sid = dig(answer, self.mapping["sid"])
        if status < 300 and sid and meaning in ("", "accepted"):
            return Accepted(str(sid))
        if status < 300 and meaning in ("", "accepted"):
            return Silent(f"HTTP {status} without an id")
        if meaning == "busy":
            return Busy(code)
        return Refused(meaning if status not in (401, 403) else "20003", f"HTTP {status} {code}"[:80])

    def _sightings(self, answer: Any) -> list[RemoteMessage]:
        sid = dig(answer, self.mapping["sid"])
        status = str(dig(answer, self.mapping["look_up"].get("status", "status")) or "")
        our_status = self.mapping.get("statuses", {}).get(status, "sent")
        return [RemoteMessage(str(sid), our_status)] if sid else []

    def _filled(self, value: Any, posting: Posting) -> Any:
        if not isinstance(value, str):
            return value
        national = posting.address.removeprefix("+90")
        values = {
            "{callback}": f"{settings.PUBLIC_BASE_URL}{reverse('outbox:operator_status')}?ref={posting.reference}",
            "{to}": national if self.mapping.get("number") == "national" else posting.address,
            "{text}": posting.text,
            "{sender}": posting.sender or self.mapping.get("sender", ""),
            "{reference}": posting.reference,
        }
        pieces = re.split(r"(\{\w+\})", with_secrets(value))
        return "".join(values.get(piece, piece) for piece in pieces)

    def receipt(self, told: Any, token: str) -> Receipt | None:
        """A status report, read as the mapping's `callback` says; None when it says nothing we know.

        `token` is the reference from the address we gave; the mapping may name a field that carries it.
        """
        names = self.mapping.get("callback", {})
        sid, status = (dig(told, str(names.get(name, name))) for name in ("sid", "status"))
        our_status = self.mapping.get("statuses", {}).get(str(status))
        if not sid or not our_status:
            return None
        code = str(dig(told, names.get("code", "code")) or "")
        reference = token or str(dig(told, names.get("reference", "reference")) or "")
        return Receipt(self.name, str(sid), our_status, str(self.mapping.get("codes", {}).get(code, code)), reference)

    def letter(self, told: Any) -> tuple[str, str, str] | None:
        """Somebody's answer on a two-way route: (sid, number, text), as `inbound` says."""
        names = self.mapping.get("inbound", {})
        sid, number, text = (dig(told, str(names.get(name, name))) for name in ("sid", "from", "text"))
        return (str(sid), e164(str(number)), str(text or "")) if self.two_way and sid and number else None

    def knows(self, request_headers) -> bool:
        """Whether a caller shows the secret that the mapping agreed with the operator; without one nobody enters."""
        agreed = self.mapping.get("caller", {})
        secret = with_secrets(str(agreed.get("secret", "")))
        shown = request_headers.get(str(agreed.get("header", "")), "")
        return bool(secret) and hmac.compare_digest(shown.encode(), secret.encode())

    @property
    def _connected(self) -> aiohttp.ClientSession:
        if self.session is None:
            raise RuntimeError("open() comes first")
        return self.session


def e164(number: str) -> str:
    """Operators write 5…, 05…, 905… or +905…."""
    digits = re.sub(r"\D", "", number).removeprefix("00")
    return f"+90{digits[-10:]}" if len(digits) >= 10 else number


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return await answer.json(content_type=None)
    except (ValueError, asyncio.IncompleteReadError):
        return None


def read_mapping(path: str) -> dict[str, Any]:
    if not path:
        raise ImproperlyConfigured("SMS_GATEWAY names the operator but SMS_OPERATOR names no mapping.")
    mapping = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    if not isinstance(mapping, dict):
        raise ImproperlyConfigured(f"{path} is not a mapping.")
    return mapping


def with_secrets(value: str) -> str:
    return _SECRET.sub(lambda match: os.environ.get(match[1], ""), value)


def dig(answer: Any, path: str) -> Any:
    """The value at "a.b.0.c" in decoded JSON; None where the path leads nowhere."""
    for step in path.split("."):
        if isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        elif isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return answer
