"""Latency of the last hour as points of a small drawing. Pure but for one read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.checks.samples import Sample, read_block, read_hour
from monitoring.checks.verdicts import Result
from monitoring.models import Check, RawHour, SampleBlock

WIDTH, HEIGHT = 240, 40
BUCKETS = 60


@dataclass(frozen=True)
class Sparkline:
    """`points` and `bad` are SVG coordinates in a box of WIDTH by HEIGHT; milliseconds beside it."""

    points: str
    bad: tuple[float, ...]
    median: int | None
    longest: int | None
    asked: int
    failed: int


def recent(check: Check, at: datetime, *, span: timedelta = timedelta(hours=1)) -> list[Sample]:
    """What was measured within `span` before `at`, from open blocks and the sealed hour before."""
    since = at - span
    samples = []
    for hour in RawHour.objects.filter(check_of=check, at__gte=since - timedelta(hours=1)):
        samples += read_hour(check.pk, hour.at.timestamp(), bytes(hour.samples))
    for block in SampleBlock.objects.filter(at__gte=since - timedelta(minutes=1)).order_by("at"):
        samples += [s for s in read_block(block.at.timestamp(), bytes(block.samples)) if s.check == check.pk]
    return [sample for sample in samples if since.timestamp() <= sample.at <= at.timestamp()]


def draw(samples: list[Sample], at: datetime, *, span: timedelta = timedelta(hours=1)) -> Sparkline:
    """Worst latency of each minute as a line; minutes with a failure as marks."""
    start, step = (at - span).timestamp(), span.total_seconds() / BUCKETS
    slots: list[list[Sample]] = [[] for _slot in range(BUCKETS)]
    for sample in samples:
        slots[min(BUCKETS - 1, max(0, int((sample.at - start) / step)))].append(sample)
    times = sorted(sample.ms for sample in samples if sample.raw is Result.OK)
    top = max(times, default=1) or 1
    points = []
    for number, slot in enumerate(slots):
        good = [sample.ms for sample in slot if sample.raw is Result.OK]
        if good:
            points.append(f"{x_of(number):.1f},{HEIGHT - 2 - (HEIGHT - 6) * max(good) / top:.1f}")
    bad = tuple(x_of(n) for n, slot in enumerate(slots) if any(sample.raw is Result.FAIL for sample in slot))
    failed = sum(sample.raw is Result.FAIL for sample in samples)
    median = times[len(times) // 2] if times else None
    return Sparkline(" ".join(points), bad, median, times[-1] if times else None, len(samples), failed)


def x_of(number: int) -> float:
    return WIDTH * (number + 0.5) / BUCKETS
