"""Letters for other programs: what came, where it went, and the tray."""

from datetime import datetime
from typing import Literal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from foundation.directory.models import Municipality, Person
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.mail import tray
from helpdesk.models import ReceivedLetter, RestrictionKind, Ticket
from helpdesk.models.letters import LetterState
from helpdesk.tickets.assignment import require_desk

router = Router(tags=["letters"])


class LetterOut(Schema):
    """`proof`: what our receiving server found out about the sender; `reason`: why it is not simply in a ticket."""

    id: int
    sender: str
    sender_name: str
    subject: str
    text: str
    state: str
    reason: str
    proof: str
    ticket: str | None
    received_at: datetime

    @staticmethod
    def resolve_ticket(letter: ReceivedLetter) -> str | None:
        return letter.ticket.number if letter.ticket else None


class SenderIn(Body):
    """Whose address it is; `person` is the address of an account of that municipality."""

    municipality: Line = Field(min_length=5, max_length=5, description="five-digit code")
    person: str = Field("", max_length=254)
    restriction: RestrictionKind | Literal[""] = Field("", description="why only the named may see its ticket")


class FiledOut(Schema):
    tickets: list[str]


def find(request, pk: int) -> ReceivedLetter:
    return get_object_or_404(ReceivedLetter.objects.visible_to(request.user).select_related("ticket"), pk=pk)


@router.get("/letters/", response=list[LetterOut])
@paginate(Keyset, order=("-pk",))
def list_letters(request, state: LetterState | None = None) -> QuerySet[ReceivedLetter]:
    """Those that the token's person may see, newest first; `state=waiting` is the tray."""
    visible = ReceivedLetter.objects.visible_to(request.user).select_related("ticket").defer("page")
    return visible.filter(state=state) if state else visible


@router.get("/letters/{pk}/", response=LetterOut)
def one_letter(request, pk: int) -> ReceivedLetter:
    """All of one letter, quotations included."""
    return find(request, pk)


@router.post("/letters/{pk}/sender/", response=FiledOut)
def tie_letter(request, pk: int, sender: SenderIn) -> dict[str, list[str]]:
    """Say whose address it is; everything that waits from it is filed."""
    require_desk(request.user)
    letter = find(request, pk)
    place = get_object_or_404(Municipality.objects.current(), code=sender.municipality)
    person = get_object_or_404(Person, email=sender.person.lower(), is_active=True) if sender.person else None
    filed = tray.tie(letter, to=place, person=person, restriction=sender.restriction, by=request.user)
    return numbers(filed)


@router.post("/letters/{pk}/filing/", response=FiledOut)
def file_letter(request, pk: int) -> dict[str, list[str]]:
    """Let a letter that was put aside become words of a ticket."""
    require_desk(request.user)
    return numbers([tray.file(find(request, pk), by=request.user)])


@router.post("/letters/{pk}/aside/", response=LetterOut)
def put_letter_aside(request, pk: int) -> ReceivedLetter:
    """Not for us; it stays readable."""
    require_desk(request.user)
    letter = find(request, pk)
    tray.put_aside(letter, by=request.user)
    letter.refresh_from_db()
    return letter


def numbers(tickets: list[Ticket]) -> dict[str, list[str]]:
    return {"tickets": list(dict.fromkeys(ticket.number for ticket in tickets))}
