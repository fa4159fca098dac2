"""NetGSM's REST interface, version 2.

One job number for a whole request; it keeps no name of ours, so that a lost answer is
found again by number and time. Every refusal is HTTP 406 with a code. Source: its
published OpenAPI description and code tables, read in November 2026.
"""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation import now
from foundation.language.formatting import ISTANBUL
from foundation.outbox.gateways import batches, codes
from foundation.outbox.gateways.batches import BatchGateway, GatewayAnswer, listed, national, sid_of
from foundation.outbox.gateways.postings import (
    Accepted,
    Answer,
    Busy,
    InboundText,
    LookUpFailed,
    Outcome,
    Posting,
    Receipt,
    RemoteMessage,
    Report,
    Silent,
)

OK = "00"
PAGE = 100
MOST_PAGES = 200
JOBS_A_QUESTION = 50
ASKS_BACK = timedelta(days=2)
# What the whole request is refused for: (code of ours).
ABOUT_ALL = {
    "30": codes.NO_ENTRY,
    "40": codes.BAD_SENDER,
    "50": codes.IYS,
    "51": codes.IYS,
    "60": codes.NO_CREDIT,
    "70": codes.BAD_REQUEST,
}
NO_RECORDS, TOO_OFTEN = "60", "80"


class NetGsm(BatchGateway):
    """Basic authentication; Turkish letters by single shift. Reports: ten questions a minute."""

    name = "netgsm"
    base = "https://api.netgsm.com.tr"
    password_in_header = True
    batch_size = 500
    mixes_texts = True
    requests_a_minute = 60
    rate = 500.0
    turkish = True
    two_way = True
    knows_by_number = True
    statuses = {
        "0": ("sent", ""),
        "1": ("delivered", ""),
        "2": ("undelivered", "30036"),
        "3": ("undelivered", "30005"),
        "4": ("undelivered", "30008"),
        "11": ("undelivered", "30007"),
        "12": ("undelivered", "30003"),
        "13": ("undelivered", codes.DOUBLED),
        "14": ("undelivered", codes.NO_CREDIT),
        "15": ("undelivered", "21610"),
        "16": ("undelivered", "30004"),
        "17": ("undelivered", "30004"),
    }

    async def send(self, postings: list[Posting]) -> GatewayAnswer:
        body = {
            "msgheader": self.title(postings),
            "encoding": "TR",
            "iysfilter": "0",
            "messages": [{"msg": posting.text, "no": national(posting.address)} for posting in postings],
        }
        return await self.call("POST", "/sms/rest/v2/send", json=body)

    def outcomes(self, answer: GatewayAnswer, postings: list[Posting]) -> list[Outcome]:
        document = answer.document if isinstance(answer.document, dict) else {}
        code, job = str(document.get("code", "")), document.get("jobid")
        if answer.status < 300 and code == OK and job:
            return [Accepted(sid_of(job, posting.address)) for posting in postings]
        if answer.status == 401:
            return batches.refused(postings, codes.NO_ENTRY, "HTTP 401")
        if code in ABOUT_ALL:
            return batches.refused(postings, ABOUT_ALL[code], code)
        if code == TOO_OFTEN:
            return batches.throttled(postings)
        if code == "85":  # more than twenty jobs a minute to one number
            alone: list[Outcome] = [Busy(codes.THROTTLED, timedelta(minutes=1))]
            return alone if len(postings) == 1 else batches.refused_for_one(postings, codes.THROTTLED, code)
        if code == "20":
            return batches.refused_for_text(postings, "21605", code)
        return [Silent(f"HTTP {answer.status} {code}"[:40])] * len(postings)

    async def look_up_all(self, asked: list[tuple[Posting, datetime]]) -> list[Answer]:
        """By number, among all that the account sent at that time; pages that are not told are doubts that stay."""
        begin, end = batches.window(asked)
        rows, failure = await self._report({"startdate": _told(begin), "stopdate": _told(end)})
        found: dict[str, list[RemoteMessage]] = {}
        for row in rows:
            remote = self._remote(row)
            if remote is not None:
                found.setdefault(remote.sid.rpartition(":")[2], []).append(remote)
        answers: list[Answer] = []
        for posting, _ in asked:
            ours = found.get(batches.recipient_digest(posting.address), [])
            answers.append(failure if failure is not None and not ours else ours)
        return answers

    async def fetch_all(self, accepted: list[tuple[str, str]]) -> list[Report]:
        jobs = sorted({batches.job_of(sid) for sid, _ in accepted})
        known: dict[str, RemoteMessage] = {}
        failure: LookUpFailed | None = None
        begin, end = (now() - ASKS_BACK).astimezone(ISTANBUL), now().astimezone(ISTANBUL)
        for start in range(0, len(jobs), JOBS_A_QUESTION):
            if failure is not None:
                break
            some = {"jobids": jobs[start : start + JOBS_A_QUESTION], "startdate": _told(begin), "stopdate": _told(end)}
            rows, failure = await self._report(some)
            known |= {remote.sid: remote for remote in map(self._remote, rows) if remote is not None}
        return [known.get(sid, failure) for sid, _ in accepted]

    async def _report(self, question: dict[str, Any]) -> tuple[list[dict[str, Any]], LookUpFailed | None]:
        """The rows that were told, and why there are not more of them."""
        rows: list[dict[str, Any]] = []
        for page in range(MOST_PAGES):
            try:
                some = await self._page(question | {"pagenumber": page, "pagesize": PAGE})
            except LookUpFailed as failure:
                return rows, failure
            rows += some
            if len(some) < PAGE:
                return rows, None
        return rows, LookUpFailed("too many pages")

    async def _page(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.ask("POST", "/sms/rest/v2/report", json=question)
        document = answer.document if isinstance(answer.document, dict) else {}
        code = str(document.get("code", ""))
        if code == NO_RECORDS:
            return []
        if answer.status >= 300 or code != OK:
            raise LookUpFailed(f"HTTP {answer.status} {code}"[:40])
        return listed(document.get("jobs") or [])

    def _remote(self, row: dict[str, Any]) -> RemoteMessage | None:
        job, number, (status, code) = row.get("jobid"), row.get("number"), self.meaning(row.get("status"))
        return RemoteMessage(sid_of(job, str(number)), status or "sent", code) if job and number else None

    async def credit(self) -> Decimal | None:
        what = {"usercode": self.account.user, "password": self.account.password, "stip": 2}
        answer = await self.ask("POST", "/balance", json=what)
        try:
            return Decimal(str(batches.dig(answer.document, "balance")).replace(",", "."))
        except InvalidOperation as error:
            raise LookUpFailed("no figure") from error

    def receipts(self, told: object) -> list[Receipt]:
        return [receipt for row in listed(told, "jobs") if (receipt := self._receipt(row)) is not None]

    def _receipt(self, row: dict[str, Any]) -> Receipt | None:
        job, number = row.get("jobid"), row.get("number") or row.get("telno")
        status, code = self.meaning(row.get("status"))
        if not job or not number or not status:
            return None
        digest = batches.recipient_digest(str(number))
        return Receipt(self.name, sid_of(job, str(number)), status, code, recipient=digest)

    def letters(self, told: object) -> list[InboundText]:
        return [_letter(row) for row in listed(told, "messages") if row.get("sender")]


def _letter(row: dict[str, Any]) -> InboundText:
    sid = batches.letter_sid(row.get("id"), row)
    return InboundText(sid, batches.e164(str(row["sender"])), str(row.get("message", "")))


def _told(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M:%S}"
