"""What a file asks for, before anything is written: rules, shifts by hand, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from foundation.directory.models import Person
from foundation.language import collation
from runbooks.rotas.permissions import eligible

MOST_PROBLEMS = 50


class RotaFileIsWrong(ValueError):
    """The file as a whole cannot be read; the text is a sentence for people."""


@dataclass(frozen=True)
class DraftRule:
    """A layer-to-be: what `rules.set_layer` takes."""

    name: str
    rank: int
    people: tuple[Person, ...]
    starts_on: date
    every: int
    unit: str
    days: str
    opens: time
    closes: time


@dataclass(frozen=True)
class DraftShift:
    """A shift-to-be by hand."""

    person: Person
    rank: int
    starts_at: datetime
    ends_at: datetime


@dataclass
class Draft:
    """All that a file asks for. With `problems` nothing is taken; `remarks` are what differs and still works."""

    key: str
    name: str
    rules: list[DraftRule] = field(default_factory=list)
    shifts: list[DraftShift] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def complain(self, sentence: str) -> None:
        if sentence not in self.problems and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence)

    @property
    def people(self) -> list[Person]:
        """Everybody named, once."""
        named = [person for rule in self.rules for person in rule.people] + [shift.person for shift in self.shifts]
        return list(dict.fromkeys(named))


class Directory:
    """Finds people by address or name among those who may carry a rota. A name two people have finds nobody."""

    def __init__(self, people: Iterable[Person] | None = None) -> None:
        self.by_word: dict[str, list[Person]] = {}
        for person in eligible() if people is None else people:
            for word in (person.email.casefold(), collation.fold(person.name)):
                self.by_word.setdefault(word, []).append(person)

    def find(self, *words: str) -> Person | None:
        for word in words:
            text = word.strip()
            for spelling in (text.casefold(), collation.fold(text)):
                people = self.by_word.get(spelling, [])
                if len(people) == 1:
                    return people[0]
        return None
