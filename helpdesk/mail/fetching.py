"""Reading the mailbox. The network is spoken to with no transaction open.

`IMAP_URL`: imaps://user:password@host:993/INBOX. A letter is marked as seen only after
it was delivered, so a crash in between delivers it again, and `post` does it once.
"""

import logging
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import MailboxLoginError
from imap_tools.utils import check_command_status

from foundation.language import texts
from foundation.wire.files import uploads
from foundation.wire.redaction import mask_identity_numbers
from helpdesk.mail import charsets, intake, oauth, parsing
from helpdesk.mail.parsing import Letter
from helpdesk.models import ReceivedLetter
from helpdesk.models.letters import LetterReason, LetterState

logger = logging.getLogger(__name__)
BATCH_SIZE = 50
TIMEOUT_SECONDS = 20  # seconds
# Bytes that are read of one letter: our largest file as mail wraps it. The words come before the files.
LARGEST = uploads.LARGEST * 3 // 2


class LetterUnreadable(Exception):
    """The mailbox did not hand a letter out."""


def fetch() -> int:
    """Deliver up to `AT_ONCE` unseen letters; returns how many were put behind us. Nothing without `IMAP_URL`.

    While our own database is away the letters stay unseen and wait.
    """
    if not settings.IMAP_URL:
        return 0
    behind_us = 0
    with open_mailbox(settings.IMAP_URL) as mailbox:
        for uid in mailbox.uids(AND(seen=False))[:BATCH_SIZE]:
            flags = [MailMessageFlags.SEEN]
            if not deliver_one(mailbox, uid):
                flags.append(MailMessageFlags.FLAGGED)
            mailbox.flag([uid], flags, True)
            behind_us += 1
    return behind_us


def open_mailbox(url: str) -> BaseMailBox:
    """Signed in to the mailbox of an imap:// or imaps:// address: by its password, or by a token (`oauth`)."""
    address = urlsplit(url)
    secure = address.scheme == "imaps"
    kind = MailBox if secure else MailBoxUnencrypted
    box = kind(address.hostname or "", address.port or (993 if secure else 143), timeout=TIMEOUT_SECONDS)
    folder = address.path.strip("/") or "INBOX"
    user = unquote(address.username or "")
    if not oauth.is_set_up():
        return box.login(user, unquote(address.password or ""), initial_folder=folder)
    try:
        return box.xoauth2(user, oauth.access_token(), initial_folder=folder)
    except MailboxLoginError:
        oauth.forget()
        raise


def deliver_one(mailbox: BaseMailBox, uid: str) -> bool:
    """Whether this letter could be delivered; one that breaks something must not stop those behind it.

    It stays in the mailbox with a flag, and lies in the tray for a person to read.
    """
    raw = read(mailbox, uid)
    try:
        intake.deliver(letter_of(raw))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("a letter could not be delivered")
        keep_broken(raw)
        return False
    return True


def keep_broken(raw: bytes) -> None:
    """Set aside and shown: what could be read of it without understanding it, and the bytes."""
    try:
        head, _gap, text = raw[:20_000].partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
        lines = texts.carried(charsets.text_of(head)[0]).split("\n")
        of = {name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
        ReceivedLetter.objects.get_or_create(
            mail_id=f"<{parsing.digest(raw)}@broken>",
            defaults={
                "sender": parseaddr(of.get("from", ""))[1].lower()[:254],
                "subject": texts.line(charsets.header_of(of.get("subject", "")))[:200],
                "text": mask_identity_numbers(texts.paragraphs(charsets.text_of(text)[0])),
                "original": ContentFile(raw, name="mektup.eml"),
                "size": len(raw),
                "state": LetterState.BROKEN,
                "reason": LetterReason.POISON,
            },
        )
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("a letter could not be shown; it lies flagged in the mailbox")


def read(mailbox: BaseMailBox, uid: str) -> bytes:
    """The first `LARGEST` bytes of a letter, without marking it as seen. Raises LetterUnreadable."""
    answer = mailbox.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    check_command_status(answer, LetterUnreadable)
    for part in answer[1]:
        if isinstance(part, tuple):
            return part[1]
    raise LetterUnreadable


def letter_of(raw: bytes) -> Letter:
    return parsing.parse(raw, is_cut=len(raw) >= LARGEST)
