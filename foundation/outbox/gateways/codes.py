"""What the gateways' numbers mean for us, as data.

Source: Twilio's error dictionary as of 2026-11 (reference, "Errors that matter").
Domestic gateways' codes are mapped to these, in their adapters or in a mapping.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class CodeMeaning(Enum):
    FAILED = "failed"  # permanent for this message
    CLOSED = "closed"  # permanent for this address: suppress it
    AGAIN = "again"  # not delivered; another try may work
    STOP = "stop"  # the account or its configuration: open the breaker
    FILTERED = "filtered"  # permanent, and counted: many of them open the breaker
    UNKNOWN = "unknown"  # the gateway itself does not know


@dataclass(frozen=True)
class Code:
    """`after` and `times`: when and how often to try again; `closes`: why an address is suppressed.

    `concerns_account`: no sender of this account gets through, whichever met it first.
    """

    verdict: CodeMeaning
    meaning: str
    after: timedelta = timedelta()
    times: int = 0
    closes: str = ""
    concerns_account: bool = False


def _failed(meaning: str) -> Code:
    return Code(CodeMeaning.FAILED, meaning)


def _stop(meaning: str) -> Code:
    return Code(CodeMeaning.STOP, meaning)


def _stop_account(meaning: str) -> Code:
    return Code(CodeMeaning.STOP, meaning, concerns_account=True)


# Our own words for what the domestic gateways say with numbers and words of theirs.
NO_CREDIT = "no-credit"
NO_ENTRY = "no-entry"
NOT_ALLOWED = "not-allowed"
BAD_SENDER = "bad-sender"
BAD_REQUEST = "bad-request"
IYS = "iys"
DOUBLED = "doubled"
THROTTLED = "throttled"
FILTERED_ROUTE = "filtered"  # why a route is shut that drops too many


CODES: dict[str, Code] = {
    NO_CREDIT: Code(CodeMeaning.STOP, "no credit left", times=20, concerns_account=True),
    NO_ENTRY: _stop_account("login or address refused"),
    NOT_ALLOWED: _stop_account("this server's address is not on the allow-list"),
    BAD_SENDER: _stop("sender title refused"),
    BAD_REQUEST: _stop_account("request not understood"),
    IYS: _stop_account("no IYS setting"),
    DOUBLED: _failed("copy dropped by the gateway"),
    THROTTLED: Code(CodeMeaning.AGAIN, "too many requests", timedelta(seconds=2), 1000),
    "20003": _stop_account("authentication failed"),
    "no-sms": _failed("this house has no SMS"),
    "20404": _stop("no such account"),
    "20429": Code(CodeMeaning.AGAIN, "too many requests", timedelta(seconds=1), 1000),
    "21211": Code(CodeMeaning.CLOSED, "not a valid number", closes="invalid"),
    "21401": Code(CodeMeaning.CLOSED, "not a valid number", closes="invalid"),
    "21408": _stop("country not enabled"),
    "21602": _failed("no text"),
    "21603": _stop("no sender"),
    "21604": _failed("no recipient"),
    "21605": _failed("text too long"),
    "21606": _stop("sender cannot be used"),
    "21608": _stop("trial account"),
    "21609": _stop("callback address refused"),
    "21610": Code(CodeMeaning.CLOSED, "recipient opted out", closes="opted_out"),
    "21611": Code(CodeMeaning.AGAIN, "sender's queue is full", timedelta(minutes=2), 1000),
    "21612": _stop("sender cannot reach this number"),
    "21614": Code(CodeMeaning.CLOSED, "not a mobile number", closes="landline"),
    "21617": _failed("text too long"),
    "21619": _failed("no text"),
    "21635": Code(CodeMeaning.CLOSED, "landline", closes="landline"),
    "21656": _failed("content variables refused"),
    "30001": Code(CodeMeaning.AGAIN, "queue overflow", timedelta(seconds=30), 3),
    "30002": _stop_account("account suspended"),
    "30003": Code(CodeMeaning.AGAIN, "handset unreachable", timedelta(minutes=3), 2),
    "30004": _failed("blocked"),
    "30005": _failed("unknown handset"),
    "30006": _failed("landline or unreachable carrier"),
    "30007": Code(CodeMeaning.FILTERED, "filtered"),
    "30008": Code(CodeMeaning.AGAIN, "unknown error", timedelta(minutes=1), 1),
    "30036": _failed("validity expired"),
    "30410": Code(CodeMeaning.UNKNOWN, "provider timed out"),
    "35115": _stop("scheduling window"),
    "35118": _stop("messaging service missing"),
    "35125": _stop("scheduling limit"),
    "push-gone": Code(CodeMeaning.CLOSED, "browser no longer listens", closes="invalid"),
    "webhook-gone": Code(CodeMeaning.CLOSED, "receiver said it is gone", closes="invalid"),
    "63017": Code(CodeMeaning.AGAIN, "account too fast", timedelta(seconds=10), 1000),
}


def of(code: str) -> Code:
    """What `code` means; an unknown one is a plain, permanent failure."""
    return CODES.get(code) or _failed(f"code {code}" if code else "refused")
