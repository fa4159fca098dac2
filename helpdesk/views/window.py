"""The one window: pickers that put a ticket right, taking it back, and the list beside it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import Refusal
from helpdesk import tickets
from helpdesk.models import Ticket, WakeReason
from helpdesk.service_levels import commitments
from helpdesk.snoozes import moments
from helpdesk.tickets import corrections, snoozing
from helpdesk.tickets.assignment import require_desk
from helpdesk.views.tickets import find
from helpdesk.window import beside, picking


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request, number, what) -> HttpResponse:
    """Choose and set. A script asks for the choices alone as words are typed (`part=choices`)."""
    require_desk(request.user)
    ticket, picker = find(request, number), picking.PICKERS.get(what)
    if picker is None:
        raise Http404
    if request.method == "POST":
        return put_right(request, ticket, what)
    part = request.GET.get("part") == "choices"
    return render(
        request, "helpdesk/_choices_of.html" if part else "helpdesk/correction.html", shown(request, ticket, what)
    )


def shown(request, ticket: Ticket, what: str, refusal: Refusal | None = None) -> dict:
    picker, words = picking.PICKERS[what], request.GET.get("words", "")[:100].replace("\x00", "")
    return {
        "ticket": ticket,
        "what": what,
        "picker": picker,
        "words": words,
        "choices": picker.choices(ticket, words),
        "reason": request.POST.get("reason", ""),
        "refusal": refusal,
    }


def put_right(request, ticket: Ticket, what: str) -> HttpResponse:
    """What was typed stays when it cannot be set."""
    value, reason = request.POST.get("value", ""), request.POST.get("reason", "").replace("\x00", "")
    try:
        picking.PICKERS[what].put_right(ticket, value, reason, request.user)
    except picking.NothingLikeIt:
        return render(request, "helpdesk/correction.html", shown(request, ticket, what), status=422)
    except Refusal as refusal:
        ticket.refresh_from_db()
        return render(request, "helpdesk/correction.html", shown(request, ticket, what, refusal), status=refusal.status)
    if what == "snooze":
        warn_of_due(request, ticket)
        return redirect(beside.page_of(ticket.number, request.GET))
    return redirect(beside.page_of(ticket.number, request.GET, undo=corrections.last_of(ticket, request.user)))


def warn_of_due(request, ticket: Ticket) -> None:
    """No promise rests while a ticket is put aside: whoever does it past the next one learns so."""
    snooze = snoozing.of(ticket)
    due = commitments.next_deadlines([ticket.pk]).get(ticket.pk) if snooze else None
    if snooze and due and (snooze.until is None or snooze.until > due.due_at):
        sentence = _("The clocks go on: %(metric)s is due on %(when)s, and the ticket may come back later than that.")
        messages.warning(request, sentence % {"metric": due.metric_name, "when": moments.spelled(due.due_at)})


@login_required
@require_POST
def waking(request, number) -> HttpResponse:
    """It was put aside and stands in the queue again."""
    tickets.wake(find(request, number), why=WakeReason.PERSON, by=request.user)
    messages.success(request, _("The ticket stands in the queue again."))
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_POST
def undoing(request, number) -> HttpResponse:
    """Take back what one has just put right."""
    ticket, entry = find(request, number), request.POST.get("entry", "")
    corrections.undo(ticket, picking.key_in(entry), by=request.user)
    return redirect(beside.page_of(number, request.GET))


@login_required
@require_safe
def list_beside(request, number) -> HttpResponse:
    """The list one came from, for a wide screen, with the addresses of the tickets before and after."""
    require_desk(request.user)
    ticket = find(request, number)
    context = {
        "ticket": ticket,
        "beside": beside.of(number, request.GET, request.user),
        "list": beside.address_of_list(request.GET),
    }
    return render(request, "helpdesk/_beside.html", context)
