"""The end of a shift: what is handed over, and what one was handed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.directory.models import Person
from foundation.wire.api import paging
from helpdesk.bulk import running, selection
from helpdesk.handovers import handing
from helpdesk.handovers.forms import ShiftEndForm
from helpdesk.models import Handover, Ticket
from helpdesk.tickets import agents
from helpdesk.views.desk import desk_only

PAGE = 50
WORD = "word-"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request) -> HttpResponse:
    """All open tickets of the giver, ticked; POST hands them over. A shift lead names the giver (`?of=`)."""
    desk_only(request)
    giver = giver_of(request)
    handing.require_giver(giver, request.user)
    tickets = handing.open_tickets_of(giver, request.user)
    form = ShiftEndForm(request.POST or None, giver=giver, initial={"summary": summary_of(tickets)})
    if request.method == "POST" and form.is_valid():
        chosen = selection.by_number(request.POST.getlist("number"), request.user)
        words = {name.removeprefix(WORD): text for name, text in request.POST.items() if name.startswith(WORD)}
        handed = handing.hand_over(
            giver,
            chosen,
            summary=form.cleaned_data["summary"],
            by=request.user,
            to=form.to,
            queue=form.queue,
            words={number: str(text)[:2_000] for number, text in words.items()},
        )
        messages.success(request, _("Handed over. Whoever takes it sees your summary first."))
        return redirect("helpdesk:handover", handed.pk)
    context = context_of(request, giver, tickets, form)
    return render(request, "helpdesk/handover_new.html", context, status=422 if form.errors else 200)


def context_of(request, giver: Person, tickets: list[Ticket], form: ShiftEndForm) -> dict:
    """What was ticked and typed stays when the page is shown again."""
    chosen = set(request.POST.getlist("number")) if request.method == "POST" else None
    rows = [
        (ticket, chosen is None or ticket.number in chosen, request.POST.get(f"{WORD}{ticket.number}", ""))
        for ticket in tickets
    ]
    return {"giver": giver, "rows": rows, "form": form, "is_own": giver == request.user, "most": handing.MOST}


def giver_of(request) -> Person:
    key = request.GET.get("of", "")
    if not key:
        return request.user
    return get_object_or_404(agents.at_the_desk(), pk=key if key.isdecimal() and len(key) < 10 else 0)


def summary_of(tickets: list[Ticket]) -> str:
    """A first line to go on from: how many, and whose turn it is."""
    ours = sum(ticket.status == Ticket.Status.WAITING_ON_US for ticket in tickets)
    head = ngettext("%(n)d open ticket.", "%(n)d open tickets.", len(tickets)) % {"n": len(tickets)}
    turns = _("Our turn: %(ours)d. Waiting for others: %(others)d.") % {"ours": ours, "others": len(tickets) - ours}
    return f"{head} {turns}"


@login_required
@require_safe
def handover_list(request) -> HttpResponse:
    """The latest first."""
    desk_only(request)
    visible = Handover.objects.visible_to(request.user).select_related("giver", "act__to", "act__queue", "read_by")
    rows, following = paging.page(visible, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    return render(request, "helpdesk/handovers.html", {"handovers": rows, "next": following})


@login_required
@require_safe
def handover(request, pk) -> HttpResponse:
    """The summary, then each ticket with its own word and how it stands now."""
    shown = find(request, pk)
    visible = shown.act.rows.visible_to(request.user)
    rows = visible.select_related("ticket__municipality", "word").defer("ticket__search_text")
    page, following = paging.page(rows, order=("pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {
        "handover": shown,
        "act": shown.act,
        "progress": running.progress_of(shown.act),
        "rows": page,
        "next": following,
        "is_to_be_read": Handover.objects.unread_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "helpdesk/handover.html", context)


def find(request, pk: int) -> Handover:
    visible = Handover.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("giver", "read_by", "act__to", "act__queue", "act__by"), pk=pk)


@login_required
@require_POST
def reading(request, pk) -> HttpResponse:
    """ "I have read it": it no longer stands above anybody's queue."""
    handing.read(find(request, pk), by=request.user)
    return redirect("helpdesk:desk")
