"""How plans write a length of time."""

from datetime import timedelta

LONGEST = timedelta(days=3660)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """ "30s", "5m", "4h", "2d" as a length of time; of what was kept before lengths had a bound, ten years."""
    try:
        return min(timedelta(**{_UNITS[text[-1]]: int(text[:-1])}), LONGEST)
    except OverflowError:
        return LONGEST
