"""What makes a municipality ready, and how much each part is worth: values, without database and clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

YEAR = timedelta(days=365)
QUARTER = timedelta(days=90)
WAYS, DEPUTY, DRILL, SIGN_IN, ADMINISTRATOR = 30, 20, 20, 20, 10  # points, 100 together


@dataclass(frozen=True)
class PreparednessFacts:
    """What is known of one municipality."""

    verified_ways: int = 0
    has_deputy: bool = False
    has_administrator: bool = False
    last_drill_at: datetime | None = None
    last_sign_in_at: datetime | None = None


@dataclass(frozen=True)
class PreparednessPart:
    """One part: how many of its points are reached, why not more, and the page where it is mended."""

    code: str
    title: str
    points: int
    most: int
    reason: str
    door: str = ""

    @property
    def is_whole(self) -> bool:
        return self.points == self.most


def parts(facts: PreparednessFacts, at: datetime) -> Sequence[PreparednessPart]:
    """All five, in the order in which one would mend them."""
    return (ways(facts), deputy(facts), administrator(facts), sign_in(facts, at), drill(facts, at))


def score(facts: PreparednessFacts, at: datetime) -> int:
    return sum(part.points for part in parts(facts, at))


def ways(facts: PreparednessFacts) -> PreparednessPart:
    points = (0, WAYS // 2, WAYS)[min(facts.verified_ways, 2)]
    reasons = (
        _("No way to reach it is verified."),
        _("One way is verified; if it fails, nobody is reached."),
        _("Two or more ways are verified."),
    )
    reason = reasons[min(facts.verified_ways, 2)]
    return PreparednessPart("ways", _("Two verified ways"), points, WAYS, reason, "accounts:contacts")


def deputy(facts: PreparednessFacts) -> PreparednessPart:
    reason = (
        _("A deputy is named and verified.") if facts.has_deputy else _("No deputy is named whose address is verified.")
    )
    points = DEPUTY if facts.has_deputy else 0
    return PreparednessPart("deputy", _("A deputy"), points, DEPUTY, reason, "accounts:contacts")


def administrator(facts: PreparednessFacts) -> PreparednessPart:
    has = facts.has_administrator
    reason = (
        _("It has an administrator.") if has else _("It has no administrator: nobody keeps its people and contacts.")
    )
    points = ADMINISTRATOR if has else 0
    return PreparednessPart("administrator", _("An administrator"), points, ADMINISTRATOR, reason, "accounts:staff")


def sign_in(facts: PreparednessFacts, at: datetime) -> PreparednessPart:
    last = facts.last_sign_in_at
    if last is None:
        points, reason = 0, _("Nobody of it has ever signed in.")
    elif last > at - QUARTER:
        points, reason = SIGN_IN, _("Somebody signed in within the last three months.")
    elif last > at - YEAR:
        points, reason = SIGN_IN // 2, _("The last sign-in is more than three months ago.")
    else:
        points, reason = 0, _("The last sign-in is more than a year ago.")
    return PreparednessPart("sign-in", _("Last sign-in"), points, SIGN_IN, reason, "accounts:staff")


def drill(facts: PreparednessFacts, at: datetime) -> PreparednessPart:
    last = facts.last_drill_at
    if last is None:
        points, reason = 0, _("It has never confirmed a drill.")
    elif last > at - YEAR:
        points, reason = DRILL, _("It confirmed a drill within the last year.")
    elif last > at - 2 * YEAR:
        points, reason = DRILL // 2, _("Its last drill is more than a year ago.")
    else:
        points, reason = 0, _("Its last drill is more than two years ago.")
    return PreparednessPart("drill", _("Last drill"), points, DRILL, reason)
