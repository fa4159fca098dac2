"""The life of one ticket for other programs: who has it, what is said, with which files, how it ends."""

from typing import Annotated

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Base64Bytes

from foundation import Refusal
from foundation.language.schema_types import Line, Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from foundation.wire.files import uploads
from foundation.wire.files.scanning import ScanVerdict
from helpdesk import tickets
from helpdesk.models import Attachment, Message, Ticket
from helpdesk.refusals import FileHeldBack, FileInfected, NotYourTicket
from helpdesk.tickets import agents

router = Router(tags=["tickets"])
HELD_BACK: dict[str, type[Refusal]] = {ScanVerdict.WAITING: FileHeldBack, ScanVerdict.INFECTED: FileInfected}
Words = Annotated[Paragraphs, Field(min_length=1, max_length=20_000, examples=["Makbuz yine çıkmıyor."])]


class NobodyOfTheDesk(Refusal):
    sentence = _("Nobody at the desk has this address.")
    status = 422


class StandingOut(Schema):
    number: str
    severity: str
    status: str
    assignee: str | None

    @staticmethod
    def resolve_assignee(ticket: Ticket) -> str | None:
        return ticket.assignee.email if ticket.assignee else None


class FileIn(Body):
    """A file in base64; all of a request together up to 1.4 MB. Larger ones go by the page."""

    name: Annotated[Line, Field(min_length=1, max_length=200, examples=["makbuz.png"])]
    content: Base64Bytes


class SaidIn(Body):
    body: Words
    files: Annotated[list[FileIn], Field(max_length=uploads.MOST)] = []


class WaitIn(SaidIn):
    """`third_party`: somebody else is asked; otherwise the municipality is."""

    third_party: bool = False


class AssigneeIn(Body):
    to: Annotated[str, Field(max_length=254, description="address of a colleague at the desk")]


class WhyIn(Body):
    reason: Annotated[Paragraphs, Field(min_length=1, max_length=2000, examples=["Bizde düzelmedi."])]


class PerhapsWhyIn(Body):
    reason: Annotated[Paragraphs, Field(max_length=2000)] = ""


class RatingIn(Body):
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Paragraphs, Field(max_length=2000)] = ""


class FileOut(Schema):
    id: int
    message: int = Field(alias="message_id")
    name: str
    content_type: str
    size: int
    verdict: str


class SaidOut(Schema):
    id: int
    kind: str
    side: str
    body: str


def find(request, number: str) -> Ticket:
    visible = Ticket.objects.visible_to(request.user).select_related("municipality", "component", "requester")
    return get_object_or_404(visible.select_related("assignee").defer("search_text"), number=number)


def files_of(said: SaidIn) -> list[UploadedFile]:
    return [SimpleUploadedFile(file.name, file.content) for file in said.files]


@router.post("/tickets/{number}/claim/", response=StandingOut)
def claim(request, number: str) -> Ticket:
    """Take an unclaimed, open ticket; of many who try, one has it."""
    tickets.claim(find(request, number), by=request.user)
    return find(request, number)


@router.delete("/tickets/{number}/claim/", response=StandingOut)
def release(request, number: str) -> Ticket:
    """Give it back to the queue."""
    tickets.release(find(request, number), by=request.user)
    return find(request, number)


@router.put("/tickets/{number}/assignment/", response=StandingOut)
def assign(request, number: str, wanted: AssigneeIn) -> Ticket:
    """Hand it to a colleague at the desk, whoever has it now."""
    ticket = find(request, number)
    if not request.user.works_at_the_desk:
        raise NotYourTicket
    to = next((one for one in agents.at_the_desk() if one.email == wanted.to.strip().lower()), None)
    if to is None:
        raise NobodyOfTheDesk
    tickets.assign(ticket, to=to, by=request.user)
    return find(request, number)


@router.post("/tickets/{number}/notes/", response={201: SaidOut})
def note(request, number: str, said: SaidIn) -> Status:
    """Something only the desk reads."""
    return Status(201, tickets.note(find(request, number), by=request.user, body=said.body, attachments=files_of(said)))


@router.post("/tickets/{number}/waiting/", response={201: SaidOut})
def wait(request, number: str, said: WaitIn) -> Status:
    """Ask the municipality, or say that a third party is asked: the turn is theirs and the clocks rest."""
    ticket, files = find(request, number), files_of(said)
    waiting = tickets.wait(ticket, by=request.user, body=said.body, third_party=said.third_party, attachments=files)
    return Status(201, waiting)


@router.post("/tickets/{number}/reopening/", response=StandingOut)
def reopen(request, number: str, why: WhyIn) -> Ticket:
    """ "Bizde düzelmedi": ours again, and its clocks run on."""
    tickets.reopen(find(request, number), by=request.user, reason=why.reason)
    return find(request, number)


@router.post("/tickets/{number}/solution/", response=StandingOut)
def declare_solved(request, number: str) -> Ticket:
    """ "Sorunumuz çözüldü", by the municipality."""
    tickets.declare_solved(find(request, number), by=request.user)
    return find(request, number)


@router.post("/tickets/{number}/withdrawal/", response=StandingOut)
def withdraw(request, number: str, why: PerhapsWhyIn) -> Ticket:
    """No longer needed; it stays readable and is not reopened."""
    tickets.withdraw(find(request, number), by=request.user, reason=why.reason)
    return find(request, number)


@router.post("/tickets/{number}/rating/", response=StandingOut)
def rate(request, number: str, rating: RatingIn) -> Ticket:
    """One to five, from the municipality, after the end; the first answer counts."""
    ticket = find(request, number)
    if request.user.works_at_the_desk:
        raise NotYourTicket
    tickets.rate(ticket, by=request.user, **rating.dict())
    return ticket


@router.post("/tickets/{number}/files/", response={201: SaidOut})
def send_files(request, number: str, said: SaidIn) -> Status:
    """A reply with files, to the other side."""
    files = files_of(said)
    return Status(201, tickets.reply(find(request, number), by=request.user, body=said.body, attachments=files))


def visible_files(request, number: str) -> QuerySet[Attachment]:
    readable = Message.objects.visible_to(request.user).filter(ticket=find(request, number))
    return Attachment.objects.filter(message__in=readable)


@router.get("/tickets/{number}/files/", response=list[FileOut])
@paginate(Keyset, order=("pk",))
def list_files(request, number: str) -> QuerySet[Attachment]:
    """The files of a conversation; those of internal notes only for the desk."""
    return visible_files(request, number)


@router.get("/tickets/{number}/files/{pk}/", response={200: bytes})
def file(request, number: str, pk: int) -> HttpResponseBase:
    """One file as it came. Refused while the scanner has not spoken, and for good if it is infected."""
    wanted = get_object_or_404(visible_files(request, number), pk=pk)
    if wanted.verdict in HELD_BACK:
        raise HELD_BACK[wanted.verdict]
    return uploads.as_download(wanted.file.open("rb"), wanted.name)
