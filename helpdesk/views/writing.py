"""What is typed and not sent, said by open pages as it is typed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from helpdesk.models import Ticket
from helpdesk.tickets.assignment import require_party
from helpdesk.views.portal import NobodyToFileFor
from helpdesk.views.tickets import find
from helpdesk.writing import drafts, viewers

OF_A_MESSAGE = ("body", "move")
OF_A_TICKET = ("municipality", "subject", "module", "other_module", "impact", "urgency", "body", "phone")


@login_required
@require_POST
def draft(request, number) -> HttpResponse:
    """Keep what stands in the form of this ticket; colleagues see that somebody types."""
    ticket = find(request, number)
    require_party(ticket, request.user)
    if kept(request, ticket, OF_A_MESSAGE) and request.user.works_at_the_desk:
        note_typing(request, ticket)
    return HttpResponse(status=204)


@login_required
@require_POST
def new_ticket_draft(request) -> HttpResponse:
    """The same for the form of a new ticket; a draft a person."""
    if not (request.user.own_municipality or request.user.works_at_the_desk):
        raise NobodyToFileFor
    kept(request, None, OF_A_TICKET)
    return HttpResponse(status=204)


def kept(request, ticket: Ticket | None, names: tuple[str, ...]) -> bool:
    fields = {name: request.POST[name].replace("\x00", "") for name in names if name in request.POST}
    return drafts.keep(request.user, ticket, fields, form=request.POST.get("form", ""))


def note_typing(request, ticket: Ticket) -> None:
    if request.POST.get("body", "").strip():
        viewers.type_in(ticket, request.user)
    else:
        viewers.stop_typing(ticket, request.user)
