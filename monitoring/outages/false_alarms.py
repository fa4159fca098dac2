"""The ledger of false alarms: outages that we measured and that were none.

False is what a person took back, and what ended by itself within a minute of being said.
Drills, parts of a split and outages merged into a wider one are no alarms of their own.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import TruncWeek

from foundation.language.formatting import ISTANBUL
from monitoring.models import Outage

BLIP = timedelta(minutes=1)
WEEK = timedelta(days=7)
WEEKS = 12
AT_MOST = 0.01  # of the alarms of a week; our goal
MOST = 500  # false alarms that are looked at one by one
SHOWN = 20
WITHDRAWN = ~Q(withdrawn_for="")
FALSE = WITHDRAWN | Q(ended_at__lte=F("confirmed_at") + BLIP)


class AlarmWeek(NamedTuple):
    """Alarms of one week, Monday to Sunday."""

    begins: date
    alarms: int
    false: int

    @property
    def share(self) -> float:
        return self.false / self.alarms if self.alarms else 0.0


class FalseAlarm(NamedTuple):
    """One of them; `cause` is what the first failing check noted, or why a person took it back."""

    outage: Outage
    kind: str
    cause: str


class AlarmBar(NamedTuple):
    """A week as two rectangles that stand on each other, in whole steps of the drawing."""

    x: int
    real: int
    false: int

    @property
    def real_y(self) -> int:
        return 60 - self.real

    @property
    def false_y(self) -> int:
        return 60 - self.real - self.false

    @classmethod
    def of(cls, number: int, week: AlarmWeek, unit: float) -> Self:
        """No false alarm is too small to be seen."""
        false = max(2, round(week.false * unit)) if week.false else 0
        return cls(20 * number + 3, max(0, round(week.alarms * unit) - false), false)


class AlarmLedger(NamedTuple):
    """The last twelve weeks, and the last seven days of them."""

    weeks: list[AlarmWeek]
    lately: AlarmWeek
    reasons: list[tuple[str, str, int]]  # kind of check, cause, how often
    latest: list[FalseAlarm]

    @property
    def bars(self) -> list["AlarmBar"]:
        """The weeks as a drawing of 240 by 60, the false ones on top."""
        fullest = max(1, *(week.alarms for week in self.weeks))
        return [AlarmBar.of(number, week, 60 / fullest) for number, week in enumerate(self.weeks)]

    @property
    def keeps_the_goal(self) -> bool:
        return self.lately.share <= AT_MOST


def alarms(since: datetime) -> QuerySet[Outage]:
    """Measured outages that were opened since then."""
    opened = Outage.objects.measured().filter(is_drill=False, merged_into=None, split_from=None)
    return opened.filter(confirmed_at__gte=since)


def ledger(at: datetime) -> AlarmLedger:
    """Three reads."""
    monday = at.astimezone(ISTANBUL).date() - timedelta(days=at.astimezone(ISTANBUL).weekday())
    since = datetime.combine(monday, datetime.min.time(), ISTANBUL) - (WEEKS - 1) * WEEK
    false = [told(outage) for outage in alarms(since).filter(FALSE).order_by("-confirmed_at")[:MOST]]
    counted = Counter((each.kind, each.cause) for each in false)
    reasons = [(kind, cause, number) for (kind, cause), number in counted.most_common()]
    return AlarmLedger(by_week(since, monday), last_week(at), reasons, false[:SHOWN])


def by_week(since: datetime, monday: date) -> list[AlarmWeek]:
    weeks = alarms(since).order_by().annotate(week=TruncWeek("confirmed_at", tzinfo=ISTANBUL)).values("week")
    rows = weeks.annotate(**both_counts()).values_list("week", "alarms", "false")
    found = {week.date(): (alarms, false) for week, alarms, false in rows}
    days = [monday - number * WEEK for number in reversed(range(WEEKS))]
    return [AlarmWeek(day, *found.get(day, (0, 0))) for day in days]


def last_week(at: datetime) -> AlarmWeek:
    counts = alarms(at - WEEK).aggregate(**both_counts())
    return AlarmWeek((at - WEEK).date(), counts["alarms"], counts["false"])


def both_counts() -> dict[str, Count]:
    return {"alarms": Count("pk"), "false": Count(Case(When(FALSE, then="pk")))}


def told(outage: Outage) -> FalseAlarm:
    checks = outage.evidence.get("checks") or [{}]
    kind = checks[0].get("kind", "") or outage.source
    return FalseAlarm(outage, kind, outage.withdrawn_for or checks[0].get("error", ""))
