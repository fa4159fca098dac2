"""Delivery reports (RFC 3464): which letter of ours did not arrive, and that its address is marked.

Anybody can write one. It counts only when it encloses the Message-ID that we signed for that very letter,
and only for the address that letter went to.
"""

import re
from dataclasses import dataclass

from django.db import transaction

from foundation.outbox.letters import threads
from foundation.outbox.reconciliation import returns
from helpdesk.mail.parsing import Letter

FIELD = re.compile(r"^(action|status)\s*:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
NO_SUCH_ADDRESS = ("5.1.", "5.4.4", "5.2.1")


@dataclass(frozen=True)
class DeliveryReport:
    """`thread` and `message_id` (our key of the outbox) of our letter; `status` 5.1.1: nobody lives there."""

    thread: str
    message_id: int
    action: str
    status: str

    @property
    def is_final(self) -> bool:
        return self.action == "failed" and self.status.startswith("5")

    @property
    def closes_the_address(self) -> bool:
        return self.is_final and self.status.startswith(NO_SUCH_ADDRESS)


def report_of(letter: Letter) -> DeliveryReport | None:
    """What a letter reports about one of ours; None where it names none that we signed."""
    told = "\n".join(text for kind, text in letter.parts if kind == "message/delivery-status")
    fields = {name.lower(): value.lower() for name, value in FIELD.findall(told)}
    enclosed = "\n".join(text for _kind, text in letter.parts)
    for thread, part in threads.named_in_ids(f"{enclosed}\n{letter.headers.get('in-reply-to', '')}"):
        if part.isdecimal():
            return DeliveryReport(thread, int(part), fields.get("action", ""), fields.get("status", ""))
    return None


@transaction.atomic
def mark(report: DeliveryReport) -> None:
    """Our letter came back: whoever comes next is told, and an address where nobody lives is written to no more."""
    if report.is_final:
        returns.came_back(report.message_id, report.status, closes=report.closes_the_address)
