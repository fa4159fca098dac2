"""When each question is due: a fixed beat that never drifts."""

import heapq
from collections.abc import Iterable, Iterator

from monitoring.probing.questions import Question

GOLDEN = 0.6180339887498949  # spreads consecutive numbers evenly over an interval


class Timers:
    """Due times on the monotonic clock. A question's beat starts at a phase of its own, for good."""

    def __init__(self, questions: Iterable[Question], started: float):
        self.started = started
        self.heap = [(started + phase(question), question.id, question) for question in questions]
        heapq.heapify(self.heap)

    def due(self, now: float) -> Iterator[tuple[Question, float]]:
        """Take everything that is due by `now`, with the seconds each one is late."""
        while self.heap and self.heap[0][0] <= now:
            at, _id, question = heapq.heappop(self.heap)
            yield question, now - at

    def after(self, question: Question, asked: float, now: float, *, hurry: bool) -> None:
        """Put the question back: on its beat, or sooner while there is something to confirm."""
        if hurry:
            at = max(now, asked + question.rule.retry)
        else:
            beats = int((max(now, asked) - self.started - phase(question)) // question.interval) + 1
            at = self.started + phase(question) + beats * question.interval
        heapq.heappush(self.heap, (at, question.id, question))

    def next_at(self) -> float | None:
        return self.heap[0][0] if self.heap else None


def phase(question: Question) -> float:
    """Seconds into the interval at which this question is asked; spread over the fleet."""
    return question.id * GOLDEN % 1.0 * question.interval
