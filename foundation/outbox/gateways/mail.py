"""E-mail through whatever Django is configured to send with."""

import asyncio
import smtplib
from queue import Empty, SimpleQueue

from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from foundation.language import texts
from foundation.outbox.gateways.gateway import OneByOne
from foundation.outbox.gateways.postings import Accepted, Busy, Outcome, Posting, Refused, Silent
from foundation.outbox.letters import pages, threads


class Mail(OneByOne):
    """One message, one envelope. A mail server gives no receipt: accepted stays unconfirmed.

    Copies of one message carry the same Message-ID, so that a mailbox shows one.
    """

    name = "mail"
    rate = 50.0
    concurrency = 4
    gives_receipts = False

    def __init__(self) -> None:
        self._idle: SimpleQueue = SimpleQueue()

    async def post_one(self, posting: Posting) -> Outcome:
        return await asyncio.to_thread(self._send, posting)

    async def close(self) -> None:
        while not self._idle.empty():
            await asyncio.to_thread(self._idle.get_nowait().close)

    def _send(self, posting: Posting) -> Outcome:
        text = texts.carried(posting.text)
        envelope = EmailMultiAlternatives(
            texts.line(posting.subject), text, to=[posting.address], headers=headers(posting)
        )
        envelope.attach_alternative(pages.page_of(text), "text/html")
        connection = self._connection()
        outcome = _hand_over(connection, envelope)
        if isinstance(outcome, Accepted):
            self._idle.put(connection)
        else:
            _drop(connection)
        return outcome

    def _connection(self) -> BaseEmailBackend:
        try:
            return self._idle.get_nowait()
        except Empty:
            return get_connection(fail_silently=False)


def headers(posting: Posting) -> dict[str, str]:
    """One-click leaving (RFC 8058) and the conversation stand where mail programs look for them."""
    headers = {"Message-ID": message_id(posting), "Auto-Submitted": "auto-generated"}
    if posting.thread:
        beginning = threads.message_id(posting.thread, threads.BEGINNING)
        headers["In-Reply-To"] = posting.answers or beginning
        headers["References"] = f"{beginning} {posting.answers}".strip()
        headers |= {"Reply-To": reply_to} if (reply_to := threads.address(posting.thread)) else {}
    elif posting.answers:
        headers |= {"In-Reply-To": posting.answers, "References": posting.answers}
    if posting.unsubscribe:
        headers["List-Unsubscribe"] = f"<{posting.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def message_id(posting: Posting) -> str:
    if posting.thread:
        return threads.message_id(posting.thread, str(posting.message_id))
    return f"<message-{posting.message_id}@{threads.host()}>"


def _hand_over(connection, envelope: EmailMessage) -> Outcome:
    """The answer of the server: 5xx never, 4xx later, cut off after the text in doubt."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Busy(f"mail server: {type(error).__name__}")
    try:
        connection.send_messages([envelope])
    except smtplib.SMTPRecipientsRefused as refusal:
        code = max(code for code, _ in refusal.recipients.values())
        return Refused(str(code), "recipient refused") if code >= 500 else Busy(f"mail server: {code}")
    except smtplib.SMTPResponseException as refusal:
        answer = f"mail server: {refusal.smtp_code}"
        return Refused(str(refusal.smtp_code), answer) if refusal.smtp_code >= 500 else Busy(answer)
    except (OSError, smtplib.SMTPException) as error:
        return Silent(type(error).__name__)
    except ValueError as error:
        return Refused("", f"unsendable: {error}"[:80])
    return Accepted(envelope.extra_headers["Message-ID"], "sent")


def _drop(connection) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None
