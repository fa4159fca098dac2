"""What people hear about an outage, and who has seen it."""

from datetime import datetime, timedelta
from typing import Required, TypedDict, Unpack

from django.db import transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.live import audiences, live
from monitoring import events, notices
from monitoring.models import Outage, StatusUpdate
from monitoring.outages import unreviewed
from monitoring.refusals import AlreadyAcknowledged, OutageIsOver


class UpdateFacts(TypedDict, total=False):
    """`seen_by` looked first, or `alone_because` says why nobody did."""

    text_tr: Required[str]
    text_en: str
    by: Person | None
    seen_by: Person | None
    alone_because: str


@transaction.atomic
def publish(
    outage: Outage, *, stage: str, next_update_at: datetime | None = None, **facts: Unpack[UpdateFacts]
) -> StatusUpdate:
    """Say something about an open outage on every surface at once. Refused with OutageIsOver."""
    if stage == Outage.Stage.RESOLVED:
        raise ValueError("an outage is resolved by outages.end")
    claimed = Outage.objects.open().filter(pk=outage.pk).update(stage=stage, next_update_at=next_update_at)
    if not claimed:
        raise OutageIsOver
    outage.refresh_from_db()
    return say(outage, stage=stage, next_update_at=next_update_at, **facts)


def next_word(outage: Outage, minutes: int | None) -> datetime | None:
    """When people hear next: in so many minutes, not at all (0), or as announced (None)."""
    if minutes is None:
        return outage.next_update_at
    return now() + timedelta(minutes=minutes) if minutes else None


def say(
    outage: Outage, *, stage: str, next_update_at: datetime | None = None, **facts: Unpack[UpdateFacts]
) -> StatusUpdate:
    """Write the update, record it, tell everyone; the caller has already changed the outage."""
    update = StatusUpdate.objects.create(outage=outage, stage=stage, next_update_at=next_update_at, **facts)
    journal.record("outage.updated", outage, by=update.by, text=update.text_tr if update.by else "", stage=stage)
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
