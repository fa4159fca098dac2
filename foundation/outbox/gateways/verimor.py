"""Verimor's SMS interface, version 2.

JSON in, plain text out: the campaign's number, or a word. A campaign and each message
carry a name of ours, so that a lost answer is found exactly. Its list of allowed
addresses is compulsory, and it drops the second of two equal texts on one day.
Source: its public guide, read in November 2026.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways.batches import BatchGateway, GatewayAnswer, listed, sid_of
from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    InboundText,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    RemoteMessage,
    Report,
    Silent,
)

PAGE = 100
MOST_PAGES = 300
CAMPAIGN = re.compile(r"\d{1,40}")
SHORTEST_MINUTES, LONGEST_MINUTES = 1, 48 * 60
ABOUT_ALL = {
    "INSUFFICIENT_CREDITS": codes.NO_CREDIT,
    "INVALID_SOURCE_ADDRESS": codes.BAD_SENDER,
    "INVALID_PERIOD": codes.BAD_REQUEST,
    "INVALID_DELIVERY_TIME": codes.BAD_REQUEST,
    "INVALID_DATACODING": codes.BAD_REQUEST,
    "MISSING_DESTINATION_ADDRESS": codes.BAD_REQUEST,
}
ABOUT_TEXT = {"MISSING_MESSAGE": "21602", "MESSAGE_TOO_LONG": "21605", "FORBIDDEN_MESSAGE": "30007"}
# What the other operator said of a message that was not delivered.
GSM_ERRORS = {"1": "30005", "6": "30003", "27": "30003", "31": "30003", "13": "30004", "2050": "21610"}


class Verimor(BatchGateway):
    """240 requests a minute, ten megabytes each: numbers with the same text stand in one entry."""

    name = "verimor"
    base = "https://sms.verimor.com.tr"
    batch_size = 1000
    mixes_texts = True
    requests_a_minute = 240
    rate = 4000.0
    turkish = True
    two_way = True
    blocks_doubles = True
    statuses = {
        "SENDING": ("sending", ""),
        "WAITING": ("sent", ""),
        "SENT": ("sent", ""),
        "DELIVERED": ("delivered", ""),
        "NOT_DELIVERED": ("undelivered", "30008"),
        "EXPIRED": ("undelivered", "30036"),
        "INVALID_DESTINATION_ADDRESS": ("undelivered", "21211"),
        "REJECTED": ("undelivered", "30007"),
        "DOUBLE_SEND_ERROR": ("undelivered", codes.DOUBLED),
        "BLACKLISTED_DESTINATION_ADDRESS": ("undelivered", "21610"),
        "MISSING_TARIFF": ("undelivered", "30006"),
        "ROUTE_NOT_AVAILABLE": ("undelivered", "30006"),
        "NETWORK_NOTCOVERED": ("undelivered", "30006"),
        "INTERNATIONAL_DENIED": ("undelivered", "30006"),
        "SEND_ERROR": ("undelivered", "30008"),
    }

    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        by_text: dict[str, list[Posting]] = {}
        for posting in postings:
            by_text.setdefault(posting.text, []).append(posting)
        body: dict[str, Any] = {
            **self._login,
            "source_addr": self.title(postings),
            "custom_id": postings[0].request,
            "messages": [
                {
                    "msg": text,
                    "dest": ",".join(f"90{batches.national(posting.address)}" for posting in group),
                    "id": ",".join(posting.reference for posting in group),
                }
                for text, group in by_text.items()
            ],
        }
        lives = [posting.valid_for for posting in postings if posting.valid_for is not None]
        if lives:
            minutes = max(SHORTEST_MINUTES, min(min(lives) // 60, LONGEST_MINUTES))
            body["valid_for"] = f"{minutes // 60:02}:{minutes % 60:02}"
        return await self.call("POST", "/v2/send.json", json=body)

    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        said = answer.text.strip()
        if answer.status < 300 and CAMPAIGN.fullmatch(said):
            return [Accepted(sid_of(said, posting.address)) for posting in postings]
        if answer.status in (401, 403):
            about_address = re.search(r"\bIP\b", said) is not None
            return batches.refused(postings, codes.NOT_ALLOWED if about_address else codes.NO_ENTRY, str(answer.status))
        if answer.status == 413:
            return batches.refused_for_one(postings, "21605", "413")
        word = said.split()[0] if said else ""
        if answer.status == 400 and word in ABOUT_ALL:
            return batches.refused(postings, ABOUT_ALL[word], word)
        if answer.status == 400 and word in ABOUT_TEXT:
            return batches.refused_for_text(postings, ABOUT_TEXT[word], word)
        if answer.status == 400 and word == "INVALID_DESTINATION_ADDRESS":
            return batches.refused_for_one(postings, "21211", word)
        if 400 <= answer.status < 500:
            return batches.refused(postings, codes.BAD_REQUEST, f"{answer.status} {word}"[:40])
        return [Silent(f"HTTP {answer.status} without a campaign")] * len(postings)

    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        """By the names we gave: one question for each request, and its pages."""
        told: dict[str, dict[str, RemoteMessage] | LookUpFailed] = {}
        for request in dict.fromkeys(posting.request for posting, _ in asked):
            try:
                told[request] = self._by_reference(await self._status({"custom_id": request}))
            except LookUpFailed as failure:
                told[request] = failure
        return [_of(told[posting.request], posting) for posting, _ in asked]

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        known: dict[str, RemoteMessage | LookUpFailed] = {}
        for campaign in dict.fromkeys(batches.job_of(sid) for sid, _ in accepted):
            ours = [sid for sid, _ in accepted if batches.job_of(sid) == campaign]
            try:
                rows = await self._status({"id": campaign})
                known |= {remote.sid: remote for remote in map(self._remote, rows) if remote is not None}
            except LookUpFailed as failure:
                known |= dict.fromkeys(ours, failure)
        return [known.get(sid) for sid, _ in accepted]

    async def _status(self, which: dict[str, str]) -> list[dict[str, Any]]:
        """All messages of a campaign, a hundred at a time; none when there is no such campaign."""
        rows: list[dict[str, Any]] = []
        last = "0"
        for _ in range(MOST_PAGES):
            answer = await self.ask("GET", "/v2/status", params={**self._login, **which, "greater_than": last})
            if answer.status == 404:
                return []
            if answer.status != 200 or not isinstance(answer.document, list):
                raise LookUpFailed(f"HTTP {answer.status}")
            some = listed(answer.document)
            rows += some
            if len(some) < PAGE:
                return rows
            last = str(some[-1].get("message_id", ""))
        raise LookUpFailed("too many pages")

    def _by_reference(self, rows: list[dict[str, Any]]) -> dict[str, RemoteMessage]:
        """By the name we gave the message, and by the digest of its number should the name be gone."""
        known: dict[str, RemoteMessage] = {}
        for row in rows:
            remote = self._remote(row)
            if remote is not None:
                known[str(row.get("message_custom_id"))] = remote
                known.setdefault(remote.sid.rpartition(":")[2], remote)
        return known

    def _remote(self, row: dict[str, Any]) -> RemoteMessage | None:
        campaign, number, (status, code) = row.get("campaign_id"), row.get("dest"), self._meaning(row)
        return RemoteMessage(sid_of(campaign, str(number)), status or "sent", code) if campaign and number else None

    def _meaning(self, row: dict[str, Any]) -> tuple[str, str]:
        status, code = self.meaning(row.get("status"))
        by_network = GSM_ERRORS.get(str(row.get("gsm_error")), code)
        return status, by_network if row.get("status") == "NOT_DELIVERED" else code

    async def credit(self) -> Decimal | None:
        answer = await self.ask("GET", "/v2/balance", params=self._login)
        try:
            return Decimal(answer.text.strip())
        except InvalidOperation as error:
            raise LookUpFailed("no figure") from error

    def receipts(self, told: object) -> list[Receipt]:
        rows = [row for row in listed(told) if row.get("type", "outbound") == "outbound"]
        return [receipt for row in rows if (receipt := self._receipt(row)) is not None]

    def _receipt(self, row: dict[str, Any]) -> Receipt | None:
        remote, (status, code) = self._remote(row), self._meaning(row)
        if remote is None or not status:
            return None
        return Receipt(self.name, remote.sid, status, code, token=str(row.get("message_custom_id") or ""))

    def letters(self, told: object) -> list[InboundText]:
        return [
            InboundText(str(row["message_id"]), batches.e164(str(row["source_addr"])), str(row.get("content", "")))
            for row in listed(told)
            if row.get("type") == "inbound" and row.get("message_id") and row.get("source_addr")
        ]

    @property
    def _login(self) -> dict[str, str]:
        return {"username": self.account.user, "password": self.account.password}


def _of(told: dict[str, RemoteMessage] | LookUpFailed, posting: Posting) -> Answer:
    if isinstance(told, LookUpFailed):
        return told
    remote = told.get(posting.reference) or told.get(batches.recipient_digest(posting.address))
    return [remote] if remote is not None else []
