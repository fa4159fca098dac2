"""Reading the mailbox. The network is spoken to with no transaction open.

`IMAP_URL`: imaps://user:password@host:993/INBOX. A letter is marked as seen only after
it was delivered, so a crash in between delivers it again, and `post` does it once.
"""

import logging
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags

from helpdesk.mail import post

logger = logging.getLogger(__name__)
AT_ONCE = 50
PATIENCE = 20  # seconds


def fetch() -> int:
    """Deliver up to `AT_ONCE` unseen letters; returns how many. Nothing without `IMAP_URL`."""
    if not settings.IMAP_URL:
        return 0
    with open_mailbox(settings.IMAP_URL) as mailbox:
        delivered = 0
        for mail in mailbox.fetch(AND(seen=False), limit=AT_ONCE, mark_seen=False):
            deliver_one(mail)
            mailbox.flag([mail.uid or ""], [MailMessageFlags.SEEN], True)
            delivered += 1
    return delivered


def open_mailbox(url: str) -> BaseMailBox:
    """Signed in to the mailbox of an imap:// or imaps:// address."""
    address = urlsplit(url)
    secure = address.scheme == "imaps"
    kind = MailBox if secure else MailBoxUnencrypted
    box = kind(address.hostname or "", address.port or (993 if secure else 143), timeout=PATIENCE)
    folder = address.path.strip("/") or "INBOX"
    return box.login(unquote(address.username or ""), unquote(address.password or ""), initial_folder=folder)


def deliver_one(mail: MailMessage) -> None:
    """A letter that breaks something is logged and left seen; it must not stop those behind it."""
    try:
        post.deliver(letter_of(mail))
    except Exception:
        logger.exception("a letter could not be delivered")


def letter_of(mail: MailMessage) -> post.Letter:
    headers = {name.lower(): " ".join(values) for name, values in mail.headers.items()}
    return post.Letter(
        message_id=headers.get("message-id", "").strip(),
        sender=mail.from_ or "",
        subject=" ".join((mail.subject or "").split()),
        text=mail.text or "",
        headers=headers,
    )
