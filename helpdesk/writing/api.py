"""What one has typed and not sent, over the API: the same that stands in the form of the page."""

from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from foundation.language.schema_types import Paragraphs
from foundation.wire.api.bodies import Body
from helpdesk.models import Ticket
from helpdesk.refusals import NotYourTicket
from helpdesk.writing import drafts

router = Router(tags=["tickets"])


class KeptWordsIn(Body):
    body: Paragraphs = Field(min_length=1, max_length=20_000)


class KeptWordsOut(Schema):
    body: str
    at: datetime


def ticket_to_write_in(request, number: str) -> Ticket:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    own = request.user.own_municipality
    if not request.user.works_at_the_desk and (own is None or own.pk != ticket.municipality_id):
        raise NotYourTicket
    return ticket


@router.get("/tickets/{number}/draft/", response=KeptWordsOut)
def one_draft(request, number: str) -> dict:
    """What the token's person has typed for this ticket; 404 where nothing waits."""
    kept = drafts.of(request.user, ticket_to_write_in(request, number))
    if not kept.fields:
        raise Http404
    return {"body": kept.fields.get("body", ""), "at": kept.at}


@router.put("/tickets/{number}/draft/", response=KeptWordsOut)
def keep(request, number: str, words: KeptWordsIn) -> dict:
    """Keep it; the page shows it in its form."""
    ticket = ticket_to_write_in(request, number)
    drafts.keep(request.user, ticket, {"body": words.body}, form="")
    kept = drafts.of(request.user, ticket)
    return {"body": kept.fields["body"], "at": kept.at}


@router.delete("/tickets/{number}/draft/", response={204: None})
def throw_away(request, number: str) -> Status:
    """Throw it away."""
    drafts.drop(request.user, ticket_to_write_in(request, number))
    return Status(204, None)
