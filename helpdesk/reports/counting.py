"""The days of the desk, counted: each by what its tickets are filed under when they are counted.

A ticket may be reopened for fourteen days, and until then its day may change; so the last
sixteen days are counted again and again, and what is older stands. `recount` counts any stretch
anew. A day costs its own tickets, never all of them: what is open at its end is walked back from
what is open now.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet

from foundation import locks, now
from foundation.language.formatting import ISTANBUL
from helpdesk.models import DayFigure, Message, Reopening, Satisfaction, Ticket
from helpdesk.reports import spreads
from helpdesk.tickets.resolution import REOPEN_WINDOW

Key = tuple[str, str]  # (dimension, key)
By = DayFigure.Dimension

CHANGING = REOPEN_WINDOW + timedelta(days=2)
FIRST_TIME = timedelta(days=182)  # what a house counts of its past by itself, once
OFTEN, SELDOM = timedelta(hours=1), timedelta(hours=6)
LOCK = 740_031
# Where a ticket tells its keys, in the order of the dimensions after ALL.
PATHS = (
    "component_id",
    "queue__team_id",
    "assignee_id",
    "municipality__type",
    "municipality__province_id",
    "channel",
)


@dataclass
class DayCount:
    """What was counted for one key; the names are those of `DayFigure`."""

    arrived: int = 0
    open_at_end: int = 0
    resolved: int = 0
    withdrawn: int = 0
    first_contact: int = 0
    answered: int = 0
    reopened: int = 0
    rated: int = 0
    score_sum: int = 0
    answer_spread: list[int] = field(default_factory=spreads.none)
    solution_spread: list[int] = field(default_factory=spreads.none)

    @property
    def ended(self) -> int:
        return self.resolved + self.withdrawn


Counts = dict[Key, DayCount]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ISTANBUL)


def local_day(at: datetime) -> date:
    return at.astimezone(ISTANBUL).date()


def keys_of(values: Iterable[Any]) -> list[Key]:
    """Of the values of PATHS, in their order."""
    named = ("" if value is None else str(value) for value in values)
    return [(By.ALL, ""), *zip(list(By)[1:], named, strict=True)]


def paths(prefix: str = "") -> list[str]:
    return [f"{prefix}{path}" for path in PATHS]


def count(day: date, at: datetime) -> Counts:
    """What happened on a local day, up to `at`: six reads of that day's rows. `open_at_end` is not known here."""
    start, end = midnight(day), min(midnight(day + timedelta(days=1)), at)
    counts: Counts = defaultdict(DayCount)
    count_arrivals(counts, Ticket.objects.filter(created_at__gte=start, created_at__lt=end))
    count_ends(counts, Ticket.objects.filter(ended_at__gte=start, ended_at__lt=end))
    count_answers(counts, Ticket.objects.filter(first_replied_at__gte=start, first_replied_at__lt=end))
    for *values, number in Reopening.objects.filter(at__gte=start, at__lt=end).values_list(
        *paths("ticket__"), Count("pk")
    ):
        for key in keys_of(values):
            counts[key].reopened += number
    for *values, score in Satisfaction.objects.filter(given_at__gte=start, given_at__lt=end).values_list(
        *paths("ticket__"), "score"
    ):
        for key in keys_of(values):
            counts[key].rated += 1
            counts[key].score_sum += score
    return counts


def count_arrivals(counts: Counts, arrived: QuerySet[Ticket]) -> None:
    for *values, number in arrived.order_by().values_list(*PATHS, Count("pk")):
        for key in keys_of(values):
            counts[key].arrived += number


def count_answers(counts: Counts, answered: QuerySet[Ticket]) -> None:
    for *values, filed, replied in answered.values_list(*PATHS, "created_at", "first_replied_at"):
        band = spreads.band_of(replied - filed)
        for key in keys_of(values):
            counts[key].answered += 1
            counts[key].answer_spread[band] += 1


def count_ends(counts: Counts, ended: QuerySet[Ticket]) -> None:
    at_once = first_contacts(ended.filter(status=Ticket.Status.RESOLVED))
    for *values, pk, status, filed, end in ended.values_list(*PATHS, "pk", "status", "created_at", "ended_at"):
        for key in keys_of(values):
            if status != Ticket.Status.RESOLVED:  # cancelled, or merged into another
                counts[key].withdrawn += 1
                continue
            counts[key].resolved += 1
            counts[key].first_contact += pk in at_once
            counts[key].solution_spread[spreads.band_of(end - filed)] += 1


def first_contacts(resolved: QuerySet[Ticket]) -> set[int]:
    """Those that one reply of ours solved, and that never came back."""
    ours = Message.objects.filter(ticket__in=resolved, kind=Message.Kind.PUBLIC, side=Message.Side.US)
    once = ours.order_by().values("ticket").annotate(replies=Count("pk")).filter(replies=1)
    came_back = Reopening.objects.filter(ticket__in=resolved).values_list("ticket", flat=True)
    return set(once.values_list("ticket", flat=True)) - set(came_back)


def open_at(at: datetime) -> Counter[Key]:
    """Open tickets by every key: those of the index of open ones, and those that ended after `at`."""
    counter: Counter[Key] = Counter()
    filed = Ticket.objects.filter(created_at__lt=at).order_by()
    for still in (filed.filter(ended_at=None), filed.filter(ended_at__gte=at)):
        for *values, number in still.values_list(*PATHS, Count("pk")):
            for key in keys_of(values):
                counter[key] += number
    return counter


def days_back(first: date, at: datetime) -> Iterable[tuple[date, Counts]]:
    """Each day from that of `at` back to `first`, complete: what was open at its end is what is open after it,
    less what came, and with what ended since."""
    standing, day = open_at(at), local_day(at)
    while day >= first:
        counts = count(day, at)
        counts[By.ALL, ""].open_at_end = 0  # a quiet day is counted, too
        for key in counts.keys() | standing.keys():
            counts[key].open_at_end = standing[key]
        yield day, counts
        for key, counted in counts.items():
            standing[key] += counted.ended - counted.arrived
        standing = Counter({key: number for key, number in standing.items() if number})
        day -= timedelta(days=1)


def recount(first: date, last: date, at: datetime) -> int:
    """Count the days `first` to `last` anew; a day that is not over at `at` is left to be read live."""
    written = 0
    for day, counts in days_back(first, at):
        if day <= last and midnight(day + timedelta(days=1)) <= at:
            keep_day(day, counts)
            written += 1
    return written


@transaction.atomic
def keep_day(day: date, counts: Mapping[Key, DayCount]) -> None:
    """In the place of what was counted before; two at once take turns."""
    locks.hold(LOCK)
    DayFigure.objects.filter(day=day).delete()
    at = now()
    DayFigure.objects.bulk_create(
        [DayFigure(day=day, by=by, key=key, counted_at=at, **vars(one)) for (by, key), one in counts.items()],
        batch_size=500,
    )


def keep() -> int:
    """What the sweep calls: yesterday and the day before hourly, all days that may still change every six hours.

    A house without any figures gets those of half a year. Returns how many days were counted.
    """
    at = now()
    yesterday = local_day(at) - timedelta(days=1)
    recent = (
        DayFigure.objects.filter(by=By.ALL, day__gte=yesterday - CHANGING)
        .values("day")
        .annotate(counted=Min("counted_at"))
    )
    counted = {row["day"]: row["counted"] for row in recent}
    if not counted and not DayFigure.objects.exists():
        return recount(first_day(yesterday - FIRST_TIME), yesterday, at)
    due = [
        day
        for day in days_between(yesterday - CHANGING, yesterday)
        if day not in counted or at - counted[day] >= (OFTEN if (yesterday - day).days < 2 else SELDOM)
    ]
    return recount(due[0], yesterday, at) if due else 0


def first_day(earliest: date) -> date:
    """No earlier than the first ticket."""
    first = Ticket.objects.order_by("created_at").values_list(F("created_at"), flat=True).first()
    return max(earliest, local_day(first)) if first else local_day(now())


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
