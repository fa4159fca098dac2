"""The operators' board, its moving part, and a new outage."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from foundation.directory.models import Component, Province
from foundation.language import texts
from helpdesk.incidents import major_incidents
from monitoring import outages
from monitoring.history import latency
from monitoring.models import Outage, State
from monitoring.nodes import health
from runbooks.board import filters, idle, map_outlines, state
from runbooks.board.declaring import DeclarationForm
from runbooks.views.permissions import watch_only

MOST_SLOW = 3  # components whose answers are drawn


@watch_only
@require_safe
def board(request) -> HttpResponse:
    return render(request, "runbooks/board.html", {"outlines": map_outlines.outlines(), **context_of(request)})


@watch_only
@require_safe
def moving(request) -> HttpResponse:
    """What changes on the board; an open page fetches it again when the socket says so."""
    return render(request, "runbooks/_board.html", context_of(request))


def context_of(request) -> dict:
    at = now()
    here = state.read(at)
    asked = filters.Filters(
        words=texts.sought(request.GET.get("q", "")),
        province=request.GET.get("province", "")[:2],
        tier=request.GET.get("tier", "")[:1],
        state=request.GET.get("state", "")[:8],
    )
    shown = filters.narrow(here, asked)
    return {
        "board": here,
        "calm": idle.read(at),
        "itself": health.of_the_watch(at),
        "shown": shown,
        "hidden": len(here.cards) - len(shown.cards),
        "filters": asked,
        "found": filters.find(here, asked),
        "all_provinces": Province.objects.all(),
        "all_tiers": Component.Tier.choices,
        "all_states": State.choices,
        "query": request.GET.urlencode(),
    }


@watch_only
@require_safe
def answer_times(request) -> HttpResponse:
    """How long answers take; the page fetches it when it stands, and every minute."""
    lines = {line.component: line for line in latency.lines(now())}
    together = lines.pop(latency.MUNICIPALITIES, None)
    names = Component.objects.in_bulk(list(lines)[:MOST_SLOW])
    charts = [(names[code], line) for code, line in lines.items() if code in names]
    return render(request, "runbooks/_board_latency.html", {"together": together, "charts": charts})


@watch_only
@require_POST
def acknowledgement(request, pk) -> HttpResponse:
    """Take an outage up: one person is named, everyone sees who."""
    outages.acknowledge(get_object_or_404(Outage.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:board")


@watch_only
@require_POST
def major_incident(request, pk) -> HttpResponse:
    """Gather the tickets of this outage in the hands of one commander."""
    major_incidents.declare(get_object_or_404(Outage.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:board")


@watch_only
def declaration(request) -> HttpResponse:
    """A person says that something is broken; the public gets its first word at once."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        outages.declare(**form.cleaned_data, by=request.user)
        return redirect("runbooks:board")
    return render(request, "runbooks/board_declare.html", {"form": form})
