"""What people hear about an outage, and who has seen it."""

from datetime import datetime, timedelta

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.live import audiences, live
from monitoring import events, notices
from monitoring.models import Outage, StatusUpdate
from monitoring.outages import unreviewed
from monitoring.refusals import AlreadyAcknowledged, OutageIsOver


@transaction.atomic
def publish(
    outage: Outage,
    *,
    stage: str,
    text_tr: str,
    text_en: str = "",
    by: Person | None = None,
    next_update_at: datetime | None = None,
    seen_by: Person | None = None,
    alone_because: str = "",
) -> StatusUpdate:
    """Say something about an open outage on every surface at once. Refused with OutageIsOver.

    `seen_by` looked first, or `alone_because` says why nobody did.
    """
    if stage == Outage.Stage.RESOLVED:
        raise ValueError("an outage is resolved by outages.end")
    claimed = Outage.objects.open().filter(pk=outage.pk).update(stage=stage, next_update_at=next_update_at)
    if not claimed:
        raise OutageIsOver
    outage.refresh_from_db()
    return say(
        outage,
        stage=stage,
        text_tr=text_tr,
        text_en=text_en,
        by=by,
        next_update_at=next_update_at,
        seen_by=seen_by,
        alone_because=alone_because,
    )


def next_word(outage: Outage, minutes: int | None) -> datetime | None:
    """When people hear next: in so many minutes, not at all (0), or as announced (None)."""
    if minutes is None:
        return outage.next_update_at
    return now() + timedelta(minutes=minutes) if minutes else None


def say(
    outage: Outage,
    *,
    stage: str,
    text_tr: str,
    text_en: str,
    by: Person | None = None,
    next_update_at: datetime | None = None,
    seen_by: Person | None = None,
    alone_because: str = "",
) -> StatusUpdate:
    """Write the update, record it, tell everyone; the caller has already changed the outage."""
    update = StatusUpdate.objects.create(
        outage=outage,
        stage=stage,
        text_tr=text_tr,
        text_en=text_en,
        by=by,
        next_update_at=next_update_at,
        seen_by=seen_by,
        alone_because=alone_because,
    )
    journal.record("outage.updated", outage, by=by, text=text_tr if by else "", stage=stage)
    tell(outage)
    notices.owe(outage, update)
    unreviewed.tell_the_others(update)
    events.outage_updated.send(Outage, outage=outage, update=update)
    return update


@transaction.atomic
def acknowledge(outage: Outage, by: Person) -> None:
    """Take the outage: one person is named, everyone sees who. Refused with AlreadyAcknowledged."""
    claimed = Outage.objects.unacknowledged().filter(pk=outage.pk).update(acknowledged_at=now(), acknowledged_by=by)
    if not claimed:
        raise AlreadyAcknowledged
    outage.refresh_from_db()
    journal.record("outage.acknowledged", outage, by=by)
    live.announce(audiences.BOARD, "outage", outage.pk, {**outage.live_state(), "acknowledged_by": by.name})
    events.outage_acknowledged.send(Outage, outage=outage, by=by)


def tell_the_watch(outage: Outage) -> dict:
    """Put the outage before the open boards alone."""
    state = outage.live_state()
    live.announce(audiences.BOARD, "outage", outage.pk, state)
    return state


def tell(outage: Outage) -> None:
    """Put the outage before the open pages that show it."""
    state = tell_the_watch(outage)
    if not outage.is_public:
        return
    codes = outage.affected.exclude(municipality=None).values_list("municipality__code", flat=True).distinct()
    rooms = [audiences.STATUS_NATIONAL, *(audiences.status_of(code) for code in codes)]
    live.announce_each(rooms, "outage", outage.pk, state)
