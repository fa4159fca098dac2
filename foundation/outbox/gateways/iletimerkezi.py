"""İleti Merkezi's JSON interface, version 1.

Nested bodies, POST for everything. An order is known by its number and a message in it
by the telephone number; what the order is called by us it does not keep. A hundred SMS
a second an account, counted by recipients. Source: its public pages, November 2026.
"""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation.language.formatting import ISTANBUL
from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways.batches import BatchGateway, GatewayAnswer, dig, listed, sid_of
from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    RemoteMessage,
    Report,
    Silent,
)

OK = "200"
ORDERS_A_PAGE = 30
MESSAGES_A_PAGE = 1000
MOST_PAGES = 100
ABOUT_ALL = {
    "400": codes.BAD_REQUEST,
    "401": codes.NO_ENTRY,
    "402": codes.NO_CREDIT,
    "403": codes.NOT_ALLOWED,
    "404": codes.BAD_REQUEST,
    "422": codes.BAD_REQUEST,
    "450": codes.BAD_SENDER,
    "459": codes.BAD_SENDER,
    "460": codes.BAD_SENDER,
    "467": "30002",
    "468": codes.IYS,
    "469": codes.IYS,
    "470": codes.IYS,
}
ABOUT_ONE = {"452": "21211", "453": "21605", "466": "21211"}
REPEATED = "451"
NO_ORDER = {"455", "456"}


class IletiMerkezi(BatchGateway):
    """`iys` is compulsory, "0" for information. The user is the key, the password its hash."""

    name = "iletimerkezi"
    base = "https://api.iletimerkezi.com"
    batch_size = 500
    mixes_texts = True
    rate = 100.0
    turkish = True
    knows_by_number = True
    statuses = {
        "110": ("sent", ""),
        "111": ("delivered", ""),
        "112": ("undelivered", "30008"),
        "accepted": ("sent", ""),
        "delivered": ("delivered", ""),
        "undelivered": ("undelivered", "30008"),
    }

    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        by_text: dict[str, list[str]] = {}
        for posting in postings:
            by_text.setdefault(posting.text, []).append(batches.national(posting.address))
        messages = [{"text": text, "receipents": {"number": numbers}} for text, numbers in by_text.items()]
        order = {
            "sender": self.title(postings),
            "sendDateTime": [],
            "iys": "0",
            "message": messages[0] if len(messages) == 1 else messages,
        }
        return await self.call("POST", "/v1/send-sms/json", json=self._request(order=order))

    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        code = str(dig(answer.document, "response.status.code") or answer.status)
        order = dig(answer.document, "response.order.id")
        if code == OK and order:
            return [Accepted(sid_of(order, posting.address)) for posting in postings]
        if code in ABOUT_ALL:
            return batches.refused(postings, ABOUT_ALL[code], code)
        if code in ABOUT_ONE:
            return batches.refused_for_one(postings, ABOUT_ONE[code], code)
        if code == "454":
            return batches.refused_for_text(postings, "21602", code)
        if code == REPEATED and postings[0].attempt == 1:
            return batches.refused(postings, codes.DOUBLED, code)
        return [Silent(f"HTTP {answer.status} {code}"[:40])] * len(postings)

    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        """By number, in the orders of that time."""
        begin, end = batches.window(asked)
        found: dict[str, list[RemoteMessage]] = {}
        failure: LookUpFailed | None = None
        try:
            for order in await self._orders(begin, end):
                for remote in await self._messages(order):
                    found.setdefault(remote.sid.rpartition(":")[2], []).append(remote)
        except LookUpFailed as failed:
            failure = failed
        answers: list[Answer] = []
        for posting, _ in asked:
            ours = found.get(batches.recipient_digest(posting.address), [])
            answers.append(failure if failure is not None and not ours else ours)
        return answers

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        known: dict[str, RemoteMessage | LookUpFailed] = {}
        for order in dict.fromkeys(batches.job_of(sid) for sid, _ in accepted):
            try:
                known |= {remote.sid: remote for remote in await self._messages(order)}
            except LookUpFailed as failure:
                known |= {sid: failure for sid, _ in accepted if batches.job_of(sid) == order}
        return [known.get(sid) for sid, _ in accepted]

    async def _orders(self, begin: datetime, end: datetime) -> list[str]:
        orders: list[str] = []
        for page in range(1, MOST_PAGES + 1):
            days = {"start": f"{begin:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}", "page": page}
            answer = await self._ask("/v1/get-reports/json", filter=days)
            some = listed(dig(answer, "response.orders") or [])
            orders += [str(order["id"]) for order in some if order.get("id") and _was_between(order, begin, end)]
            if len(some) < ORDERS_A_PAGE:
                return orders
        raise LookUpFailed("too many pages")

    async def _messages(self, order: str) -> list[RemoteMessage]:
        messages: list[RemoteMessage] = []
        for page in range(1, MOST_PAGES + 1):
            which = {"id": order, "page": page, "rowCount": MESSAGES_A_PAGE}
            answer = await self._ask("/v1/get-report/json", order=which)
            some = listed(dig(answer, "response.order.message") or [])
            for row in some:
                status, code = self.meaning(row.get("status"))
                messages.append(RemoteMessage(sid_of(order, str(row.get("number", ""))), status or "sent", code))
            if len(some) < MESSAGES_A_PAGE:
                return messages
        raise LookUpFailed("too many pages")

    async def _ask(self, path: str, **what: Any) -> Any:
        answer = await self.ask("POST", path, json=self._request(**what))
        code = str(dig(answer.document, "response.status.code") or answer.status)
        if code in NO_ORDER:
            return {}
        if code != OK:
            raise LookUpFailed(f"HTTP {answer.status} {code}"[:40])
        return answer.document

    async def credit(self) -> Decimal | None:
        answer = await self._ask("/v1/get-balance/json")
        try:
            return Decimal(str(dig(answer, "response.balance.sms")))
        except InvalidOperation as error:
            raise LookUpFailed("no figure") from error

    def receipts(self, told: object) -> list[Receipt]:
        return [receipt for row in listed(told) if (receipt := self._receipt(row)) is not None]

    def _receipt(self, row: dict[str, Any]) -> Receipt | None:
        report = row.get("report", row)
        order, number, (status, code) = dig(report, "packet_id"), dig(report, "to"), self.meaning(dig(report, "status"))
        if not order or not number or not status:
            return None
        digest = batches.recipient_digest(str(number))
        return Receipt(self.name, sid_of(order, str(number)), status, code, recipient=digest)

    def _request(self, **what: Any) -> dict[str, Any]:
        login = {"key": self.account.user, "hash": self.account.password}
        return {"request": {"authentication": login, **what}}


def _was_between(order: dict[str, Any], begin: datetime, end: datetime) -> bool:
    """By when it was submitted; an order that does not say so may be ours."""
    try:
        submitted = datetime.fromisoformat(str(order.get("submitAt")))
    except ValueError:
        return True
    return begin <= submitted.replace(tzinfo=submitted.tzinfo or ISTANBUL) <= end
