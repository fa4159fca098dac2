"""The municipality beside the ticket, its page for the desk, and the notes that stay."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import Refusal, now
from foundation.directory.models import Municipality
from foundation.wire.api import paging
from helpdesk.models import PlaceNote, Ticket
from helpdesk.places import beside, notes
from helpdesk.places.forms import PlaceNoteForm
from helpdesk.tickets.assignment import require_desk
from monitoring.models import Outage

PAGE = 25
HISTORIES = ("tickets", "outages")


def find_place(request, code: str) -> Municipality:
    """For the desk alone; one that was closed can be read for what happened in its time."""
    require_desk(request.user)
    visible = Municipality.objects.visible_to(request.user).select_related("province", "successor")
    return get_object_or_404(visible, code=code)


@login_required
@require_safe
def place(request, code) -> HttpResponse:
    return show(request, find_place(request, code), PlaceNoteForm())


@login_required
@require_safe
def beside_ticket(request, code) -> HttpResponse:
    """As a fragment: a ticket's page fetches it when it is open, and again every two minutes."""
    around = beside.of(find_place(request, code), request.user, now())
    return render(request, "helpdesk/_place.html", {"place": around})


def show(request, municipality: Municipality, form: PlaceNoteForm, refusal: Refusal | None = None) -> HttpResponse:
    """The page, with one page of what was: tickets, or outages."""
    kind = request.GET.get("history") if request.GET.get("history") in HISTORIES else "tickets"
    rows, following = history(request, municipality, kind)
    context = {
        "place": beside.of(municipality, request.user, now()),
        "form": form,
        "refusal": refusal,
        "kind": kind,
        "rows": rows,
        "next": following,
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "helpdesk/place.html", context, status=status)


def history(request, municipality: Municipality, kind: str) -> tuple[list, str | None]:
    """The latest first, a page at a time."""
    cursor = request.GET.get("cursor")
    if kind == "outages":
        touched = Outage.objects.filter(merged_into=None).reaching(municipality)
        return paging.page(touched, order=("-started_at", "-pk"), cursor=cursor, limit=PAGE)
    filed = Ticket.objects.visible_to(request.user).filter(municipality=municipality).defer("search_text")
    return paging.page(filed.select_related("component", "assignee"), order=("-pk",), cursor=cursor, limit=PAGE)


@login_required
@require_POST
def note_writing(request, code) -> HttpResponse:
    """What was typed stays on the page when it cannot be kept."""
    municipality, form = find_place(request, code), PlaceNoteForm(request.POST)
    if not form.is_valid():
        return show(request, municipality, form)
    try:
        notes.write(municipality, text=form.cleaned_data["text"], by=request.user)
    except Refusal as refusal:
        return show(request, municipality, form, refusal)
    messages.success(request, _("The note stands beside every ticket of this municipality."))
    return redirect("helpdesk:place", code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def note_changing(request, code, pk) -> HttpResponse:
    municipality = find_place(request, code)
    note = find_note(municipality, pk)
    form = PlaceNoteForm(request.POST or None, initial={"text": note.text})
    if form.is_valid():
        notes.change(note, text=form.cleaned_data["text"], by=request.user)
        return redirect("helpdesk:place", code)
    context = {"municipality": municipality, "note": note, "form": form}
    return render(request, "helpdesk/place_note.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def note_ending(request, code, pk) -> HttpResponse:
    notes.end(find_note(find_place(request, code), pk), by=request.user)
    messages.success(request, _("The note has ended."))
    return redirect("helpdesk:place", code)


def find_note(municipality: Municipality, pk: int) -> PlaceNote:
    return get_object_or_404(PlaceNote.objects.standing().filter(municipality=municipality), pk=pk)
