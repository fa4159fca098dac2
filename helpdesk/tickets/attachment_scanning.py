"""Files wait until the malware scanner has spoken: one that is away holds them back and lets nothing pass."""

from contextlib import closing

from django.db import transaction

from foundation import now
from foundation.journal import journal
from foundation.wire.files import scanning
from foundation.wire.files.scanning import ScanVerdict
from helpdesk.models import Attachment
from helpdesk.tickets import live_updates

BATCH_SIZE = 20


def ask_about_waiting() -> int:
    """What a sweep calls: ask the scanner about files that wait; returns how many it spoke about."""
    settled = 0
    for attachment in Attachment.objects.waiting().select_related("message__ticket")[:BATCH_SIZE]:
        verdict = verdict_on(attachment)
        if verdict == ScanVerdict.WAITING:
            Attachment.objects.filter(pk=attachment.pk).update(asked_at=now())
        else:
            settled += settle(attachment, verdict)
    return settled


def verdict_on(attachment: Attachment) -> ScanVerdict:
    try:
        with closing(attachment.file.open("rb")) as file:
            return scanning.ask(file)
    except OSError:  # the store of files is away, or has lost this one
        return ScanVerdict.WAITING


@transaction.atomic
def settle(attachment: Attachment, verdict: ScanVerdict) -> bool:
    """Let a file go, or delete what was found to do harm. False when somebody was faster."""
    waiting = Attachment.objects.filter(pk=attachment.pk, verdict=ScanVerdict.WAITING)
    if not waiting.update(verdict=verdict, asked_at=now()):
        return False
    if verdict == ScanVerdict.INFECTED:
        journal.record("attachment.infected", attachment, ticket=attachment.message.ticket_id)
        transaction.on_commit(lambda: attachment.file.delete(save=False))
    live_updates.said(attachment.message)
    return True
