"""When each probe is due: a fixed beat that never drifts."""

import heapq
from collections.abc import Iterable, Iterator

from monitoring.probing.probe import Probe

GOLDEN = 0.6180339887498949  # spreads consecutive numbers evenly over an interval


class Timers:
    """Due times on the monotonic clock. A probe's beat starts at a phase of its own, for good.

    `standing` holds the time that counts for each probe in line: an entry of the heap
    with another time was overtaken by `hasten` and is skipped when its turn comes.
    """

    def __init__(self, questions: Iterable[Probe], started: float) -> None:
        self.started = started
        self.heap = [(started + phase(question), question.id, question) for question in questions]
        self.standing = {number: at for at, number, _question in self.heap}
        self.asked: dict[int, float] = {}
        heapq.heapify(self.heap)

    def due(self, now: float) -> Iterator[tuple[Probe, float]]:
        """Take everything that is due by `now`, with the seconds each one is late."""
        while self.heap and self.heap[0][0] <= now:
            at, number, question = heapq.heappop(self.heap)
            if self.standing.get(number) == at:
                del self.standing[number]
                yield question, now - at

    def after(self, question: Probe, asked: float, now: float, *, hurry: bool) -> None:
        """Put the probe back: on its beat, or sooner while there is something to confirm."""
        if hurry:
            at = max(now, asked + question.rule.retry)
        else:
            beats = int((max(now, asked) - self.started - phase(question)) // question.interval) + 1
            at = self.started + phase(question) + beats * question.interval
        self.asked[question.id] = asked
        self.stand(question, at)

    def hasten(self, question: Probe, now: float) -> None:
        """Ask now what stands in line for later, but never twice within its own retry."""
        at = max(now, self.asked.get(question.id, self.started - question.rule.retry) + question.rule.retry)
        if at < self.standing.get(question.id, at):
            self.stand(question, at)

    def stand(self, question: Probe, at: float) -> None:
        self.standing[question.id] = at
        heapq.heappush(self.heap, (at, question.id, question))

    def next_at(self) -> float | None:
        return self.heap[0][0] if self.heap else None


def phase(question: Probe) -> float:
    """Seconds into the interval at which this probe is asked; spread over the fleet."""
    return question.id * GOLDEN % 1.0 * question.interval
