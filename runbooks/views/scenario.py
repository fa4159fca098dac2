"""The page "Senaryo" of the demonstration; its addresses do not exist in a real house."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from runbooks.models import Scenario
from runbooks.scenarios import playing, telling
from runbooks.views.permissions import watch_only


@watch_only
@require_safe
def scenario(request) -> HttpResponse:
    return render(request, "runbooks/scenario.html", told())


@watch_only
@require_safe
def progress(request) -> HttpResponse:
    """The part that changes, asked for every two seconds by the page."""
    return render(request, "runbooks/_scenario.html", told())


@watch_only
@require_POST
def fault(request) -> HttpResponse:
    playing.start(by=request.user, speed=6 if request.POST.get("speed") == "6" else 1)
    return redirect("runbooks:scenario")


@watch_only
@require_POST
def recovery(request) -> HttpResponse:
    if running := playing.current():
        playing.heal(running, by=request.user)
    return redirect("runbooks:scenario")


@watch_only
@require_POST
def ending(request) -> HttpResponse:
    if running := playing.current():
        playing.end(running, by=request.user)
    return redirect("runbooks:scenario")


def told() -> dict:
    """The running rehearsal, else the last one, else nothing yet."""
    shown = playing.current() or Scenario.objects.order_by("-pk").first()
    return {"story": telling.story(shown, now()) if shown else None}
