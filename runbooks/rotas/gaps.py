"""Where a rota leaves a hole, days ahead: shown, told to the shift leads once, and asked for by the set-up page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override

from foundation import now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.language import formatting
from foundation.outbox import outbox
from runbooks.models import Leave, Rota, Shift, ToldGap
from runbooks.models.rotas import Rank
from runbooks.rotas import laying, public_holidays
from runbooks.rotas.rotation import ISTANBUL, Stretch, missing

DAYS = 30
BACK = timedelta(days=60)  # how far back the beginning of a hole is looked for


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody carries `rank` of a rota, though somebody has to."""

    rota: Rota
    rank: Rank
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ShiftDoubt:
    """Somebody is on a rota who cannot carry it then: `reason` is "overlap", "away" or "gone"."""

    shift: Shift
    reason: str


def gaps(rota: Rota, days: int = DAYS) -> list[Gap]:
    """The holes of a rota from now on, in order; those called first before the backups."""
    return of_all([rota], days)


def of_all(rotas: Sequence[Rota], days: int = DAYS) -> list[Gap]:
    """The holes of several rotas, in two queries however many they are."""
    at = now()
    return _between(rotas, at, at + timedelta(days=days))


def _between(rotas: Sequence[Rota], start: datetime, end: datetime) -> list[Gap]:
    kept = [rota for rota in rotas if not rota.ended_at]
    holidays = public_holidays.between(start, end).whole
    shifts = list(Shift.objects.filter(rota__in=kept, person__is_active=True).meeting(start, end))
    return [hole for rota in kept for hole in _holes(rota, shifts, start, end, holidays)]


def _holes(
    rota: Rota, shifts: Iterable[Shift], start: datetime, end: datetime, holidays: frozenset[date]
) -> Iterator[Gap]:
    spans = [(each.rank, Stretch(each.starts_at, each.ends_at)) for each in shifts if each.rota_id == rota.pk]
    hours = laying.hours_of(rota.days, rota)
    yield from (
        Gap(rota, rank, stretch.start, stretch.end)
        for rank in (Rank.FIRST, Rank.BACKUP)
        if rank == Rank.FIRST or rota.has_backup
        for stretch in missing(hours, [span for other, span in spans if other == rank], start, end, holidays)
    )


def doubts(rota: Rota, days: int = DAYS) -> list[ShiftDoubt]:
    """Shifts ahead of people who are away or gone, and those that meet another of the same rank."""
    at = now()
    shifts = Shift.objects.filter(rota=rota).meeting(at, at + timedelta(days=days))
    ordered = list(shifts.select_related("person", "rota").order_by("rank", "starts_at", "pk"))
    leaves = list(Leave.objects.standing().filter(person__in={shift.person_id for shift in ordered}))
    found = [ShiftDoubt(shift, "gone") for shift in ordered if not shift.person.is_active]
    found += [ShiftDoubt(shift, "away") for shift in ordered if _is_away(shift, leaves, at)]
    found += [
        ShiftDoubt(later, "overlap")
        for earlier, later in zip(ordered, ordered[1:], strict=False)
        if earlier.rank == later.rank and later.starts_at < earlier.ends_at
    ]
    return found


def _is_away(shift: Shift, leaves: Iterable[Leave], at: datetime) -> bool:
    first = max(shift.starts_at, at).astimezone(ISTANBUL).date()
    last = (shift.ends_at - timedelta(seconds=1)).astimezone(ISTANBUL).date()
    theirs = (leave for leave in leaves if leave.person_id == shift.person_id)
    return shift.is_by_hand and any(leave.first_day <= last and leave.last_day >= first for leave in theirs)


def tell_leads() -> int:
    """Write to the shift leads of holes they have not heard of; returns how many holes.

    One letter a rota and look. A hole that was filled is forgotten, so that it is told
    again if it opens again. Two looks at once wait for each other at the rota's row.
    """
    return sum(_tell(key) for key in Rota.objects.kept().values_list("pk", flat=True))


@transaction.atomic
def _tell(key: int) -> int:
    rota = Rota.objects.select_for_update().get(pk=key)
    at = now()
    since = max(at - BACK, rota.created_at)
    holes = [gap for gap in _between([rota], since, at + timedelta(days=DAYS)) if gap.ends_at > at]
    told = list(rota.told_gaps.all())
    filled = [row.pk for row in told if not any(_meets(row, gap) for gap in holes)]
    ToldGap.objects.filter(pk__in=filled).delete()
    fresh = [gap for gap in holes if not any(_holds(row, gap) for row in told) and not _is_old(gap, at, rota)]
    if not fresh:
        return 0
    for gap in fresh:
        ToldGap.objects.update_or_create(
            rota=rota, rank=gap.rank, starts_at=gap.starts_at, defaults={"ends_at": gap.ends_at, "told_at": at}
        )
    for lead in leads():
        _write(rota, fresh, lead)
    journal.record("rota.gaps_told", rota, gaps=len(fresh), first=fresh[0].starts_at.isoformat())
    return len(fresh)


def _meets(row: ToldGap, gap: Gap) -> bool:
    return row.rank == gap.rank and row.starts_at < gap.ends_at and row.ends_at > gap.starts_at


def _holds(row: ToldGap, gap: Gap) -> bool:
    """Told before: the hole began within one that was told. It may reach further now: the horizon moves."""
    return row.rank == gap.rank and row.starts_at <= gap.starts_at < row.ends_at


def _is_old(gap: Gap, at: datetime, rota: Rota) -> bool:
    """Open for longer than we look back: told when it began."""
    return gap.starts_at == at - BACK and rota.created_at < at - BACK


def leads() -> list[Person]:
    """The shift leads; where there are none, the platform administrators."""
    found = list(Person.objects.holding([Membership.Role.SHIFT_LEAD]))
    return found or list(Person.objects.holding([Membership.Role.PLATFORM_ADMIN]))


def _write(rota: Rota, holes: list[Gap], lead: Person) -> None:
    with override(lead.language):
        lines = [
            gettext("%(rank)s: from %(start)s to %(end)s")
            % {
                "rank": gap.rank.label,
                "start": formatting.exact(gap.starts_at),
                "end": formatting.exact(gap.ends_at),
            }
            for gap in holes
        ]
        subject = gettext("%(rota)s: nobody is on call at times") % {"rota": rota}
        url = f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:rota', args=[rota.key])}"
        body = "\n".join([gettext("Somebody has to be put on the rota:"), *lines, url])
    first = holes[0]
    key = f"rota-gap:{rota.pk}:{first.rank}:{first.starts_at.isoformat()}:{now().isoformat()}:{lead.pk}"
    outbox.email(key, lead.email, subject, body)
