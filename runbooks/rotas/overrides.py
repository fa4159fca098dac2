"""Shifts made by hand: somebody put on a rota for a while, taken over, withdrawn. The rules give way to them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.language import formatting
from foundation.outbox import outbox
from runbooks.models import Leave, Rota, Shift
from runbooks.models.rotas import ShiftQuerySet
from runbooks.rotas import laying
from runbooks.rotas.permissions import locked, require_able, require_lead, require_reachable
from runbooks.rotas.rotation import ISTANBUL

LONGEST = timedelta(days=92)
A_SECOND = timedelta(seconds=1)


class ShiftIsOver(Refusal):
    sentence = _("This shift is over or has not come yet.")


class ShiftHasChanged(Refusal):
    sentence = _("This shift has changed meanwhile. Please look at the rota again.")


class NotInTheWatch(Refusal):
    sentence = _("Only people of the watch take shifts over.")
    status = 403


class AlreadyTheirs(Refusal):
    sentence = _("You carry this shift already.")


class FirstAndBackupAtOnce(Refusal):
    sentence = _("Nobody is first and backup at once. Give the other place to somebody else first.")


class HoursAreWrong(Refusal):
    status = 422


class IsAway(Refusal):
    status = 422


@transaction.atomic
def put(
    rota: Rota,
    *,
    person: Person,
    rank: int,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    reason: str = "",
    signed: bool = False,
) -> Shift:
    """Somebody carries `rota` for a while, whatever the rules say. What has passed is not rewritten."""
    require_lead(by)
    rota = locked(rota)
    starts_at = max(starts_at, now().replace(microsecond=0))
    if ends_at <= starts_at:
        raise HoursAreWrong(_("The end lies after the start, and not in the past."))
    if ends_at - starts_at > LONGEST:
        raise HoursAreWrong(_("A shift by hand lasts at most %(days)d days.") % {"days": LONGEST.days})
    require_able([person])
    require_there(person, starts_at, ends_at)
    require_reachable(rota, [person], signed=signed, by=by)
    require_one_rank(rota, person, rank, starts_at, ends_at)
    shift = stand(rota, person=person, rank=rank, starts_at=starts_at, ends_at=ends_at, reason=reason)
    laying.lay(rota)
    journal.record("shift.put", shift, by=by, rota=rota.key, person=person.pk, rank=int(rank), text=reason)
    tell(shift, by=by)
    return shift


@transaction.atomic
def withdraw(shift: Shift, *, by: Person) -> None:
    """A shift made by hand holds no longer: from now on the rules say who carries."""
    require_lead(by)
    rota = locked(shift.rota)
    at = now()
    shift = Shift.objects.get(pk=shift.pk)
    if shift.source != Shift.Origin.HAND or shift.ends_at <= at:
        raise ShiftIsOver
    journal.record("shift.withdrawn", shift, by=by, rota=rota.key, person=shift.person_id)
    _cut(shift, at, shift.ends_at, at)
    laying.lay(rota)


@transaction.atomic
def take_over(shift: Shift, *, by: Person) -> Shift:
    """Carry the rest of somebody's shift; both shifts stay in the record.

    A backup who takes over from the first changes places with them. Whoever is first
    cannot take the backup's place as well.
    """
    if not by.keeps_the_watch:
        raise NotInTheWatch
    rota = locked(shift.rota)
    at = now()
    shift = Shift.objects.select_for_update().get(pk=shift.pk)
    if not shift.starts_at <= at < shift.ends_at:
        raise ShiftIsOver
    if shift.person_id == by.pk:
        raise AlreadyTheirs
    ends_at, relieved = shift.ends_at, shift.person
    theirs = list(_other_rank(rota, by, shift.rank, at, ends_at))
    if theirs and shift.rank == Shift.Rank.BACKUP:
        raise FirstAndBackupAtOnce
    Shift.objects.filter(pk=shift.pk).update(ends_at=max(at, shift.starts_at + A_SECOND), changed_at=at)
    taken = stand(rota, person=by, rank=shift.rank, starts_at=at, ends_at=ends_at, replaces=shift, instead_of=relieved)
    for backup in theirs:
        begins, ends = max(backup.starts_at, at), min(backup.ends_at, ends_at)
        stand(rota, person=relieved, rank=backup.rank, starts_at=begins, ends_at=ends, instead_of=by)
    laying.lay(rota)
    journal.record("shift.taken_over", taken, by=by, rota=rota.key, instead_of=relieved.pk)
    return taken


def stand(
    rota: Rota,
    *,
    person: Person,
    rank: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    replaces: Shift | None = None,
    instead_of: Person | None = None,
) -> Shift:
    """One more shift by hand, in the place of those by hand that it meets. The caller lays the rota out."""
    at = now()
    before = Shift.objects.filter(rota=rota, rank=rank).meeting(starts_at, ends_at).order_by("starts_at")
    carried = before.exclude(person=person).first()
    for other in before.filter(source=Shift.Origin.HAND):
        if other != replaces:
            _cut(other, starts_at, ends_at, at)
    return Shift.objects.create(
        rota=rota,
        person=person,
        rank=rank,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        replaces=replaces,
        instead_of=instead_of or (carried.person if carried else None),
        changed_at=at,
    )


def _cut(shift: Shift, start: datetime, end: datetime, at: datetime) -> None:
    """Take [start, end) out of a shift made by hand."""
    if shift.ends_at > end:
        Shift.objects.create(
            rota_id=shift.rota_id,
            person_id=shift.person_id,
            rank=shift.rank,
            starts_at=end,
            ends_at=shift.ends_at,
            reason=shift.reason,
            instead_of_id=shift.instead_of_id,
            changed_at=at,
        )
    if shift.starts_at < start:
        Shift.objects.filter(pk=shift.pk).update(ends_at=start, changed_at=at)
    else:
        shift.delete()


def require_there(person: Person, starts_at: datetime, ends_at: datetime) -> None:
    first, last = (edge.astimezone(ISTANBUL).date() for edge in (starts_at, ends_at - A_SECOND))
    leave = Leave.objects.standing().filter(person=person, first_day__lte=last, last_day__gte=first).first()
    if leave:
        sentence = _("%(name)s is on leave from %(first)s to %(last)s.")
        days = {"first": f"{leave.first_day:%d.%m.%Y}", "last": f"{leave.last_day:%d.%m.%Y}"}
        raise IsAway(sentence % {"name": person.name, **days})


def require_one_rank(
    rota: Rota, person: Person, rank: int, starts_at: datetime, ends_at: datetime, *, apart_from: tuple[Shift, ...] = ()
) -> None:
    """Nobody is first and backup at once. A backup by rule gives way by itself when its person becomes first."""
    clashes = _other_rank(rota, person, rank, starts_at, ends_at).exclude(pk__in=[shift.pk for shift in apart_from])
    if rank == Shift.Rank.FIRST:
        clashes = clashes.filter(source=Shift.Origin.HAND)
    if clashes.exists():
        raise FirstAndBackupAtOnce


def _other_rank(rota: Rota, person: Person, rank: int, starts_at: datetime, ends_at: datetime) -> ShiftQuerySet:
    return Shift.objects.filter(rota=rota, person=person).exclude(rank=rank).meeting(starts_at, ends_at)


def tell(shift: Shift, *, by: Person) -> None:
    """Write to whoever is put on a shift, and to whoever it is taken from, unless it was they themselves."""
    for person in dict.fromkeys((shift.person, shift.instead_of)):
        if person is None or person == by:
            continue
        with override(person.language):
            facts = {
                "rota": shift.rota,
                "name": shift.person.name,
                "start": formatting.exact(shift.starts_at),
                "end": formatting.exact(shift.ends_at),
                "url": f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:shift', args=[shift.pk])}",
            }
            subject = gettext("%(rota)s: a shift has changed") % facts
            body = gettext("%(name)s carries %(rota)s from %(start)s to %(end)s.\n%(url)s") % facts
        outbox.email(f"shift-put:{shift.pk}:{person.pk}", person.email, subject, body)
