"""How fast a route may go: a bucket of segments that learns. Pure, no clock of its own.

Additive-increase, multiplicative-decrease: a complaint halves the rate, at most once
a second; quiet success raises it by five per cent a second up to what was agreed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

GROWTH = 1.05
QUIET_FOR = timedelta(seconds=5)
COMPLAINTS_APART = timedelta(seconds=1)
LONGEST_REFILL = timedelta(seconds=1)

WINDOW = 1.0
TOLERATED = 0.1


@dataclass
class ErrorRate:
    """How a gateway has answered one worker lately, on a clock of seconds.

    A few refusals among many answers are the gateway's ordinary noise, and the
    messages they hit wait for themselves; more than a tenth of a second's answers
    is a complaint about the pace.
    """

    since: float
    answers: int = 0
    busy: int = 0

    def hear(self, answers: int, busy: int) -> None:
        self.answers += answers
        self.busy += busy

    def complains(self, moment: float, *, at_once: bool = False) -> bool:
        """The verdict on a window that is over; a new one begins."""
        if moment - self.since < WINDOW and not at_once:
            return False
        complains = self.busy > TOLERATED * self.answers
        self.since, self.answers, self.busy = moment, 0, 0
        return complains


@dataclass(frozen=True)
class SendingRate:
    """`rate`, `ceiling`, `floor` in segments a second; `tokens` are segments that may leave."""

    rate: float
    ceiling: float
    floor: float
    tokens: float
    counted_at: datetime
    slowed_at: datetime | None = None

    def at(self, moment: datetime) -> "SendingRate":
        """The bucket at a later moment: refilled, never with more than one second's worth."""
        passed = max(moment - self.counted_at, timedelta()).total_seconds()
        rate = self.rate
        if self.slowed_at is None or moment - self.slowed_at > QUIET_FOR:
            rate = min(self.ceiling, rate * GROWTH ** min(passed, 60.0))
        refill = rate * min(passed, LONGEST_REFILL.total_seconds())
        tokens = min(max(rate, 1.0), self.tokens + refill)
        return replace(self, rate=rate, tokens=tokens, counted_at=max(moment, self.counted_at))

    def spend(self, segments: int) -> "SendingRate":
        """A message of several segments may overdraw; the next waits for it."""
        return replace(self, tokens=self.tokens - segments)

    def slower(self, moment: datetime) -> "SendingRate":
        """The gateway complained."""
        if self.slowed_at is not None and moment - self.slowed_at < COMPLAINTS_APART:
            return self
        return replace(self, rate=max(self.floor, self.rate / 2), slowed_at=moment)
