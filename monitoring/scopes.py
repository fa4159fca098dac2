"""Local, regional or central: how far a fault reaches. Pure arithmetic over counts.

Regional from max(4, 30 %) of a province's municipalities, central from 20 % of all.
A wave of suspicions that would make it wider is waited for, within HOLD, so that a
mass failure opens one outage and not its first twenty parts.
"""

from dataclasses import dataclass

from monitoring.models import Scope

REGIONAL_SHARE, REGIONAL_LEAST = 0.30, 4
CENTRAL_SHARE = 0.20
GUARD_SHARE, GUARD_LEAST = 0.05, 20
HOLD_SECONDS = 30.0


@dataclass(frozen=True)
class PlaceCount:
    """Municipalities of a place: all that are watched, those down, those under suspicion."""

    watched: int
    down: int
    suspected: int = 0

    @property
    def feared(self) -> int:
        return self.down + self.suspected


def is_regional(number: int, province: PlaceCount) -> bool:
    return number >= max(REGIONAL_LEAST, REGIONAL_SHARE * province.watched)


def is_central(number: int, country: PlaceCount) -> bool:
    return number >= max(REGIONAL_LEAST + 1, CENTRAL_SHARE * country.watched)


def reach(province: PlaceCount, country: PlaceCount) -> Scope:
    """How far the confirmed failures reach by now."""
    if is_central(country.down, country):
        return Scope.CENTRAL
    return Scope.REGIONAL if is_regional(province.down, province) else Scope.LOCAL


def should_wait(province: PlaceCount, country: PlaceCount, waited: float) -> bool:
    """Whether a wave is still rising that would make the outage wider (fleet guard, §3.7)."""
    if waited >= HOLD_SECONDS:
        return False
    now = reach(province, country)
    if now == Scope.CENTRAL:
        return False
    guarded = country.suspected and country.feared >= max(GUARD_LEAST, GUARD_SHARE * country.watched)
    widening = now == Scope.LOCAL and province.suspected and is_regional(province.feared, province)
    return bool(guarded or widening or (country.suspected and is_central(country.feared, country)))
