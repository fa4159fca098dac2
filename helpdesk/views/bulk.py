"""Acts for many tickets: chosen on the desk, confirmed with their number, watched while they go."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from foundation.language.formatting import number as shown_number
from foundation.wire.api import paging
from helpdesk.bulk import running, selection
from helpdesk.bulk.forms import BulkActForm
from helpdesk.bulk.selection import Selection
from helpdesk.knowledge import macros
from helpdesk.models import BulkAct, BulkRow, Ticket
from helpdesk.tickets.queue import QueueFilter
from helpdesk.views.desk import desk_only

PAGE = 50
SHOWN = 6  # of the chosen ones, above the question
Kind = BulkAct.Kind


class UnknownAct(Refusal):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Please choose what is to be done with the tickets."))


@login_required
@require_safe
def act_list(request) -> HttpResponse:
    """What was done to many tickets at once, the latest first."""
    desk_only(request)
    visible = BulkAct.objects.visible_to(request.user).select_related("by", "to")
    rows, following = paging.page(visible, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    return render(request, "helpdesk/bulk_acts.html", {"acts": rows, "next": following})


@login_required
@require_POST
def new(request) -> HttpResponse:
    """First what it asks for and how many tickets it is; then it is ordered."""
    desk_only(request)
    kind = request.POST.get("kind", "")
    if kind not in dict(BulkAct.choices()):
        raise UnknownAct
    chosen = chosen_by(request)
    is_answer = "confirmed" in request.POST
    form = BulkActForm(request.POST if is_answer else None, prefix="act", kind=kind)
    is_clear = kind == Kind.CLAIM and "all" not in request.POST
    if is_clear or (is_answer and form.is_valid()):
        terms = running.BulkTerms(kind) if is_clear else form.terms(request.user)
        return redirect("helpdesk:bulk_act", running.order(terms, chosen, by=request.user).pk)
    return ask(request, form, chosen)


def chosen_by(request) -> Selection:
    """All of the view that was open, or the ones that were ticked."""
    if "all" in request.POST:
        query = QueryDict(request.POST.get("of", ""))
        return selection.of_view(QueueFilter.from_query(query, request.user), request.user)
    return selection.by_number(request.POST.getlist("number"), request.user)


def ask(request, form: BulkActForm, chosen: Selection) -> HttpResponse:
    keys = [pk for pk, _number in chosen.tickets[:SHOWN] if pk]
    visible = Ticket.objects.visible_to(request.user).filter(pk__in=keys).select_related("municipality")
    first = {ticket.pk: ticket for ticket in visible}
    context = {
        "form": form,
        "kind": Kind(form.kind),
        "speaks": form.kind in BulkAct.SPEAKING,
        "count": len(chosen),
        "first": [first[pk] for pk in keys if pk in first],
        "numbers": [] if "all" in request.POST else [number for _pk, number in chosen.tickets],
        "of": request.POST.get("of", ""),
        "tokens": macros.TOKENS,
        "seconds": running.UNDO_WINDOW.seconds,
    }
    return render(request, "helpdesk/bulk_new.html", context, status=422 if form.errors else 200)


def find(request, pk: int) -> BulkAct:
    visible = BulkAct.objects.visible_to(request.user).select_related("by", "to", "incident")
    return get_object_or_404(visible, pk=pk)


@login_required
@require_safe
def act(request, pk) -> HttpResponse:
    """How far it has come, and which tickets were left out and why."""
    return render(request, "helpdesk/bulk_act.html", page_of(request, find(request, pk)))


@login_required
@require_safe
def progress(request, pk) -> HttpResponse:
    """The same as a fragment, fetched again while it goes."""
    return render(request, "helpdesk/_bulk_progress.html", page_of(request, find(request, pk)))


def page_of(request, act: BulkAct) -> dict:
    progress = running.progress_of(act)
    rows, following = left_out(request, act) if progress.left_out else ([], None)
    return {
        "act": act,
        "progress": progress,
        "heading": heading_of(act),
        "reasons": running.reasons_of(act, request.user) if progress.left_out else [],
        "left_out": rows,
        "next": following,
    }


def heading_of(act: BulkAct) -> str:
    return _("%(act)s: %(count)s tickets") % {"act": act.get_kind_display(), "count": shown_number(act.total)}


def left_out(request, act: BulkAct) -> tuple[Sequence[BulkRow], str | None]:
    rows = act.rows.visible_to(request.user).exclude(outcome__in=(BulkRow.Outcome.DONE, BulkRow.Outcome.OWED))
    return paging.page(rows, order=("pk",), cursor=request.GET.get("cursor"), limit=PAGE)


@login_required
@require_POST
def stopping(request, pk) -> HttpResponse:
    """Whatever has not had its turn stays as it is."""
    running.stop(find(request, pk), by=request.user)
    return redirect("helpdesk:bulk_act", pk)
