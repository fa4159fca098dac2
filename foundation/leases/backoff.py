"""How long to wait before trying again: exponential, with full jitter."""

import random
from datetime import timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)


def wait(attempt: int, *, first: timedelta = FIRST, longest: timedelta = LONGEST) -> timedelta:
    """A random wait before try number `attempt` + 1, between `first` and the grown limit.

    The limit doubles with each attempt up to `longest`; drawing inside it keeps a
    thousand rows that failed together from coming back together.
    """
    limit = min(longest, first * 2 ** min(max(attempt - 1, 0), 20))
    return first + (limit - first) * random.random() if limit > first else first
