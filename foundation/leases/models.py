"""The abstract leased row, and the mark each sweep leaves."""

import uuid
from datetime import datetime, timedelta
from typing import NotRequired, Self, TypedDict, TypeVar

from django.db import models
from django.db.models import F, Q

from foundation import now
from foundation.leases import backoff, claims

LEASE = timedelta(seconds=30)
Owed = TypeVar("Owed", bound="LeasedRow")


class LeasedRowQuerySet(models.QuerySet[Owed]):
    def due(self, at: datetime | None = None) -> Self:
        """Those owed now: waiting and due, or leased by someone who let the lease run out."""
        at = at or now()
        return self.filter(Q(state="waiting", due_at__lte=at) | Q(state="leased", leased_until__lte=at))

    def claim(self, limit: int, lease: timedelta = LEASE) -> list[Owed]:
        """Lease up to `limit` due rows, earliest first; each row has one winner.

        The claim is committed before this returns (unless the caller holds a
        transaction), so that no network call is made on a row another may take.
        """
        at = now()
        owner = uuid.uuid4()
        changes = {"state": "leased", "owner": owner, "leased_until": at + lease}
        rows = claims.take(self.due(at).order_by("due_at", "pk"), limit, changes)
        self.model._base_manager.filter(owner=owner, pk__in=[row.pk for row in rows]).update(attempt=F("attempt") + 1)
        for row in rows:
            row.attempt += 1
        return rows


class _Ending(TypedDict):
    """What a row is once its lease is given back."""

    state: str
    due_at: NotRequired[datetime]
    last_error: NotRequired[str]


class LeasedRow(models.Model):
    """Something owed at `due_at`. Whoever holds the lease does it, then says so.

    `keep`, `retry` and `give_up` return False when the lease has meanwhile gone to
    someone else: the work of a worker that was too slow no longer counts.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        LEASED = "leased"
        KEPT = "kept"
        BROKEN = "broken"

    due_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    owner = models.UUIDField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = LeasedRowQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "leased"]), name="%(class)s_due"),
        ]

    def keep(self) -> bool:
        """It is done."""
        return self._end({"state": LeasedRow.State.KEPT})

    def retry(self, *, after: timedelta | None = None, error: str = "") -> bool:
        """It failed for now: due again `after` a while (default: backoff with jitter)."""
        wait = backoff.wait(self.attempt) if after is None else after
        return self._end({"state": LeasedRow.State.WAITING, "due_at": now() + wait, "last_error": error[:300]})

    def give_up(self, reason: str) -> bool:
        """It will never be done; `reason` says why."""
        return self._end({"state": LeasedRow.State.BROKEN, "last_error": reason[:300]})

    def renew(self, lease: timedelta = LEASE) -> bool:
        """Hold the lease longer, for work that takes its time."""
        until = now() + lease
        held = self._held().update(leased_until=until)
        self.leased_until = until if held else self.leased_until
        return bool(held)

    def _held(self) -> models.QuerySet[Self]:
        return type(self)._base_manager.filter(pk=self.pk, state=LeasedRow.State.LEASED, owner=self.owner)

    def _end(self, ending: _Ending) -> bool:
        changes = {**ending, "leased_until": None, "owner": None}
        ended = self._held().update(**changes)
        if ended:
            for field, value in changes.items():
                setattr(self, field, value)
        return bool(ended)


class SweepMark(models.Model):
    """When a sweep last went through, and what stopped it since, if anything did."""

    name = models.CharField(max_length=60, primary_key=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name
