"""A domestic operator's HTTP interface, described by a mapping.

Each operator calls the same few things by other names. `SMS_OPERATOR` names a YAML
file with those names; docs/outbox.md explains every key, deploy/operator.example.yaml
and deploy/operator.batch.example.yaml are whole ones. Secrets stay in the environment:
"${NAME}" in an address, a header or a field.
"""

import hmac
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways import mapping as mappings
from foundation.outbox.gateways.batches import BatchGateway, GatewayAnswer, dig, sid_of
from foundation.outbox.gateways.gateway import side_by_side
from foundation.outbox.gateways.mapping import with_secrets
from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    Busy,
    InboundText,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    Refused,
    RemoteMessage,
    Report,
    Silent,
)

REQUIRED = ("url", "fields", "sid")
NUMBERS = {"national": "", "international": "90", "e164": "+90"}


class Operator(BatchGateway):
    """One request a batch; body and answer as the mapping says."""

    name = "operator"
    rate = 0.0

    def __init__(self, mapping: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.mapping = mapping or read_mapping(settings.SMS_OPERATOR)
        missing = [key for key in REQUIRED if key not in self.mapping]
        if missing:
            raise ImproperlyConfigured(f"SMS_OPERATOR lacks {', '.join(missing)}.")
        self.base = ""
        self.rate = float(self.mapping.get("rate", self.rate or settings.SMS_SEGMENTS_PER_SECOND))
        self.batch_size = int(self.mapping.get("batch", 1))
        self.concurrency = settings.SMS_CONCURRENCY if self.batch_size == 1 else self.concurrency
        self.mixes_texts = self.mapping.get("texts") == "unlike"
        a_minute = self.mapping.get("requests_a_minute")
        self.requests_a_minute = float(a_minute) if a_minute else None
        self.turkish = bool(self.mapping.get("turkish_single_shift", False))
        self.two_way = bool(self.mapping.get("two_way", False))
        self.blocks_doubles = bool(self.mapping.get("blocks_doubles", False))
        self.wants_status = int(self.mapping.get("callback_status", 200))
        self.knows_by_number = self.batch_size > 1 and not self._keeps_our_name
        self.statuses = {str(theirs): (str(ours), "") for theirs, ours in self.mapping.get("statuses", {}).items()}

    @property
    def _keeps_our_name(self) -> bool:
        told = str(self.mapping["fields"])
        return "{reference}" in told or "{request}" in told

    async def open(self) -> None:
        await super().open()
        if self.session is not None:
            self.session.headers.update(
                {name: with_secrets(value) for name, value in self.mapping.get("headers", {}).items()}
            )

    # --- Sending ----------------------------------------------------------
    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        return await self._speak(self.mapping, self._values(postings), [self._of(posting) for posting in postings])

    async def _speak(
        self, said: dict[str, Any], values: dict[str, str], messages: list[dict[str, str]]
    ) -> GatewayAnswer:
        """One request as a part of the mapping describes it: address, method, body and fields."""
        in_address = {place: quote(value, safe="~.") for place, value in values.items()}
        where = mappings.fill(str(said["url"]), in_address, [])
        fields = mappings.fill(said.get("fields", {}), values, messages)
        kind = said.get("body", self.mapping.get("body", "json"))
        method = str(said.get("method", "POST" if said is self.mapping or fields else "GET")).upper()
        if method == "GET" or kind == "query":
            return await self.call(method, where, params=mappings.flat(fields))
        if kind == "form":
            return await self.call(method, where, data=mappings.flat(fields))
        if kind == "xml":
            body = mappings.to_xml(str(said.get("root", self.mapping.get("root", "request"))), fields)
            return await self.call(method, where, data=body, headers={"Content-Type": "text/xml; charset=utf-8"})
        return await self.call(method, where, json=fields)

    def _values(self, postings: list[Posting]) -> dict[str, str]:
        """What the batch fills its places with: its first message, and all its numbers."""
        numbers = ",".join(self._number(posting.address) for posting in postings)
        return self._of(postings[0]) | {"{request}": postings[0].request, "{numbers}": numbers}

    def _of(self, posting: Posting) -> dict[str, str]:
        return {
            "{callback}": f"{settings.PUBLIC_BASE_URL}{reverse('outbox:operator_status')}?ref={posting.reference}",
            "{to}": self._number(posting.address),
            "{text}": posting.text,
            "{sender}": posting.sender or self.mapping.get("sender", ""),
            "{reference}": posting.reference,
        }

    def _number(self, address: str) -> str:
        before = NUMBERS.get(str(self.mapping.get("number", "")))
        return address if before is None else before + address.removeprefix("+90")

    def _read(self, answer: GatewayAnswer, said: dict[str, Any] | None = None) -> Any:
        part = said or {}
        kind = str(part.get("answer", self.mapping.get("answer", "json")))
        return mappings.read(answer.text, kind, str(part.get("pattern", self.mapping.get("pattern", ""))))

    def _meaning_of(self, code: object) -> str:
        plain = "" if code is None else str(code)
        return str(self.mapping.get("codes", {}).get(plain, plain))

    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        document = self._read(answer)
        code = dig(document, self.mapping.get("code", "code"))
        meaning, sid = self._meaning_of(code), dig(document, self.mapping["sid"])
        plain = "" if code is None else str(code)
        if answer.status < 300 and meaning in ("", "accepted") and "messages" in self.mapping:
            return self._verdicts(document, sid, postings)
        if answer.status < 300 and sid and meaning in ("", "accepted"):
            return [Accepted(self._sid(sid, posting)) for posting in postings]
        if answer.status < 300 and meaning in ("", "accepted"):
            return [Silent(f"HTTP {answer.status} without an id")] * len(postings)
        if meaning == "busy":
            return [Busy(plain)] * len(postings)
        if codes.of(meaning).verdict is codes.CodeMeaning.AGAIN:
            return batches.throttled(postings, answer)
        if codes.of(meaning).verdict is codes.CodeMeaning.CLOSED:
            return batches.refused_for_one(postings, meaning, f"HTTP {answer.status} {plain}")
        refusal = meaning if answer.status not in (401, 403) else "20003"
        return batches.refused(postings, refusal, f"HTTP {answer.status} {plain}")

    def _sid(self, sid: object, posting: Posting) -> str:
        return str(sid) if self.batch_size == 1 else sid_of(sid, posting.address)

    def _verdicts(self, document: Any, job: object, postings: list[Posting]) -> list[Outcome]:
        """Each message's own, found by its number; one that is not named is in doubt."""
        names = self.mapping["messages"]
        rows = batches.listed(dig(document, str(names.get("at", ""))) or [])
        by_number = {batches.national(str(dig(row, names.get("number", "to")))): row for row in rows}
        return [self._verdict(by_number.get(batches.national(posting.address)), job, posting) for posting in postings]

    def _verdict(self, row: dict[str, Any] | None, job: object, posting: Posting) -> Outcome:
        if row is None:
            return Silent("not named in the answer")
        names = self.mapping["messages"]
        code = dig(row, names.get("code", "code"))
        meaning, sid = self._meaning_of(code), dig(row, names["sid"]) if "sid" in names else None
        if meaning not in ("", "accepted"):
            return Busy(str(code)) if meaning == "busy" else Refused(meaning, str(code)[:40])
        if sid is not None:
            return Accepted(str(sid))
        return Accepted(sid_of(job, posting.address)) if job else Silent("without an id")

    # --- Asking -----------------------------------------------------------
    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        """By the name of the request, if the operator keeps that; else message by message."""
        if "at" not in self.mapping.get("look_up", {}):
            return await side_by_side([self.look_up(posting, posted_at) for posting, posted_at in asked])
        told: dict[str, dict[str, RemoteMessage] | LookUpFailed] = {}
        for posting, _ in asked:
            if posting.request not in told:
                values = {"{request}": posting.request, "{reference}": posting.reference}
                told[posting.request] = await self._rows(values)
        return [_of_posting(told[posting.request], posting) for posting, _ in asked]

    async def _rows(self, values: dict[str, str]) -> dict[str, RemoteMessage] | LookUpFailed:
        """What the operator lists, by our name of the message or by the digest of its number."""
        look_up = self.mapping["look_up"]
        try:
            document = await self._question(look_up, values)
        except LookUpFailed as failure:
            return failure
        known: dict[str, RemoteMessage] = {}
        for row in batches.listed(dig(document, str(look_up["at"])) or []):
            number = str(dig(row, look_up.get("number", "to")) or "")
            sid = dig(row, look_up["sid"]) if "sid" in look_up else None
            job = dig(row, look_up["job"]) if "job" in look_up else dig(document, self.mapping["sid"])
            status, _ = self.meaning(dig(row, look_up.get("status", "status")))
            name = str(sid) if sid else sid_of(job or values.get("{job}"), number)
            remote = RemoteMessage(name, status or "sent")
            known[batches.recipient_digest(number)] = remote
            known[str(dig(row, look_up.get("reference", "reference")))] = remote
            known[name] = remote
        return known

    async def look_up(self, posting: Posting, posted_at: datetime) -> list[RemoteMessage]:
        """By our reference, where the operator keeps one; exact, so that time does not matter."""
        return await self._look_up(posting.reference)

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        if "at" not in self.mapping.get("look_up", {}):
            return await side_by_side([self.fetch(sid, reference) for sid, reference in accepted])
        if "{job}" not in str(self.mapping["look_up"]):
            return [LookUpFailed("the mapping asks by no job") for _ in accepted]
        told: dict[str, dict[str, RemoteMessage] | LookUpFailed] = {}
        for sid, _ in accepted:
            job = batches.job_of(sid) or sid
            if job not in told:
                told[job] = await self._rows({"{job}": job})
        answers = [(sid, told[batches.job_of(sid) or sid]) for sid, _ in accepted]
        return [answer if isinstance(answer, LookUpFailed) else answer.get(sid) for sid, answer in answers]

    async def fetch(self, sid: str, reference: str) -> RemoteMessage | None:
        messages = await self._look_up(reference)
        return next((remote for remote in messages if remote.sid == sid), None)

    async def _look_up(self, reference: str) -> list[RemoteMessage]:
        if "look_up" not in self.mapping:
            raise LookUpFailed("the mapping names no look_up")
        document = await self._question(self.mapping["look_up"], {"{reference}": reference})
        sid = dig(document, self.mapping["sid"])
        status, _ = self.meaning(dig(document, self.mapping["look_up"].get("status", "status")) or "")
        return [RemoteMessage(str(sid), status or "sent")] if sid else []

    async def _question(self, said: dict[str, Any], values: dict[str, str]) -> Any:
        """What is answered; nothing where nothing is known of it."""
        try:
            answer = await self._speak(said, values, [])
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise LookUpFailed(type(error).__name__) from error
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise LookUpFailed(f"HTTP {answer.status}")
        return self._read(answer, said)

    async def credit(self) -> Decimal | None:
        said = self.mapping.get("credit")
        if not said:
            return None
        document = await self._question(said, {})
        try:
            return Decimal(str(dig(document, str(said.get("value", "sid")))).replace(",", "."))
        except InvalidOperation as error:
            raise LookUpFailed("no figure") from error

    # --- What comes in ----------------------------------------------------
    def receipts(self, told: object) -> list[Receipt]:
        names = self.mapping.get("callback", {})
        rows = batches.listed(dig(told, str(names.get("at", ""))))
        return [receipt for row in rows if (receipt := self.receipt(row, "")) is not None]

    def receipt(self, told: Any, token: str) -> Receipt | None:
        """A status report, read as the mapping's `callback` says; None when it says nothing we know.

        `token` is the reference from the address we gave; the mapping may name a field that carries it.
        """
        names = self.mapping.get("callback", {})
        sid, status = (dig(told, str(names.get(name, name))) for name in ("sid", "status"))
        our_status, _ = self.meaning(status)
        if not sid or not our_status:
            return None
        code = str(dig(told, names.get("code", "code")) or "")
        reference = token or str(dig(told, names.get("reference", "reference")) or "")
        number = str(dig(told, names["number"]) or "") if "number" in names else ""
        return Receipt(
            gateway=self.name,
            sid=sid_of(sid, number) if number and self.batch_size > 1 else str(sid),
            status=our_status,
            error_code=self._meaning_of(code),
            token=reference,
            recipient=batches.recipient_digest(number) if number and self.knows_by_number else "",
        )

    def letters(self, told: object) -> list[InboundText]:
        names = self.mapping.get("inbound", {})
        rows = batches.listed(dig(told, str(names.get("at", ""))))
        return [letter for row in rows if (letter := self.letter(row)) is not None]

    def letter(self, told: Any) -> InboundText | None:
        """Somebody's answer on a two-way route, as `inbound` says."""
        names = self.mapping.get("inbound", {})
        sid, number, text = (dig(told, str(names.get(name, name))) for name in ("sid", "from", "text"))
        if not self.two_way or not sid or not number:
            return None
        return InboundText(str(sid), batches.e164(str(number)), str(text or ""))

    def knows(self, request_headers: Any) -> bool:
        """Whether a caller shows the secret that the mapping agreed with the operator; without one nobody enters."""
        agreed = self.mapping.get("caller", {})
        secret = with_secrets(str(agreed.get("secret", "")))
        shown = request_headers.get(str(agreed.get("header", "")), "")
        return bool(secret) and hmac.compare_digest(shown.encode(), secret.encode())


def _of_posting(told: dict[str, RemoteMessage] | LookUpFailed, posting: Posting) -> Answer:
    if isinstance(told, LookUpFailed):
        return told
    remote = told.get(posting.reference) or told.get(batches.recipient_digest(posting.address))
    return [remote] if remote is not None else []


def read_mapping(path: str) -> dict[str, Any]:
    if not path:
        raise ImproperlyConfigured("SMS_GATEWAY names the operator but SMS_OPERATOR names no mapping.")
    mapping = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    if not isinstance(mapping, dict):
        raise ImproperlyConfigured(f"{path} is not a mapping.")
    return mapping
