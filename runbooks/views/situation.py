"""The situation room of an outage, and its sheet."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.language import texts
from monitoring.models import Outage
from runbooks import situation
from runbooks.broadcasts.report import page
from runbooks.views.permissions import watch_only


def find(request, outage: int) -> Outage:
    return get_object_or_404(Outage.objects.visible_to(request.user), pk=outage)


@watch_only
@require_safe
def room(request, outage) -> HttpResponse:
    return render(request, "runbooks/situation.html", _context(request, outage))


@watch_only
@require_safe
def column(request, outage) -> HttpResponse:
    """The moving part; an open room fetches it again."""
    return render(request, "runbooks/_situation.html", _context(request, outage))


def _context(request, outage: int) -> dict:
    here = situation.room(find(request, outage))
    only = request.GET.get("only") == "decisions"
    return {
        "room": here,
        "outage": here.outage,
        "only_decisions": only,
        "column": here.decisions if only else here.column,
    }


@watch_only
@require_POST
def note(request, outage) -> HttpResponse:
    text, is_decision = texts.paragraphs(request.POST.get("text", ""))[:2000], bool(request.POST.get("decision"))
    situation.note(find(request, outage), by=request.user, text=text, is_decision=is_decision)
    return redirect("runbooks:situation", outage=outage)


@watch_only
@require_safe
def sheet(request, outage) -> HttpResponse:
    """One page about the whole incident, made for paper."""
    here = situation.room(find(request, outage))
    standings = [page.standing(sending.broadcast) for sending in here.sendings if sending.tally]
    context = {"room": here, "outage": here.outage, "sheet": situation.sheet(here.outage), "standings": standings}
    return render(request, "runbooks/incident_sheet.html", context)
