"""Texts in the journal have an age; the chain does not."""

from datetime import datetime

from foundation.journal import journal
from foundation.journal.models import Entry


def forget_texts(older_than: datetime) -> int:
    """What people wrote is erased; that they did something stays, sealed."""
    return journal.erase_text(Entry.objects.filter(at__lt=older_than))
