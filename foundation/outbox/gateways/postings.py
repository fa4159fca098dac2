"""What a gateway is handed, the answers it can give, and what it tells afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting of one message.

    `reference` is its signed token, the same in every receipt; `unsubscribe` an https
    address for List-Unsubscribe (RFC 8058), empty where nobody subscribed. `request`
    names the request it leaves in, written down before the call: postings with the
    same one go together. `thread` names the conversation a letter belongs to (`outbox.letters.threads`), `answers` the
    Message-ID of the letter it answers.
    """

    message_id: int
    attempt: int
    batch_id: int
    address: str
    text: str
    subject: str
    sender: str
    reference: str
    valid_for: int | None = None
    unsubscribe: str = ""
    request: str = ""
    thread: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has it. `status` is what it said of it, in Twilio's words."""

    sid: str
    status: str = "queued"


@dataclass(frozen=True, slots=True)
class Busy:
    """Proven: not accepted. Worth another try after `wait` (None: as the backoff says)."""

    reason: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Crowded:
    """Proven: not accepted, because of something in one of the batch. Worth another try in batches of `size`."""

    size: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Proven: not accepted, and never will be. `code` is looked up in `codes`."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody knows: time-out, reset, server error. To be looked up, never guessed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Never posted: the batch was paused or stopped, or the worker had to go."""


Outcome = Accepted | Busy | Crowded | Refused | Silent | Withheld


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A message the gateway says it has, that could be ours."""

    sid: str
    status: str
    error_code: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One status report, in Twilio's words. `token` is the reference we gave the gateway, if it came back.

    `recipient` is a digest of the number it is about, where a gateway names no message
    of ours (`recipient_digest`); it finds what is in doubt to that number.
    """

    gateway: str
    sid: str
    status: str
    error_code: str = ""
    token: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """What somebody answered on a two-way route. `sid` is the gateway's name for it, or what stands for one."""

    sid: str
    address: str
    text: str


class LookUpFailed(Exception):
    """The gateway cannot say now; ask again."""


Answer = list[RemoteMessage] | LookUpFailed
Report = RemoteMessage | LookUpFailed | None
