"""Ninety days of one thing: one state a day, and the share of time it worked.

Pure: spans in, days out. A span is what an outage meant for this thing; a day shows
its worst. Maintenance is drawn and leaves the share (goals: outside the denominator).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from foundation.language.formatting import ISTANBUL

DAYS = 90
RANK = {"ok": 0, "maint": 1, "degraded": 2, "partial": 3, "outage": 4}
NO_DATA = "nodata"
# Where the line of a day lies, and so how tall it is (its width is in nobet.css): quiet days short, bad ones tall.
MIDDLE = {"ok": 18.5, "maint": 16, NO_DATA: 27}


@dataclass(frozen=True)
class Span:
    """From `start` to `end` (aware), how it was, and for what share of those who use it (0–1)."""

    start: datetime
    end: datetime
    state: str
    share: float = 1.0


@dataclass(frozen=True)
class History:
    """`days`: oldest first, (date, state). `worked`: share of time 0–1, maintenance left out; None: not known."""

    days: tuple[tuple[date, str], ...]
    worked: float | None

    @property
    def bad_days(self) -> int:
        return sum(RANK.get(state, 0) > RANK["maint"] for _, state in self.days)

    @property
    def unwatched_days(self) -> int:
        return sum(state == NO_DATA for _, state in self.days)

    @property
    def paths(self) -> list[tuple[str, str]]:
        return paths(self.days)


def history(spans: Iterable[Span], *, at: datetime, since: datetime | None = None, length: int = DAYS) -> History:
    """The `length` local days that end with `at`; before `since` nobody watched, so nothing counts."""
    spans = list(spans)
    today = at.astimezone(ISTANBUL).date()
    dates = [today - timedelta(days=back) for back in reversed(range(length))]
    start = max(filter(None, (midnight(dates[0]), since)))
    days = tuple((day, worst_of(day, spans, start)) for day in dates)
    return History(days, share_worked(spans, start, at))


def worst_of(day: date, spans: Sequence[Span], since: datetime) -> str:
    begins, ends = midnight(day), midnight(day + timedelta(days=1))
    if ends <= since:
        return NO_DATA
    states = (span.state for span in spans if span.start < ends and span.end > begins)
    return max(states, key=RANK.__getitem__, default="ok")


def share_worked(spans: Sequence[Span], start: datetime, end: datetime) -> float | None:
    planned = sum(seconds(span, start, end) for span in spans if span.state == "maint")
    lost = sum(seconds(span, start, end) * span.share for span in spans if RANK[span.state] >= RANK["partial"])
    expected = (end - start).total_seconds() - planned
    return max(0.0, 1 - lost / expected) if expected > 0 else None


def seconds(span: Span, start: datetime, end: datetime) -> float:
    return max(0.0, (min(span.end, end) - max(span.start, start)).total_seconds())


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ISTANBUL)


def paths(days: Sequence[tuple[object, str]]) -> list[tuple[str, str]]:
    """One SVG path a state, a dash a day: neighbours alike are one stroke, so that a page of bars stays small."""
    drawn: dict[str, list[str]] = {}
    place = 0
    for state, alike in groupby(state for _, state in days):
        length = len(list(alike))
        drawn.setdefault(state, []).append(f"M{place * 4} {MIDDLE.get(state, 14)}h{length * 4 - 1}")
        place += length
    return [(state, "".join(parts)) for state, parts in drawn.items()]
