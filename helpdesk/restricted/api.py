"""Restricted tickets and the deadlines of the law, for other programs: as the token's person, who must be named."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Person
from foundation.language.schema_types import Line, Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import DataCategory, NamedReader, RestrictionKind, StatutoryClock, Ticket
from helpdesk.notices.followers import NotAReader
from helpdesk.restricted import naming
from helpdesk.statutes import clocks
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["restricted tickets"])


class RestrictionIn(Body):
    kind: RestrictionKind
    since: datetime | None = Field(None, description="when it was learned of, or arrived; empty: when it was filed")


class RestrictedOut(Schema):
    number: str
    restriction: str


class EnterIn(Body):
    number: Line = Field(max_length=24)
    reason: Paragraphs = Field(min_length=1, max_length=500, description="everybody who is named reads it")


class ReaderIn(Body):
    email: Line = Field(max_length=254, description="of somebody who would see it if it were not restricted")


class ReaderOut(Schema):
    id: int = Field(alias="person_id")
    name: str = Field(alias="person.name")
    since: datetime


class ClockIn(Body):
    """What is known; all of it, each time."""

    since: datetime
    affected: int | None = Field(None, ge=0, le=100_000_000, description="people; of a breach")
    categories: list[DataCategory] = Field([], max_length=12, description="of a breach")


class ClockEndIn(Body):
    at: datetime = Field(description="when the Board was notified, or the answer given")
    reference: Line = Field("", max_length=80)


class ClockOut(Schema):
    id: int
    rule: str
    source: str = Field(description="which law says so, in the reader's language")
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    reference: str
    affected: int | None
    categories: list[str]


def find(request, number: str) -> Ticket:
    """For the desk alone."""
    require_desk(request.user)
    visible = Ticket.objects.visible_to(request.user).select_related("municipality", "assignee", "requester")
    return get_object_or_404(visible.defer("search_text"), number=number)


@router.get("/restricted-tickets/", response=list[RestrictedOut])
@paginate(Keyset, order=("-pk",))
def list_restricted(request) -> QuerySet[Ticket]:
    """Those in which the token's person is named, newest first; for the desk."""
    require_desk(request.user)
    return Ticket.objects.visible_to(request.user).exclude(restriction="").defer("search_text")


@router.post("/restricted-tickets/", response={204: None})
def enter(request, wanted: EnterIn) -> Status:
    """A platform administrator names themselves; everybody who is named is told."""
    naming.enter(wanted.number, reason=wanted.reason, by=request.user)
    return Status(204, None)


@router.put("/tickets/{number}/restriction/", response=RestrictedOut)
def restrict(request, number: str, wanted: RestrictionIn) -> Ticket:
    """From now on only the named see it. The same again changes nothing."""
    ticket = find(request, number)
    naming.restrict(ticket, kind=wanted.kind, since=wanted.since, by=request.user)
    return ticket


@router.delete("/tickets/{number}/restriction/", response={204: None})
def lift(request, number: str) -> Status:
    """Everybody sees it again whom it concerns."""
    naming.lift(find(request, number), by=request.user)
    return Status(204, None)


@router.get("/tickets/{number}/readers/", response=list[ReaderOut])
@paginate(Keyset, order=("pk",))
def list_readers(request, number: str) -> QuerySet[NamedReader]:
    """Who is named; nobody where it is not restricted."""
    return find(request, number).named.select_related("person")


@router.post("/tickets/{number}/readers/", response={201: ReaderOut})
def name(request, number: str, who: ReaderIn) -> Status:
    """Let somebody see it. Named twice is named once."""
    ticket = find(request, number)
    person = Person.objects.filter(email__iexact=who.email).first()
    if person is None:
        raise NotAReader
    naming.name(ticket, person, by=request.user)
    return Status(201, ticket.named.select_related("person").get(person=person))


@router.delete("/tickets/{number}/readers/{pk}/", response={204: None})
def remove(request, number: str, pk: int) -> Status:
    """They see it no longer; somebody of the desk always stays."""
    naming.remove(find(request, number), get_object_or_404(Person, pk=pk), by=request.user)
    return Status(204, None)


@router.get("/tickets/{number}/statutory-clocks/", response=list[ClockOut])
@paginate(Keyset, order=("pk",))
def list_clocks(request, number: str) -> QuerySet[StatutoryClock]:
    """Deadlines of the law in it."""
    return find(request, number).statutory_clocks.all()


def find_clock(request, number: str, pk: int) -> StatutoryClock:
    return get_object_or_404(find(request, number).statutory_clocks.select_related("ticket"), pk=pk)


@router.put("/tickets/{number}/statutory-clocks/{pk}/", response=ClockOut)
def amend(request, number: str, pk: int, known: ClockIn) -> StatutoryClock:
    """What is known by now; its end follows from `since`."""
    facts = known.dict() | {"categories": [each.value for each in known.categories]}
    clocks.amend(find_clock(request, number, pk), **facts, by=request.user)
    return find_clock(request, number, pk)


@router.post("/tickets/{number}/statutory-clocks/{pk}/end/", response=ClockOut)
def end(request, number: str, pk: int, done: ClockEndIn) -> StatutoryClock:
    """The Board was notified, or the application answered."""
    clock = find_clock(request, number, pk)
    clocks.end(clock, at=done.at, reference=done.reference, by=request.user)
    return clock
