"""The tickets that answer a question: the best kind of answer first, the newest first within a kind, by key."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core import signing
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from foundation.directory.models import Person
from foundation.wire.api.paging import UnknownCursor
from helpdesk.models import Ticket
from helpdesk.search import bounds, operators, questions
from helpdesk.search.expressions import Expression, as_fts5, as_tsquery
from helpdesk.search.questions import Question

PAGE = 25
SHOWN = ("municipality", "component", "assignee", "requester")
SALT = "nobet.search"
NUMBER, FIRST_RANK = 0, 1
WHERE = {
    "postgresql": ("SELECT ticket_id FROM helpdesk_ticketwords WHERE words @@ %s::tsquery", as_tsquery),
    "sqlite": ("SELECT rowid FROM helpdesk_ticketwords WHERE helpdesk_ticketwords MATCH %s", as_fts5),
}


@dataclass(frozen=True)
class FoundTickets:
    """A page of answers. `problems` are sentences about operators that mean nothing."""

    question: Question
    tickets: list[Ticket]
    next: str | None
    problems: list[str]


def find(text: str, person: Person, *, cursor: str = "", limit: int = PAGE) -> FoundTickets:
    """Tickets in every state that this person may see; raises `SearchTooBroad` and `UnknownCursor`."""
    question = questions.read(text)
    rank, after = _read(cursor) if cursor else (NUMBER, None)
    with bounds.at_most():
        wanted, problems = operators.conditions(question, person)
        visible = Ticket.objects.visible_to(person).filter(wanted).select_related(*SHOWN)
        answers = [] if problems else _answers(visible, question, person, rank, after, limit + 1)
    found = [ticket for _rank, ticket in answers[:limit]]
    following = _sign(*answers[limit - 1]) if len(answers) > limit else None
    return FoundTickets(question, found, following, problems)


@dataclass(frozen=True)
class Narrowing:
    """A question for lists with an order of their own. What has a problem, or asks for nothing, finds nothing."""

    question: Question
    wanted: Q
    problems: list[str]
    expression: Expression | None

    def of(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        if self.problems or not (self.expression or self.question.operators):
            return tickets.none()
        tickets = tickets.filter(self.wanted)
        return answering(tickets, self.expression) if self.expression else tickets


def narrowing(text: str, person: Person) -> Narrowing:
    question = questions.read(text)
    wanted, problems = operators.conditions(question, person)
    return Narrowing(question, wanted, problems, questions.anywhere(question, notes=person.works_at_the_desk))


def narrowed(tickets: QuerySet[Ticket], text: str, person: Person) -> QuerySet[Ticket]:
    """Those of `tickets` that hold every word and fit every operator; no word at all finds nothing."""
    return narrowing(text, person).of(tickets)


def answering(tickets: QuerySet[Ticket], expression: Expression) -> QuerySet[Ticket]:
    sql, spell = WHERE[connection.vendor]
    return tickets.filter(pk__in=RawSQL(sql, [spell(expression)]))  # noqa: S611 the text is a parameter


def _answers(
    visible: QuerySet[Ticket], question: Question, person: Person, rank: int, after: int | None, limit: int
) -> list[tuple[int, Ticket]]:
    """(rank, ticket) of up to `limit` answers; a worse rank is asked only while the better ones fill no page."""
    answers: list[tuple[int, Ticket]] = []
    for number, tickets in _ranked(visible, question, person):
        if number < rank or len(answers) >= limit:
            continue
        if number == rank and after is not None:
            tickets = tickets.filter(pk__lt=after)
        rest = limit - len(answers)
        answers += [(number, each) for each in tickets.defer("search_text").order_by("-pk")[:rest]]
    return answers


def _ranked(visible: QuerySet[Ticket], question: Question, person: Person) -> Iterator[tuple[int, QuerySet[Ticket]]]:
    """By its number first; a question of operators alone has one rank."""
    numbered = question.number
    if numbered is not None:
        yield NUMBER, visible.filter(pk=numbered)
        visible = visible.exclude(pk=numbered)
    if question.asks_for_words:
        ranks = questions.ranks(question, notes=person.works_at_the_desk)
        for rank, expression in enumerate(ranks, start=FIRST_RANK):
            yield rank, answering(visible, expression)
    elif question.operators:
        yield FIRST_RANK, visible


def _sign(rank: int, ticket: Ticket) -> str:
    return signing.dumps([rank, ticket.pk], salt=SALT)


def _read(cursor: str) -> tuple[int, int]:
    try:
        rank, after = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        raise UnknownCursor from None
    return rank, after
