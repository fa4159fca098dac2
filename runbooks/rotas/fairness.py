"""Who carried how much: hours, nights, weekends and holidays of each person. The counting is pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from foundation.directory.models import Person
from runbooks.models import Rota, Shift
from runbooks.rotas import public_holidays
from runbooks.rotas.rotation import DAY, ISTANBUL, Stretch

# Law 4857, article 69: night is from 20:00 at the latest to 06:00 at the earliest.
EVENING, MORNING = time(20), time(6)
SATURDAY = 6
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class CarriedHours:
    """CarriedHours of shifts; `night`, `weekend` and `holiday` are parts of `all` and may meet."""

    all: float = 0.0
    night: float = 0.0
    weekend: float = 0.0
    holiday: float = 0.0

    def __add__(self, other: "CarriedHours") -> "CarriedHours":
        return CarriedHours(
            self.all + other.all,
            self.night + other.night,
            self.weekend + other.weekend,
            self.holiday + other.holiday,
        )


@dataclass(frozen=True)
class PersonsShare:
    """One person's part; `shifts` is how many, `part` the share of all hours in percent."""

    person: Person
    shifts: int
    hours: CarriedHours
    part: int


def counted(stretch: Stretch, holidays: frozenset[date]) -> CarriedHours:
    """The hours of one stretch, by what they are."""
    total = CarriedHours()
    for part in _by_day(stretch):
        day = part.start.astimezone(ISTANBUL).date()
        length = (part.end - part.start) / HOUR
        total += CarriedHours(
            all=length,
            night=_within(part, day, time(0), MORNING) + _within(part, day, EVENING, time(0)),
            weekend=length if day.isoweekday() >= SATURDAY else 0.0,
            holiday=length if day in holidays else 0.0,
        )
    return total


def _by_day(stretch: Stretch) -> Iterator[Stretch]:
    start = stretch.start
    while start < stretch.end:
        midnight = datetime.combine(start.astimezone(ISTANBUL).date() + DAY, time(0), ISTANBUL)
        yield Stretch(start, min(midnight, stretch.end))
        start = midnight


def _within(part: Stretch, day: date, opens: time, closes: time) -> float:
    start = datetime.combine(day, opens, ISTANBUL)
    end = datetime.combine(day if closes > opens else day + DAY, closes, ISTANBUL)
    return max(timedelta(), min(part.end, end) - max(part.start, start)) / HOUR


def shares(rota: Rota, start: datetime, end: datetime) -> list[PersonsShare]:
    """Everybody's part of those called first in [start, end), the most burdened first; in two queries."""
    holidays = public_holidays.between(start, end).whole
    shifts = Shift.objects.filter(rota=rota, rank=Shift.Rank.FIRST).meeting(start, end).select_related("person")
    return _divided(shifts, start, end, holidays)


def _divided(shifts: Iterable[Shift], start: datetime, end: datetime, holidays: frozenset[date]) -> list[PersonsShare]:
    people: dict[int, tuple[Person, int, CarriedHours]] = {}
    for shift in shifts:
        stretch = Stretch(max(shift.starts_at, start), min(shift.ends_at, end))
        person, number, hours = people.get(shift.person_id, (shift.person, 0, CarriedHours()))
        people[shift.person_id] = (person, number + 1, hours + counted(stretch, holidays))
    whole = sum(hours.all for _person, _number, hours in people.values()) or 1.0
    return sorted(
        (
            PersonsShare(person, number, hours, round(100 * hours.all / whole))
            for person, number, hours in people.values()
        ),
        key=lambda share: (-share.hours.all, share.person.sort_key),
    )
