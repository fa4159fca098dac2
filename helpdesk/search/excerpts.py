"""The place in a ticket that answers a question, with what answers marked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.directory.models import Person
from foundation.language.stems import WORD, stem, words_of
from helpdesk.models import Attachment, Message, Ticket
from helpdesk.search import questions
from helpdesk.search.documents import STEM
from helpdesk.search.questions import Question

AROUND = 90  # letters before and behind what is marked first
MOST_READ = 400  # texts of the tickets of one page
Piece = tuple[str, bool]


class Marker:
    """Knows which words of a text answer: by stem, as a beginning, quoted, or with a slip."""

    def __init__(self, question: Question):
        self.words = frozenset(question.words) | {word for quoted in question.quoted for word in quoted}
        self.stems = {stem(word) for word in question.words}
        self.beginnings = tuple(word for word in question.words if len(word) >= questions.SHORTEST_BEGINNING)
        slips = questions.slipping_words(question)
        self.slips = {form for word in slips for form in questions.near_forms(word)}
        self.apart = {part for word in slips for pair in questions.split(word) for part in pair if len(part) > 2}

    def pieces(self, text: str, *, slips: bool = False) -> list[Piece]:
        """The text in pieces; True where it answers."""
        pieces, last = [], 0
        for found in WORD.finditer(text):
            [(word, its_stem)] = words_of(found[0])
            if self.answers(word, its_stem, slips):
                pieces += [(text[last : found.start()], False), (found[0], True)]
                last = found.end()
        return [*pieces, (text[last:], False)]

    def answers(self, word: str, its_stem: str, slips: bool) -> bool:
        if slips:
            return STEM + its_stem in self.slips or word in self.slips or its_stem in self.apart
        return word in self.words or its_stem in self.stems or word.startswith(self.beginnings)


@dataclass(frozen=True)
class Excerpt:
    """`where` it stands, in a word; `pieces` of the text."""

    where: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Answer:
    """A ticket as the search page shows it."""

    ticket: Ticket
    subject: Sequence[Piece]
    excerpt: Excerpt | None


def of(tickets: Sequence[Ticket], question: Question, person: Person) -> list[Answer]:
    """Each ticket with the best place in it; two queries for a page."""
    marker, texts = Marker(question), _texts(tickets, person)
    answers = []
    for ticket in tickets:
        candidates = [*texts[ticket.pk], (_("Municipality"), ticket.municipality.full_name)]
        if ticket.requester:
            candidates.append((_("Requester"), ticket.requester.name))
        answers.append(Answer(ticket, marker.pieces(ticket.subject), best(candidates, marker)))
    return answers


def _texts(tickets: Sequence[Ticket], person: Person) -> dict[int, list[tuple[str, str]]]:
    """Ticket → (where, text) of what this person may read there."""
    read = Message.objects.visible_to(person).filter(ticket__in=tickets)
    texts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, kind, body in read.order_by("-pk").values_list("ticket", "kind", "body")[:MOST_READ]:
        texts[pk].append((str(Message.Kind(kind).label), body))
    files = Attachment.objects.filter(message__in=read).values_list("message__ticket", "name")
    for pk, name in files.order_by("-pk")[:MOST_READ]:
        texts[pk].append((_("File"), name))
    return texts


def best(candidates: Iterable[tuple[str, str]], marker: Marker) -> Excerpt | None:
    """The text in which most different words answer; where none does, one with a slip."""
    candidates = list(candidates)
    for slips in (False, True):
        marked = [(where, marker.pieces(text, slips=slips)) for where, text in candidates]
        where, pieces = max(marked, key=lambda each: len(set(_hits(each[1]))))
        if any(hit for _text, hit in pieces):
            return Excerpt(where, list(_around_the_first(pieces)))
    return None


def _hits(pieces: Sequence[Piece]) -> Iterator[str]:
    return (stem(word) for text, hit in pieces if hit for word, _stem in words_of(text))


def _around_the_first(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """From a little before what is marked first to a little behind it."""
    first = next(place for place, (_text, hit) in enumerate(pieces) if hit)
    before = pieces[first - 1][0] if first else ""
    yield (f"…{before[-AROUND:]}" if len(before) > AROUND or first > 1 else before), False
    left = 2 * AROUND
    for text, hit in pieces[first:]:
        yield (text if len(text) <= left else f"{text[:left]}…"), hit
        left -= len(text)
        if left <= 0:
            return
