"""Laying shifts out: what rules, leave and holidays make of the days ahead, written as rows.

What is made by hand stands, and the rules give way to it. Only the days to come are
written; of a shift that has begun, its past stays. A row that does not change keeps its
key, so that a proposed swap and a calendar entry still mean it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from foundation import now
from runbooks.models import Leave, Rota, RotaLayer, Shift
from runbooks.models.rotas import Rank
from runbooks.rotas import public_holidays
from runbooks.rotas.rotation import Away, CarriedPiece, DutyHours, Rule, Stretch, carried, without

AHEAD = timedelta(days=92)


def sweep() -> int:
    """Lay every rota out to the horizon; returns how many there are. Two at once do nothing twice."""
    keys = list(Rota.objects.kept().values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            if rota := Rota.objects.select_for_update().kept().filter(pk=key).first():
                lay(rota)
    return len(keys)


def lay(rota: Rota) -> None:
    """Write the shifts of `rota` from now on as its rules say. The caller holds the rota's row."""
    at = now()
    wanted = [] if rota.ended_at else list(_wanted(rota, at, at + AHEAD))
    standing = list(Shift.objects.filter(rota=rota, source=Shift.Origin.LAYER, ends_at__gt=at))
    kept, fresh = _matched(standing, wanted, at)
    for shift in standing:
        if shift.pk not in kept:
            _leave(shift, at)
    Shift.objects.bulk_create(
        Shift(
            rota=rota,
            rank=rank,
            person_id=piece.person,
            starts_at=piece.start,
            ends_at=piece.end,
            instead_of_id=piece.instead_of,
            source=Shift.Origin.LAYER,
            changed_at=at,
        )
        for rank, piece in fresh
    )


def _matched(
    standing: list[Shift], wanted: Iterable[tuple[int, CarriedPiece]], at: datetime
) -> tuple[set[int], list[tuple[int, CarriedPiece]]]:
    """Keys of rows that go on (with a new end where it moved), and what needs a row of its own."""
    by_start = {(shift.rank, shift.person_id, max(shift.starts_at, at)): shift for shift in standing}
    kept, fresh = set(), []
    for rank, piece in wanted:
        shift = by_start.get((rank, piece.person, piece.start))
        if shift is None:
            fresh.append((rank, piece))
            continue
        kept.add(shift.pk)
        if (shift.ends_at, shift.instead_of_id) != (piece.end, piece.instead_of):
            Shift.objects.filter(pk=shift.pk).update(ends_at=piece.end, instead_of=piece.instead_of, changed_at=at)
    return kept, fresh


def _leave(shift: Shift, at: datetime) -> None:
    """A shift that no rule wants any more: gone, or over where it has begun."""
    if shift.starts_at < at:
        Shift.objects.filter(pk=shift.pk).update(ends_at=at, changed_at=at)
    else:
        shift.delete()


def _wanted(rota: Rota, start: datetime, end: datetime) -> Iterable[tuple[int, CarriedPiece]]:
    """First those called first, around what is made by hand; then the backups, around those."""
    holidays = public_holidays.between(start, end).whole
    layers = list(rota.layers.prefetch_related("members__person"))
    away = _away(layers, start.date())
    hand = {rank: _by_hand(rota, rank, start, end) for rank in Rank}
    others = hand[Rank.BACKUP]
    for rank in (Rank.FIRST, Rank.BACKUP):
        taken = [Stretch(piece.start, piece.end) for piece in hand[rank]]
        pieces: list[CarriedPiece] = []
        for layer in layers:
            if layer.rank == rank:
                by_rule = carried(rule_of(layer), start, end, holidays=holidays, away=away, others=others)
                pieces += without(by_rule, taken)
        yield from ((int(rank), piece) for piece in sorted(pieces))
        others = sorted(pieces + hand[rank])


def _by_hand(rota: Rota, rank: int, start: datetime, end: datetime) -> list[CarriedPiece]:
    shifts = Shift.objects.filter(rota=rota, rank=rank, source=Shift.Origin.HAND).meeting(start, end)
    return [CarriedPiece(shift.starts_at, shift.ends_at, shift.person_id) for shift in shifts]


def _away(layers: list[RotaLayer], today: date) -> Away:
    """Who is not there on a day: on leave, or no longer able to sign in."""
    people = {person.pk: person for layer in layers for person in layer.people}
    gone = {key for key, person in people.items() if not person.is_active}
    leaves = list(Leave.objects.standing().filter(person__in=people, last_day__gte=today - timedelta(days=1)))

    def away(person: int, day: date) -> bool:
        return person in gone or any(leave.person_id == person and leave.holds(day) for leave in leaves)

    return away


def rule_of(layer: RotaLayer) -> Rule:
    """A layer as a value; prefetch `members__person`."""
    on_holidays = {RotaLayer.Holidays.RESTS: False, RotaLayer.Holidays.ALSO: True}
    return Rule(
        people=tuple(member.person_id for member in layer.members.all()),
        starts_on=layer.starts_on,
        every=layer.every,
        by_weeks=layer.unit == RotaLayer.Unit.WEEK,
        hours=hours_of(layer.days, layer, on_holidays.get(RotaLayer.Holidays(layer.holidays))),
        ends_at=layer.ends_at,
    )


def hours_of(days: str, of: RotaLayer | Rota, on_holidays: bool | None = None) -> DutyHours:
    return DutyHours(frozenset(int(day) for day in days), of.opens, of.closes, on_holidays)
