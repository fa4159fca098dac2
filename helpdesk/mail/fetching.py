"""Reading the mailbox. The network is spoken to with no transaction open.

`IMAP_URL`: imaps://user:password@host:993/INBOX. A letter is marked as seen only after
it was delivered, so a crash in between delivers it again, and `post` does it once.
"""

import hashlib
import logging
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags
from imap_tools.utils import check_command_status

from foundation.wire.files import uploads
from helpdesk.mail import html_text, intake

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
    """Signed in to the mailbox of an imap:// or imaps:// address."""
    address = urlsplit(url)
    secure = address.scheme == "imaps"
    kind = MailBox if secure else MailBoxUnencrypted
    box = kind(address.hostname or "", address.port or (993 if secure else 143), timeout=TIMEOUT_SECONDS)
    folder = address.path.strip("/") or "INBOX"
    return box.login(unquote(address.username or ""), unquote(address.password or ""), initial_folder=folder)


def deliver_one(mailbox: BaseMailBox, uid: str) -> bool:
    """Whether this letter could be delivered; one that breaks something must not stop those behind it.

    It stays in the mailbox with a flag, for a person to read.
    """
    raw = read(mailbox, uid)
    try:
        intake.deliver(letter_of(raw))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("a letter could not be delivered")
        return False
    return True


def read(mailbox: BaseMailBox, uid: str) -> bytes:
    """The first `LARGEST` bytes of a letter, without marking it as seen. Raises LetterUnreadable."""
    answer = mailbox.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    check_command_status(answer, LetterUnreadable)
    for part in answer[1]:
        if isinstance(part, tuple):
            return part[1]
    raise LetterUnreadable


def letter_of(raw: bytes) -> intake.Letter:
    mail = MailMessage.from_bytes(raw)
    headers = {name.lower(): " ".join(values) for name, values in mail.headers.items()}
    is_cut = len(raw) >= LARGEST
    return intake.Letter(
        message_id=headers.get("message-id", "").strip() or f"<{hashlib.sha256(raw).hexdigest()}@letter>",
        sender=mail.from_ or "",
        subject=" ".join(mail.subject.replace("\0", "").split()),
        text=(mail.text or html_text.text_of(mail.html)).replace("\0", ""),
        headers=headers,
        files=[] if is_cut else files_of(mail),
        is_cut=is_cut,
    )


def files_of(mail: MailMessage) -> list[ContentFile]:
    return [ContentFile(file.payload, name=file.filename or "dosya") for file in mail.attachments if file.payload]
