"""Rotas for tests; moments are hours of Monday 30 November 2026 in Istanbul."""

from datetime import date, datetime, time, timedelta

from runbooks.models import Rota, RotaLayer, Shift
from runbooks.rotas import rules
from runbooks.rotas.rotation import ISTANBUL

MONDAY = date(2026, 11, 30)
NINE = time(9)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=day), time(hour, minute), ISTANBUL)


def a_rota(key: str = "nobet", **fields) -> Rota:
    return Rota.objects.create(**{"key": key, "name_tr": "Nöbet", "name_en": "Watch", "created_at": at(0), **fields})


def a_layer(rota: Rota, *people, by, **fields) -> RotaLayer:
    facts = {"rank": 1, "starts_on": MONDAY, "every": 1, "unit": "day", "opens": NINE, "closes": NINE, "signed": True}
    return rules.set_layer(rota, people=people, by=by, **{**facts, **fields})


def carried(rota: Rota, rank: int = 1) -> list[tuple]:
    """(hours since Monday 00:00, until, name's first word) of the shifts of a rank, in order."""
    shifts = Shift.objects.filter(rota=rota, rank=rank).select_related("person").order_by("starts_at")
    return [(hours(shift.starts_at), hours(shift.ends_at), shift.person.name.split()[0]) for shift in shifts]


def hours(moment: datetime) -> float:
    return (moment - at(0)) / timedelta(hours=1)
