"""Whom a note names: `@Ayşe Yılmaz`, or `@ayşe` where only one colleague is called that."""

import re
from collections.abc import Iterator, Sequence

from foundation.directory.models import Membership, Person
from foundation.language import collation

SIGN = re.compile(r"(?<![\w.])@(?=\w)")
WORD = re.compile(r"[\w'’-]+")
LONGEST_NAME = 5  # words


def colleagues() -> list[Person]:
    return list(Person.objects.holding(Membership.DESK_ROLES).order_by("sort_key", "pk"))


def found_in(body: str) -> tuple[list[Person], list[str]]:
    """Those who are named, each once, and the words that name nobody or more than one. No query without an @."""
    if not SIGN.search(body):
        return [], []
    people, unknown = {}, []
    known = colleagues()
    for words in named(body):
        person = whom(words, known)
        if person:
            people[person.pk] = person
        else:
            unknown.append(words[0])
    return list(people.values()), unknown


def named(body: str) -> Iterator[list[str]]:
    """The words after each sign."""
    for sign in SIGN.finditer(body):
        line = body[sign.end() :].split("\n", 1)[0]
        yield WORD.findall(line)[:LONGEST_NAME]


def whom(words: Sequence[str], known: Sequence[Person]) -> Person | None:
    """The longest name that begins here; one word alone counts where it means one person."""
    folded = [collation.fold(word) for word in words]
    names = {person: collation.fold(person.name).split() for person in known}
    whole = [person for person, name in names.items() if folded[: len(name)] == name]
    if whole:
        best = max(len(names[person]) for person in whole)
        longest = [person for person in whole if len(names[person]) == best]
        return longest[0] if len(longest) == 1 else None
    first = [person for person, name in names.items() if name and name[0] == folded[0]]
    return first[0] if len(first) == 1 else None
