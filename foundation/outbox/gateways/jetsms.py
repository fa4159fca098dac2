"""JetSMS's REST interface.

A message carries a name of ours and its own verdict in the answer; receipts are asked
for by the group's number. A lost answer is found by number, text and time. What its
refusal codes mean is not published: `JETSMS_CODES` translates those of the contract,
any other shuts the route with the code on the page. Source: its public description of
November 2026.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways.batches import BatchGateway, GatewayAnswer, listed, sid_of
from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    Refused,
    RemoteMessage,
    Report,
    Silent,
)

OK = "00"
TAKEN = "0"


class JetSms(BatchGateway):
    name = "jetsms"
    base = "https://smsapi.jetsms.com.tr"
    batch_size = 500
    mixes_texts = True
    requests_a_minute = 120
    rate = 500.0
    turkish = True
    knows_by_number = True
    statuses = {
        "1": ("delivered", ""),
        "2": ("sent", ""),
        "3": ("undelivered", "30008"),
        "4": ("undelivered", "30036"),
        "6": ("undelivered", codes.NO_CREDIT),
    }

    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        body = {
            **self._login,
            "originator": self.title(postings),
            "reference": postings[0].request,
            "iysfilter": "0",
            "smsmessages": [
                {
                    "messagetext": posting.text,
                    "recipient": f"90{batches.national(posting.address)}",
                    "messageid": posting.reference,
                }
                for posting in postings
            ],
        }
        lives = [posting.valid_for for posting in postings if posting.valid_for is not None]
        if lives:
            body["expiredate"] = f"m{max(min(lives) // 60, 1)}"
        return await self.call("POST", "/api/SendSms", json=body)

    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        if answer.status in (401, 403):
            return batches.refused(postings, codes.NO_ENTRY, f"HTTP {answer.status}")
        document = answer.document if isinstance(answer.document, dict) else {}
        code, group = str(document.get("responseCode", "")), str(document.get("responseMessage") or "")
        if answer.status < 300 and code == OK and group:
            verdicts = listed(document.get("responseGroupIdArray") or [])
            by_number = {batches.national(str(row.get("gsmNumber"))): str(row.get("status")) for row in verdicts}
            return [
                self._verdict(by_number.get(batches.national(posting.address), TAKEN), group, posting)
                for posting in postings
            ]
        if code and code != OK:
            ours = settings.JETSMS_CODES.get(code, codes.BAD_REQUEST)
            if codes.of(ours).verdict is codes.CodeMeaning.AGAIN:
                return batches.throttled(postings)
            return batches.refused(postings, ours, code)
        return [Silent(f"HTTP {answer.status} {code}"[:40])] * len(postings)

    def _verdict(self, status: str, group: str, posting: Posting) -> Outcome:
        if status == TAKEN:
            return Accepted(sid_of(group, posting.address))
        return Refused(settings.JETSMS_CODES.get(status, "30006"), status[:20])

    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        begin, end = batches.window(asked)
        question = {"startdate": f"{begin:%d%m%Y%H%M%S}", "enddate": f"{end:%d%m%Y%H%M%S}"}
        try:
            rows = await self._ask("/api/ReportSmsDetail", question, "ReportSMSDetailed")
        except LookUpFailed as failure:
            return [failure] * len(asked)
        by_number: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_number.setdefault(batches.national(str(row.get("Phone"))), []).append(row)
        answers: list[Answer] = []
        for posting, _ in asked:
            ours = by_number.get(batches.national(posting.address), [])
            answers.append([self._remote(row, posting) for row in ours if is_of(row, posting)])
        return answers

    def _remote(self, row: dict[str, Any], posting: Posting) -> RemoteMessage:
        status, code = self.meaning(row.get("Status"))
        return RemoteMessage(sid_of(row["ID"], posting.address), status or "sent", code)

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        known: dict[str, RemoteMessage | LookUpFailed] = {}
        for group in dict.fromkeys(batches.job_of(sid) for sid, _ in accepted):
            try:
                rows = await self._ask("/api/ReportSms", {"groupid": group}, "MessageReportArray")
            except LookUpFailed as failure:
                known |= {sid: failure for sid, _ in accepted if batches.job_of(sid) == group}
                continue
            for row in rows:
                status, code = self.meaning(row.get("Status"))
                sid = sid_of(group, str(row.get("GsmNumber")))
                known[sid] = RemoteMessage(sid, status or "sent", code)
        return [known.get(sid) for sid, _ in accepted]

    async def _ask(self, path: str, question: dict[str, Any], rows: str) -> list[dict[str, Any]]:
        answer = await self.ask("POST", path, json={**self._login, **question})
        if answer.status != 200 or not isinstance(answer.document, dict) or rows not in answer.document:
            raise LookUpFailed(f"HTTP {answer.status}")
        return listed(answer.document[rows] or [])

    def receipts(self, told: object) -> list[Receipt]:
        """Its pushes are not documented; what comes in the shape of its reports is read as such."""
        rows = listed(told, "MessageReportArray")
        return [receipt for row in rows if (receipt := self._receipt(row)) is not None]

    def _receipt(self, row: dict[str, Any]) -> Receipt | None:
        group, number = row.get("GroupId") or row.get("ID"), row.get("GsmNumber") or row.get("Phone")
        status, code = self.meaning(row.get("Status"))
        if not group or not number or not status:
            return None
        digest = batches.recipient_digest(str(number))
        return Receipt(self.name, sid_of(group, str(number)), status, code, str(row.get("MessageId") or ""), digest)

    @property
    def _login(self) -> dict[str, str]:
        return {"user": self.account.user, "password": self.account.password}


def is_of(row: dict[str, Any], posting: Posting) -> bool:
    """Whether this row of a number is that text."""
    return bool(row.get("ID")) and row.get("MessageText") == posting.text
