"""Putting right what was said, and taking back what was no outage. Nothing public is changed in silence."""

from datetime import datetime

from django.db import transaction

from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from monitoring import notices
from monitoring.models import Correction, Outage, StatusUpdate, WithdrawalReason
from monitoring.outages import updates
from monitoring.refusals import NothingToCorrect, OutageIsOver


@transaction.atomic
def correct(update: StatusUpdate, *, text_tr: str, text_en: str = "", reason: str, by: Person) -> Correction:
    """Put an update right; readers see that it was, why, and what it said before.

    Refused with NothingToCorrect when nothing changes.
    """
    update = StatusUpdate.objects.select_for_update().select_related("outage").get(pk=update.pk)
    if (update.text_tr, update.text_en) == (text_tr, text_en):
        raise NothingToCorrect
    correction = Correction.objects.create(
        outage=update.outage,
        update=update,
        before_tr=update.text_tr,
        before_en=update.text_en,
        reason=reason,
        by=by,
    )
    update.text_tr, update.text_en = text_tr, text_en
    update.save(update_fields=["text_tr", "text_en"])
    journal.record("outage.update_corrected", update.outage, by=by, text=reason, update=update.pk)
    updates.tell(update.outage)
    return correction


@transaction.atomic
def retime(outage: Outage, *, started_at: datetime, ended_at: datetime | None, reason: str, by: Person) -> Correction:
    """Put the times right: the bars and shares of the public pages follow at once.

    An open outage keeps no end. Refused with NothingToCorrect when nothing changes.
    """
    outage = Outage.objects.select_for_update().get(pk=outage.pk)
    ended_at = ended_at if outage.ended_at else None
    if (outage.started_at, outage.ended_at) == (started_at, ended_at):
        raise NothingToCorrect
    before = " – ".join(formatting.exact(at) for at in (outage.started_at, outage.ended_at) if at)
    correction = Correction.objects.create(outage=outage, before_tr=before, before_en=before, reason=reason, by=by)
    outage.started_at, outage.ended_at = started_at, ended_at
    outage.save(update_fields=["started_at", "ended_at"])
    journal.record("outage.retimed", outage, by=by, text=reason, before=before)
    updates.tell(outage)
    return correction


@transaction.atomic
def withdraw(outage: Outage, *, by: Person, reason: str = WithdrawalReason.OTHER) -> None:
    """Take an open outage off every public surface at once; operators keep it, and the ledger counts it as false.

    Pages, banners, feeds and the telephone text forget it; subscribers who were told
    hear that it was withdrawn. Refused with OutageIsOver.
    """
    if not Outage.objects.open().filter(pk=outage.pk, is_public=True).update(is_public=False, withdrawn_for=reason):
        raise OutageIsOver
    updates.tell(outage)  # while it still counts as public, so that open pages hear of it
    outage.refresh_from_db()
    journal.record("outage.withdrawn", outage, by=by, reason=reason)
    notices.owe(outage)


@transaction.atomic
def show(outage: Outage, *, by: Person) -> None:
    """Undo a withdrawal."""
    if not Outage.objects.open().filter(pk=outage.pk, is_public=False).update(is_public=True, withdrawn_for=""):
        raise OutageIsOver
    outage.refresh_from_db()
    journal.record("outage.shown", outage, by=by)
    updates.tell(outage)
    notices.owe(outage)
