"""The operators' board, its moving part, and the wall."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from foundation.directory.models import Province
from helpdesk import major_incidents
from monitoring import outages
from monitoring.models import Outage, State
from runbooks.board import kiosk, outline, standing
from runbooks.board.declaring import DeclarationForm
from runbooks.views.doors import watch_only


@watch_only
@require_safe
def board(request):
    return render(request, "runbooks/board.html", {"outlines": outline.outlines(), **context_of(request)})


@watch_only
@require_safe
def moving(request):
    """What changes on the board; an open page fetches it again when the socket says so."""
    return render(request, "runbooks/_board.html", context_of(request))


def context_of(request) -> dict:
    here = standing.read(now())
    filters = {
        "words": request.GET.get("q", "")[:100].strip(),
        "province": request.GET.get("province", "")[:2],
        "state": request.GET.get("state", ""),
    }
    return {
        "board": here,
        "filters": filters,
        "found": standing.find(here, **filters),
        "all_provinces": Province.objects.all(),
        "all_states": State.choices,
        "query": request.GET.urlencode(),
    }


@watch_only
@require_POST
def acknowledgement(request, pk):
    """Take an outage up: one person is named, everyone sees who."""
    outages.acknowledge(get_object_or_404(Outage.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:board")


@watch_only
@require_POST
def major_incident(request, pk):
    """Gather the tickets of this outage in the hands of one commander."""
    major_incidents.declare(get_object_or_404(Outage.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:board")


@watch_only
def declaration(request):
    """A person says that something is broken; the public gets its first word at once."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        outages.declare(**form.cleaned_data, by=request.user)
        return redirect("runbooks:board")
    return render(request, "runbooks/board_declare.html", {"form": form})


@watch_only
@require_POST
def wall_screen(request):
    """Send this browser to the wall with a token, so that it needs no sign-in from then on."""
    return redirect(f"{reverse('runbooks:wall')}?token={kiosk.token_for(request.user)}")


@require_safe
def wall(request):
    context = {"outlines": outline.outlines(), **wall_context(request)}
    return render(request, "runbooks/board_wall.html", context)


@require_safe
def wall_moving(request):
    return render(request, "runbooks/_board_wall.html", wall_context(request))


def wall_context(request) -> dict:
    """For whoever keeps the watch, or holds a token of someone who does."""
    token = request.GET.get("token", "")
    if not (kiosk.maker_of(token) or (request.user.is_authenticated and request.user.keeps_the_watch)):
        raise PermissionDenied
    return {"board": standing.read(now()), "token": token}
