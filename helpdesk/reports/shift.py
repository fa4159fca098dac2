"""The shift at this moment, for whoever leads it: what waits, who is there with how much, what comes in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncHour

from foundation.language.formatting import ISTANBUL
from helpdesk.distribution import giving, presence
from helpdesk.models import Queue, Ticket
from helpdesk.models.snoozes import is_snoozed
from helpdesk.reports.counting import local_day, midnight
from helpdesk.tickets import agents
from monitoring import outages
from monitoring.models import Outage

SOON = timedelta(hours=1)
WEEKS = 4  # of which the usual hour is the mean
HOURS = 24
PEOPLE, OUTAGES = 60, 8
USUAL_KEPT = 600  # seconds
STEP, BAR, HEIGHT = 10, 7, 60


@dataclass(frozen=True)
class WaitingQueue:
    """Tickets of a queue: `unclaimed` are nobody's, `oldest` is when the first of those was filed."""

    name: str
    unclaimed: int
    oldest: datetime | None
    late: int
    soon: int


@dataclass(frozen=True)
class OnDuty:
    """Somebody of the desk: has it open, stands on a rota now, and has so many tickets, some of them late."""

    name: str
    is_here: bool
    is_on_shift: bool
    load: int
    late: int


@dataclass(frozen=True)
class HourBar:
    hour: int
    arrived: int
    usual: float
    x: int
    y: float
    height: float
    is_over: bool


@dataclass(frozen=True)
class ShiftView:
    at: datetime
    queues: Sequence[WaitingQueue]
    people: Sequence[OnDuty]
    hours: Sequence[HourBar]
    outages: Sequence[Outage]

    @property
    def unclaimed(self) -> int:
        return sum(queue.unclaimed for queue in self.queues)

    @property
    def late(self) -> int:
        return sum(queue.late for queue in self.queues)

    @property
    def soon(self) -> int:
        return sum(queue.soon for queue in self.queues)

    @property
    def oldest(self) -> datetime | None:
        return min((queue.oldest for queue in self.queues if queue.oldest), default=None)

    @property
    def here(self) -> int:
        return sum(person.is_here for person in self.people)

    @property
    def arrived(self) -> int:
        return sum(bar.arrived for bar in self.hours)

    @property
    def usual(self) -> float:
        """What usually has come in by the end of this hour."""
        return sum(bar.usual for bar in self.hours if bar.is_over)

    @property
    def usual_line(self) -> str:
        """SVG points of the usual day over the bars."""
        top = top_of(self.hours)
        return " ".join(f"{bar.x + BAR / 2},{round(HEIGHT - HEIGHT * bar.usual / top, 1)}" for bar in self.hours)

    @property
    def width(self) -> int:
        return HOURS * STEP - (STEP - BAR)


def view(at: datetime) -> ShiftView:
    """A few reads of open tickets and of one day, bounded whatever the desk has behind it."""
    return ShiftView(at, queues(at), people(at), hours(at), list(outages.open_now()[:OUTAGES]))


def queues(at: datetime) -> list[WaitingQueue]:
    """Those in which something waits, the longest wait first; what is put aside only once a time of it runs out."""
    nobodys = Q(assignee=None)
    counted = (
        Ticket.objects.open()
        .filter(nobodys & ~Q(is_snoozed()) | Q(next_due_at__lt=at + SOON))
        .order_by()
        .values_list("queue")
        .annotate(
            unclaimed=Count("pk", filter=nobodys),
            oldest=Min("created_at", filter=nobodys),
            late=Count("pk", filter=Q(next_due_at__lt=at)),
            soon=Count("pk", filter=Q(next_due_at__gte=at, next_due_at__lt=at + SOON)),
        )
    )
    names = {queue.pk: queue.name for queue in Queue.objects.all()}
    lines = [WaitingQueue(names[queue], *numbers) for queue, *numbers in counted]
    return sorted(lines, key=lambda line: (line.oldest or at, line.name))


def people(at: datetime) -> list[OnDuty]:
    """Who has the desk open or stands on a rota, and whoever else has tickets; in the order of a Turkish register."""
    names = {colleague.pk: colleague.name for colleague in agents.names_at_the_desk()}
    here = presence.here(names)
    on_shift = giving.shift_of(list(names))
    loads = loads_of(at)
    known = [key for key in names if key in here or key in on_shift or key in loads]
    shown = sorted(known[:PEOPLE], key=lambda key: not (key in here or key in on_shift))
    return [OnDuty(names[key], key in here, key in on_shift, *loads.get(key, (0, 0))) for key in shown]


def loads_of(at: datetime) -> Mapping[int, tuple[int, int]]:
    """Agent → (open tickets, those of them that are late)."""
    taken = Ticket.objects.open().exclude(assignee=None).order_by().values_list("assignee")
    counted = taken.annotate(load=Count("pk"), late=Count("pk", filter=Q(next_due_at__lt=at)))
    return {key: (load, late) for key, load, late in counted}


def hours(at: datetime) -> list[HourBar]:
    """Arrivals of today hour by hour beside the mean of this weekday in the last four weeks."""
    start = midnight(local_day(at))
    today, usual = arrivals([start]), usual_hours(start)
    numbers = [(hour, today[hour], usual.get(hour, 0.0)) for hour in range(HOURS)]
    top = max((max(arrived, mean) for _hour, arrived, mean in numbers), default=0) or 1
    now_hour = at.astimezone(ISTANBUL).hour
    return [
        HourBar(
            hour,
            arrived,
            mean,
            hour * STEP,
            round(HEIGHT - HEIGHT * arrived / top, 1),
            round(HEIGHT * arrived / top, 1),
            hour <= now_hour,
        )
        for hour, arrived, mean in numbers
    ]


def top_of(bars: Sequence[HourBar]) -> float:
    return max((max(bar.arrived, bar.usual) for bar in bars), default=0) or 1


def usual_hours(start: datetime) -> dict[int, float]:
    """Hour → mean arrivals of the same weekday; kept for ten minutes, whoever asks."""
    name = f"helpdesk.shift.usual:{start:%Y-%m-%d}"
    kept = cache.get(name)
    if kept is None:
        counted = arrivals([start - timedelta(weeks=week) for week in range(1, WEEKS + 1)])
        kept = {hour: number / WEEKS for hour, number in counted.items()}
        cache.set(name, kept, USUAL_KEPT)
    return kept


def arrivals(days: Iterable[datetime]) -> Counter[int]:
    """Local hour → how many tickets were filed in it on these days together: an index range each."""
    ranges = Q()
    for start in days:
        ranges |= Q(created_at__gte=start, created_at__lt=start + timedelta(days=1))
    hourly = Ticket.objects.filter(ranges).annotate(hour=TruncHour("created_at", tzinfo=ISTANBUL)).order_by()
    counter: Counter[int] = Counter()
    for hour, number in hourly.values_list("hour").annotate(filed=Count("pk")):
        counter[hour.hour] += number
    return counter
