"""How long answers took, minute by minute of the last hour: municipalities together, components one by one."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from monitoring.checks.samples import Sample, read_block, read_hour
from monitoring.checks.verdicts import Result
from monitoring.models import Check, RawHour, SampleBlock

SPAN = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MINUTES = SPAN // MINUTE
WIDTH, HEIGHT = 240, 48
MUNICIPALITIES = ""  # the line of all municipal nodes together


@dataclass(frozen=True)
class LatencyLine:
    """One line of the chart: a median for each minute, oldest first; None where nothing was measured."""

    component: str
    medians: tuple[int | None, ...]

    @property
    def known(self) -> list[int]:
        return [ms for ms in self.medians if ms is not None]

    @property
    def usual(self) -> int | None:
        return median_low(self.known) if self.known else None

    @property
    def latest(self) -> int | None:
        return self.known[-1] if self.known else None

    @property
    def delay(self) -> int:
        """Milliseconds it takes longer now than usual in this hour."""
        return (self.latest or 0) - (self.usual or 0)

    @property
    def pieces(self) -> list[str]:
        """SVG points in a box of WIDTH by HEIGHT, a list each for stretches without a gap."""
        top = max(self.known, default=1) or 1
        drawn: list[list[str]] = [[]]
        for number, ms in enumerate(self.medians):
            if ms is None:
                drawn.append([])
                continue
            x, y = WIDTH * (number + 0.5) / MINUTES, HEIGHT - 2 - (HEIGHT - 6) * ms / top
            drawn[-1].append(f"{x:.1f},{y:.1f}")
        return [" ".join(points) for points in drawn if len(points) > 1]


# What is known of finished minutes, which never change: unpacked once a process.
_finished: dict[datetime, dict[str, int]] = {}


def lines(at: datetime) -> list[LatencyLine]:
    """The hour before the last whole minute, the line that slowed down most first."""
    end = at.replace(second=0, microsecond=0) - MINUTE
    minutes = [end - MINUTE * back for back in range(MINUTES, 0, -1)]
    for old in [minute for minute in _finished if minute < minutes[0]]:
        _finished.pop(old, None)
    missing = [minute for minute in minutes if minute not in _finished]
    if missing:
        _finished.update(medians(missing[0], end, set(missing)))
    finished = [_finished[minute] for minute in minutes]
    named = {component for minute in finished for component in minute}
    lines = [LatencyLine(component, tuple(minute.get(component) for minute in finished)) for component in named]
    return sorted(lines, key=lambda line: -line.delay)


def medians(first: datetime, end: datetime, wanted: set[datetime]) -> dict[datetime, dict[str, int]]:
    """For each wanted minute of [first, end): component → median of its answers in milliseconds."""
    groups = dict(Check.objects.live().values_list("pk", "node__component_id"))
    numbers = {minute.timestamp() // 60: minute for minute in wanted}
    answers: dict[datetime, dict[str, array]] = {minute: defaultdict(lambda: array("H")) for minute in wanted}
    for sample in measured(groups, first, end):
        minute = numbers.get(sample.at // 60)
        if minute and sample.raw is Result.OK and sample.check in groups:
            answers[minute][groups[sample.check] or MUNICIPALITIES].append(sample.ms)
    return {minute: {name: median_low(ms) for name, ms in each.items()} for minute, each in answers.items()}


def measured(checks: Iterable[int], first: datetime, end: datetime) -> Iterator[Sample]:
    """What these checks measured from `first` to `end`, and a little around it: open blocks and sealed hours.

    Sealed hours are found by their key, check and hour: there are ninety days of them.
    """
    hours = {first.replace(minute=0), (end - MINUTE).replace(minute=0)}
    sealed = RawHour.objects.filter(check_of__in=list(checks), at__in=hours)
    for check, at, samples in sealed.values_list("check_of_id", "at", "samples").iterator():
        yield from read_hour(check, at.timestamp(), bytes(samples))
    blocks = SampleBlock.objects.filter(at__gte=first - MINUTE, at__lt=end)
    for at, samples in blocks.values_list("at", "samples").iterator():
        yield from read_block(at.timestamp(), bytes(samples))
