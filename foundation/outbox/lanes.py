"""The four lanes: who goes first, what to do in doubt, how long a text stays true.

The rules are the table of the broadcast design (reference, "Crash-safe broadcast"):
pure values, no database, no clock.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.language.formatting import ISTANBUL

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 0)


class Lane(models.TextChoices):
    LIFE_SAFETY = "life_safety", _("life safety")
    OPERATIONAL = "operational", _("operational")
    INFORMATION = "information", _("information")
    DRILL = "drill", _("drill")


@dataclass(frozen=True)
class LaneRules:
    """What holds in a lane.

    `rank`: lower goes first. `resends`: copies sent once more when look-up cannot
    settle a doubt within `look_up_for`. `expires_after`: how long the text is worth
    sending. `keeps_quiet`: SMS waits for the morning. `hourly_cap`: SMS to one
    address in an hour, None for no cap.
    """

    rank: int
    resends: int
    look_up_for: timedelta
    expires_after: timedelta
    keeps_quiet: bool
    hourly_cap: int | None

    def not_before(self, at: datetime) -> datetime:
        """The first moment from `at` on at which an SMS of this lane may leave."""
        local = at.astimezone(ISTANBUL)
        if not self.keeps_quiet or QUIET_UNTIL <= local.time() < QUIET_FROM:
            return at
        morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
        if local.time() >= QUIET_FROM:
            morning += timedelta(days=1)
        return morning.astimezone(at.tzinfo)


RULES = {
    Lane.LIFE_SAFETY: LaneRules(
        rank=0,
        resends=1,
        look_up_for=timedelta(seconds=60),
        expires_after=timedelta(minutes=30),
        keeps_quiet=False,
        hourly_cap=None,
    ),
    Lane.OPERATIONAL: LaneRules(
        rank=1,
        resends=1,
        look_up_for=timedelta(minutes=2),
        expires_after=timedelta(hours=2),
        keeps_quiet=True,
        hourly_cap=3,
    ),
    Lane.INFORMATION: LaneRules(
        rank=2,
        resends=0,
        look_up_for=timedelta(minutes=2),
        expires_after=timedelta(hours=6),
        keeps_quiet=True,
        hourly_cap=1,
    ),
    Lane.DRILL: LaneRules(
        rank=3,
        resends=0,
        look_up_for=timedelta(minutes=2),
        expires_after=timedelta(hours=1),
        keeps_quiet=True,
        hourly_cap=None,
    ),
}


def rules(lane: str) -> LaneRules:
    return RULES[Lane(lane)]
