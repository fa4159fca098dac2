"""Who is next. Pure: no database, no clock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class PassedOver(TextChoices):
    """Why somebody of the team could not have it."""

    AWAY = "away", _("on leave")
    FULL = "full", _("have as many as they can")
    ELSEWHERE = "elsewhere", _("do not have the desk open")
    OFF_SHIFT = "off_shift", _("are not on a shift")


@dataclass(frozen=True)
class Candidate:
    """One of the team, as they stand at this moment."""

    pk: int
    open: int
    knows_it_well: bool = False
    is_away: bool = False
    is_full: bool = False
    is_here: bool = True
    is_on_shift: bool = True
    given_last: datetime = NEVER

    def why_not(self, *, only_present: bool, only_on_shift: bool) -> PassedOver | None:
        if self.is_away:
            return PassedOver.AWAY
        if self.is_full:
            return PassedOver.FULL
        if only_on_shift and not self.is_on_shift:
            return PassedOver.OFF_SHIFT
        if only_present and not self.is_here:
            return PassedOver.ELSEWHERE
        return None


@dataclass(frozen=True)
class Choice:
    """Who is next, and why the others are not: reason → how many."""

    to: Candidate | None
    passed: dict[str, int]


def choose(
    team: Iterable[Candidate], *, by_turn: bool, skilled_first: bool, only_present: bool, only_on_shift: bool
) -> Choice:
    """Of those who can, who knows the module before who does not; then the longest without one, or the least open."""
    asked = [(each, each.why_not(only_present=only_present, only_on_shift=only_on_shift)) for each in team]
    passed = Counter(reason.value for _each, reason in asked if reason)

    def order(each: Candidate) -> tuple:
        fair = (each.given_last, each.open) if by_turn else (each.open, each.given_last)
        return (skilled_first and not each.knows_it_well, *fair, each.pk)

    able = sorted((each for each, reason in asked if reason is None), key=order)
    return Choice(able[0] if able else None, dict(passed))
