"""How long something took, as counts per band: adding days up stays exact, and a median is read from the sum. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta

# Upper ends in minutes; the last band has none.
ENDS = (5, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10080, 20160, 43200, 86400)
BANDS = len(ENDS) + 1
MINUTE = timedelta(minutes=1)


def band_of(length: timedelta) -> int:
    """The number of its band; what took exactly an end's time lies in the next one."""
    return bisect_right(ENDS, length / MINUTE)


def none() -> list[int]:
    return [0] * BANDS


def total(spreads: Sequence[Sequence[int]]) -> list[int]:
    """Band by band; a spread that was kept empty counts nothing."""
    return [sum(column) for column in zip(*(spread or none() for spread in spreads), strict=True)] or none()


def median(spread: Sequence[int]) -> timedelta | None:
    """Half of them took at most this long: read within the band as if they lay evenly in it. None without any."""
    count = sum(spread)
    if not count:
        return None
    left = count / 2
    for number, within in enumerate(spread):
        if within >= left and within:
            low = ENDS[number - 1] if number else 0
            high = ENDS[number] if number < len(ENDS) else low
            return MINUTE * (low + (high - low) * left / within)
        left -= within
    return None
