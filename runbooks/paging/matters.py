"""What somebody has to be called for: reported once while it lasts, worse, over.

Whoever notices a fault calls `report`, which writes one row in their transaction and
returns: a faulty policy never keeps an outage from being declared.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models, transaction

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.leases import doorbell
from monitoring.models import Outage
from runbooks.models import Matter, Page

BELL = "paging"
WORST_FIRST = ("S1", "S2", "S3", "S4")


@dataclass(frozen=True)
class Report:
    """What is the matter, as its source says it. `key` is the same for the same trouble."""

    kind: str
    key: str
    severity: str
    title_tr: str
    title_en: str
    url: str
    scope: str = ""
    province: str = ""
    components: tuple[str, ...] = ()
    subject: models.Model | None = None
    outage: Outage | None = None
    reported_by: Person | None = None
    since: datetime = field(default_factory=now)
    settles: timedelta = timedelta(0)  # nobody is called if it ends by itself within this


@transaction.atomic
def report(told: Report) -> Matter:
    """Owe somebody a call; the same trouble again, while it lasts, is the same matter."""
    matter, is_new = Matter.objects.get_or_create(
        key=told.key[:80],
        ended_at=None,
        defaults={
            "kind": told.kind,
            "severity": told.severity,
            "scope": told.scope,
            "province": told.province,
            "components": list(told.components),
            "title_tr": told.title_tr[:200],
            "title_en": told.title_en[:200],
            "url": told.url,
            "subject_type": told.subject._meta.label_lower if told.subject is not None else "",
            "subject_id": str(told.subject.pk) if told.subject is not None else "",
            "outage": told.outage,
            "reported_by": told.reported_by,
            "opened_at": told.since,
            "due_at": now() + told.settles,
        },
    )
    if is_new:
        journal.record("matter.reported", matter, about=told.kind, severity=told.severity, key=matter.key)
        doorbell.ring(BELL)
    elif is_worse(told.severity, matter.severity):
        worsen(matter, told.severity)
    return matter


def is_worse(severity: str, than: str) -> bool:
    return WORST_FIRST.index(severity) < WORST_FIRST.index(than)


@transaction.atomic
def worsen(matter: Matter, severity: str) -> None:
    """It is graver than it was: the ladder that fits now begins, even if somebody had it."""
    if not Matter.objects.open().filter(pk=matter.pk, severity=matter.severity).update(severity=severity):
        return
    journal.record("matter.worse", matter, before=matter.severity, severity=severity)
    Page.objects.open().filter(matter=matter).update(
        status=Page.Status.RINGING,
        taken_by=None,
        taken_at=None,
        rungs=[],
        due_at=now(),
        state=Page.State.WAITING,
        owner=None,
        leased_until=None,
    )
    doorbell.ring(BELL)


def of_outage(outage: Outage) -> Report:
    """An outage as a matter."""
    return Report(
        kind=Matter.Kind.OUTAGE,
        key=f"outage:{outage.pk}",
        severity=outage.severity,
        scope=outage.scope,
        province=outage.province_id or "",
        components=tuple(component.pk for component in outage.components.all()),
        title_tr=outage.title_tr,
        title_en=outage.title_en,
        url=f"/board/outages/{outage.pk}/",
        subject=outage,
        outage=outage,
        reported_by=outage.opened_by,
        since=outage.confirmed_at,
    )
