"""What was typed into a search box, and what it asks of the index. Pure.

    vezne makbuz "para çekiliyor" belediye:odunpazarı önem:S1,S2 açılış:>2026-11-01

Words are found by their stems and as beginnings, quoted ones exactly as they are written and side by
side. Whatever nobody can understand as an operator is a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase

from foundation.language import collation
from foundation.language.stems import stem, words_of
from helpdesk.search.documents import HEAD, NOTE, STEM
from helpdesk.search.expressions import ButNot, Expression, SideBySide, Term, all_of, one_of

LONGEST, MOST_WORDS, MOST_OPERATORS = 500, 8, 16
SHORTEST_BEGINNING, SHORTEST_SLIP, LONGEST_SLIP = 3, 4, 16  # letters
MOST_SLIPS = 3  # so many words, the longest, may hold a slip
MOST_MISSED = 6  # up to so many words, one of them may be missing
_PARTS = re.compile(
    r'(?:(?P<name>[^\W\d_]+):(?P<value>["“][^"”]*["”]?|[^\s"“]+))|["“](?P<quoted>[^"”]*)["”]?|(?P<word>\S+)'
)
_NUMBER = re.compile(r"(?:dst[- ]?)?(?:\d{4}[- ])?0*(\d{1,12})", re.IGNORECASE)
OPERATORS = {
    "belediye": "municipality", "municipality": "municipality",
    "modul": "module", "module": "module",
    "onem": "severity", "severity": "severity",
    "sorumlu": "assignee", "assignee": "assignee",
    "yazan": "requester", "requester": "requester",
    "durum": "status", "status": "status",
    "kanal": "channel", "channel": "channel",
    "kuyruk": "queue", "queue": "queue",
    "ekip": "team", "team": "team",
    "il": "province", "province": "province",
    "tur": "type", "type": "type",
    "sure": "due", "due": "due",
    "bekleyen": "waiting", "waiting": "waiting",
    "acilis": "opened", "opened": "opened",
    "hareket": "updated", "updated": "updated",
    "kapanis": "ended", "closed": "ended",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """`words` and `quoted` are folded; `operators` are (name, value as typed); `number`: it may be a ticket's."""

    words: tuple[str, ...] = ()
    quoted: tuple[tuple[str, ...], ...] = ()
    operators: tuple[tuple[str, str], ...] = ()
    number: int | None = None

    @property
    def asks_for_words(self) -> bool:
        return bool(self.words or self.quoted)

    def asks_for(self, operator: str) -> bool:
        return any(name == operator for name, _value in self.operators)


def read(text: str) -> Question:
    """Understand what was typed; never refuses. What is longer than `LONGEST` is cut."""
    text = text.replace("\x00", " ").strip()[:LONGEST]
    words: list[str] = []
    quoted: list[tuple[str, ...]] = []
    operators: list[tuple[str, str]] = []
    for part in _PARTS.finditer(text):
        operator = OPERATORS.get(collation.fold(part["name"] or ""))
        if operator:
            operators.append((operator, part["value"].strip('"“”')))
        elif part["quoted"] is not None:
            quoted.append(tuple(word for word, _stem in words_of(part["quoted"])))
        else:
            words += [word for word, _stem in words_of(part[0])]
    number = _NUMBER.fullmatch(text)
    return Question(
        words=tuple(dict.fromkeys(words))[:MOST_WORDS],
        quoted=tuple(filter(None, quoted))[:MOST_WORDS],
        operators=tuple(operators)[:MOST_OPERATORS],
        number=int(number[1]) if number else None,
    )


def ranks(question: Question, *, notes: bool) -> list[Expression]:
    """The best first: in the subject, anywhere, with a slip of the finger, with one word missing.

    No ticket fits two of them. `notes`: internal notes answer, too.
    """
    marks = ("", NOTE) if notes else ("",)
    exact = [one_of(_side_by_side(words, marks)) for words in question.quoted]
    levels = [_in_the_subject(question), _anywhere(question, marks), _nearly(question, marks), _most(question, marks)]
    wanted = [all_of([*exact, *parts]) for parts in levels if parts is not None and (parts or exact)]
    better: list[Expression] = []
    ranked = []
    for expression in dict.fromkeys(wanted):
        ranked.append(ButNot(expression, one_of(better)) if better else expression)
        better.append(expression)
    return ranked


def anywhere(question: Question, *, notes: bool) -> Expression | None:
    """Every word and quotation, wherever it stands."""
    marks = ("", NOTE) if notes else ("",)
    parts = [one_of(_side_by_side(words, marks)) for words in question.quoted] + _anywhere(question, marks)
    return all_of(parts) if parts else None


def _side_by_side(words: tuple[str, ...], marks: tuple[str, ...]) -> list[Expression]:
    return [SideBySide(tuple(mark + word for word in words)) for mark in marks]


def _in_the_subject(question: Question) -> list[Expression] | None:
    if not question.words:
        return None
    return [one_of(_forms(word, HEAD, HEAD)) for word in question.words]


def _anywhere(question: Question, marks: tuple[str, ...]) -> list[Expression]:
    return [_plain(word, marks) for word in question.words]


def _plain(word: str, marks: tuple[str, ...]) -> Expression:
    return one_of(form for mark in marks for form in _forms(word, mark, mark + STEM))


def _forms(word: str, mark: str, stem_mark: str) -> Iterator[Expression]:
    """The word by its stem, and as a beginning while it may not be typed to its end."""
    yield Term(stem_mark + stem(word))
    if len(word) >= SHORTEST_BEGINNING:
        yield Term(mark + word, begins=True)


def _nearly(question: Question, marks: tuple[str, ...]) -> list[Expression] | None:
    """Every word with one slip, or written apart; or two of them written as one."""
    slipping = slipping_words(question)
    if not slipping and len(question.words) < 2:
        return None
    near = [_near(word, marks) if word in slipping else _plain(word, marks) for word in question.words]
    return [one_of([all_of(near), *_joined(question.words, marks)])]


def slipping_words(question: Question) -> list[str]:
    """The words that may hold a slip."""
    return sorted(filter(can_slip, question.words), key=len, reverse=True)[:MOST_SLIPS]


def _joined(words: tuple[str, ...], marks: tuple[str, ...]) -> Iterator[Expression]:
    for place, (left, right) in enumerate(pairwise(words)):
        others = [*words[:place], *words[place + 2 :]]
        yield all_of(_plain(word, marks) for word in [left + right, *others])


def can_slip(word: str) -> bool:
    """Long enough that one wrong letter leaves it recognisable, and no number."""
    return SHORTEST_SLIP <= len(word) <= LONGEST_SLIP and word.isalpha()


def _near(word: str, marks: tuple[str, ...]) -> Expression:
    near = [Term(mark + form) for form in near_forms(word) for mark in marks]
    apart = [SideBySide((mark + STEM + left, mark + STEM + right)) for left, right in split(word) for mark in marks]
    return one_of([_plain(word, marks), *near, *apart])


def near_forms(word: str) -> list[str]:
    """What one slip would have made of it: by its stem, or as it is where the stem is too short to tell much."""
    forms = ((each, stem(each)) for each in one_slip_from(word) if len(each) >= SHORTEST_SLIP)
    return list(dict.fromkeys(STEM + short if len(short) >= SHORTEST_SLIP else each for each, short in forms))


def one_slip_from(word: str) -> Iterator[str]:
    """What one letter left out, doubled by its neighbour, wrong or one too many would have made of it."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def split(word: str) -> Iterator[tuple[str, str]]:
    """`eimza` as `e imza`: two words whose blank was forgotten, by their stems."""
    for place in range(1, len(word) - 2):
        yield stem(word[:place]), stem(word[place:])


def _most(question: Question, marks: tuple[str, ...]) -> list[Expression] | None:
    """All words but one, whichever."""
    words = question.words
    if not 3 <= len(words) <= MOST_MISSED:
        return None
    return [one_of(all_of(_plain(word, marks) for word in words if word != missed) for missed in words)]
