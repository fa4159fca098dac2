"""The places we probe from: which there are, which are believed, and which one sees what no other sees.

A location whose prober is silent, or whose own line seems dead, is not believed: its
last answers neither take a node down nor hold it up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from monitoring import scopes
from monitoring.models import Prober

FORGOTTEN_AFTER = timedelta(days=7)


def name_of(location: str, index: int, of: int) -> str:
    """What a prober is called: its location, and which part of the checks it asks."""
    return f"{location} {index + 1}/{of}" if of > 1 else location


def asks(prober: Prober, check: int) -> bool:
    """Whether the check falls into the part that this prober asks."""
    _place, _space, part = prober.name.rpartition(" ")
    number, _slash, of = part.partition("/")
    if not (number.isdecimal() and of.isdecimal()):
        return True
    return check % int(of) == int(number) - 1


def enroll(location: str, of: int) -> None:
    """A location shares its checks among `of` probers from now on; rows of another division go."""
    names = [name_of(location, index, of) for index in range(of)]
    Prober.objects.filter(location=location).exclude(name__in=names).delete()


def known() -> set[str]:
    return set(Prober.objects.exclude(location="").values_list("location", flat=True))


def believed(at: datetime) -> set[str]:
    """Locations all of whose probers are alive, with a line that works."""
    rows = list(Prober.objects.exclude(location=""))
    return {row.location for row in rows} - {row.location for row in rows if not is_credible(row, at)}


def is_credible(prober: Prober, at: datetime) -> bool:
    return prober.canary_ok and not prober.is_silent(at)


def note_belief(at: datetime) -> set[str] | None:
    """The believed locations when they are others than last time, else None."""
    Prober.objects.exclude(location="").filter(cycle_ended_at__lt=at - FORGOTTEN_AFTER).delete()
    now_believed = believed(at)
    rows = Prober.objects.exclude(location="")
    lost = rows.filter(is_believed=True).exclude(location__in=now_believed).update(is_believed=False)
    back = rows.filter(is_believed=False, location__in=now_believed).update(is_believed=True)
    return now_believed if lost or back else None


class Alone(NamedTuple):
    """A location that calls so many more checks down than the others do."""

    location: str
    more: int


def alone(probers: Iterable[Prober]) -> list[Alone]:
    """Locations whose own way is likely broken: the fleet guard of one vantage point (§3.7).

    No node is taken down by it, since most locations decide; operators are told.
    """
    failing: dict[str, int] = {}
    checks: dict[str, int] = {}
    for prober in probers:
        if prober.location:
            failing[prober.location] = failing.get(prober.location, 0) + prober.failing
            checks[prober.location] = checks.get(prober.location, 0) + prober.checks
    lonely = []
    for location, number in failing.items():
        others = [count for name, count in failing.items() if name != location]
        more = number - max(others, default=number)
        if more >= max(scopes.GUARD_LEAST, scopes.GUARD_SHARE * checks[location]):
            lonely.append(Alone(location, more))
    return lonely
