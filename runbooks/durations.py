"""How plans write a length of time."""

from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """ "30s", "5m", "4h", "2d" as a length of time."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
