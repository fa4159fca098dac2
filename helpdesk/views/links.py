"""Tickets that belong together: linked by number or search, shown beside each other, taken apart again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation import Refusal
from helpdesk.links import candidates, linking, merging, splitting
from helpdesk.links.forms import MessageSplitForm
from helpdesk.models import LinkedTicket, Message, Ticket, TicketRelation
from helpdesk.tickets import corrections
from helpdesk.tickets.assignment import require_desk
from helpdesk.views.tickets import find
from helpdesk.window import beside

MERGE = "merge"


class NoSuchTicket(Refusal):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("No ticket has this number. Please choose one of the list."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_links(request, number) -> HttpResponse:
    """Choose a ticket and what it is to this one. A script asks for the choices alone (`part=choices`)."""
    require_desk(request.user)
    ticket = find(request, number)
    if request.method == "POST":
        return put(request, ticket)
    part = request.GET.get("part") == "choices"
    return render(request, "helpdesk/_choices_of.html" if part else "helpdesk/linking.html", shown(request, ticket))


def shown(request, ticket: Ticket, refusal: Refusal | None = None) -> dict:
    words = request.GET.get("words", "")[:100].replace("\x00", "")
    relation = request.POST.get("relation", TicketRelation.RELATED)
    return {
        "ticket": ticket,
        "words": words,
        "choices": candidates.choices(ticket, words, request.user),
        "relation": relation if relation in (*TicketRelation, MERGE) else TicketRelation.RELATED,
        "relations": [*TicketRelation.choices, *([(MERGE, _("the same: merge the two"))] if ticket.is_open else [])],
        "refusal": refusal,
    }


def put(request, ticket: Ticket) -> HttpResponse:
    """What was typed stays when it cannot be linked."""
    relation = request.POST.get("relation", "")
    other = candidates.by_number(request.POST.get("value", "")[:100], request.user)
    try:
        if other is None or relation not in (*TicketRelation, MERGE):
            raise NoSuchTicket
        if relation == MERGE:
            goes, stays = merging.in_order(ticket, other)
            return back(request, merging.merge(goes, into=stays, by=request.user))
        linking.link(ticket, other, relation=relation, by=request.user)
    except Refusal as refusal:
        return render(request, "helpdesk/linking.html", shown(request, ticket, refusal), status=refusal.status)
    return back(request, ticket)


def back(request, ticket: Ticket) -> HttpResponse:
    """To the ticket, with a way to take back what was just done."""
    return redirect(beside.page_of(ticket.number, request.GET, undo=corrections.last_of(ticket, request.user)))


@login_required
@require_POST
def ticket_link_removal(request, number, pk) -> HttpResponse:
    require_desk(request.user)
    ticket = find(request, number)
    known = LinkedTicket.objects.visible_to(request.user).of(ticket).select_related("ticket", "other")
    linking.unlink(ticket, get_object_or_404(known, pk=pk), by=request.user)
    return back(request, ticket)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_split(request, number, pk) -> HttpResponse:
    """File what one message asks besides as a ticket of its own: its subject and module are looked at first."""
    require_desk(request.user)
    ticket = find(request, number)
    said = get_object_or_404(Message.objects.visible_to(request.user).filter(ticket=ticket), pk=pk)
    said.ticket = ticket
    proposed = {"subject": splitting.proposed_subject(said), "component": ticket.component_id}
    form = MessageSplitForm(request.POST or None, initial=proposed)
    if not splitting.can_be_split(said):
        raise splitting.NothingToSplit
    if request.method == "POST" and form.is_valid():
        filed = splitting.split(said, **form.cleaned_data, by=request.user)
        messages.success(request, _("It is a ticket of its own; %(number)s stays as it was.") % {"number": number})
        return redirect(beside.page_of(filed.number, request.GET))
    context = {"ticket": ticket, "said": said, "form": form}
    return render(request, "helpdesk/split.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def ticket_separation(request, number) -> HttpResponse:
    """Take it out of the ticket that it was merged into."""
    ticket = find(request, number)
    merging.separate(ticket, by=request.user)
    return redirect(beside.page_of(ticket.number, request.GET))
