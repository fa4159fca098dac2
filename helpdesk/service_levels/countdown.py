"""How a deadline reads: words that change as it comes nearer. Pure values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

WARN_AT = 0.75


@dataclass(frozen=True)
class Countdown:
    """The way from `started` to `due`, seen at `at`."""

    started: datetime
    due: datetime
    at: datetime

    @property
    def is_late(self) -> bool:
        """Met at the deadline itself, late strictly after it."""
        return self.at > self.due

    @property
    def share(self) -> float:
        """How much of the way is gone, 0 to 1."""
        whole = (self.due - self.started).total_seconds()
        gone = (self.at - self.started).total_seconds()
        return min(1.0, max(0.0, gone / whole)) if whole > 0 else 1.0

    @property
    def is_risky(self) -> bool:
        return not self.is_late and self.share >= WARN_AT

    @property
    def mark(self) -> str:
        """The class of `.nb-due`: late, warn, or nothing."""
        return "is-late" if self.is_late else "is-warn" if self.is_risky else ""

    @property
    def ring(self) -> int:
        """Hundredths of the ring to draw."""
        return round(self.share * 100)

    @property
    def words(self) -> str:
        if self.is_late:
            return _("%(time)s overdue") % {"time": spell(self.at - self.due)}
        return _("%(time)s left") % {"time": spell(self.due - self.at)}


def spell(length: timedelta) -> str:
    """A span in the two largest units that matter: "42 dk", "2 sa 10 dk", "3 gün"."""
    minutes = max(0, round(length.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    if days >= 3:
        return _("%(days)d days") % {"days": days}
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": rest}
    if hours and minutes:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(minutes)d min") % {"minutes": minutes}
