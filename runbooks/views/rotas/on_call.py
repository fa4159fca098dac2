"""Who is on call, and taking over."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from runbooks.models import Shift
from runbooks.rotas import gaps, handover, on_call, overrides, permissions
from runbooks.views.permissions import nationals_only, watch_only


@nationals_only
@require_safe
def index(request) -> HttpResponse:
    """Every rota now, the holes of the next thirty days, what was handed over."""
    overview = on_call.overview()
    coming = Shift.objects.visible_to(request.user).in_use().still_to_come()
    context = {
        "rotas": overview,
        "gaps": gaps.of_all([one.rota for one in overview]),
        "notes": handover.latest(),
        "coming": coming.select_related("rota", "person", "instead_of")[:24],
        "may_keep": permissions.may_keep(request.user),
    }
    return render(request, "runbooks/on_call.html", context)


@watch_only
@require_POST
def take_over(request, pk) -> HttpResponse:
    overrides.take_over(get_object_or_404(Shift.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:on_call")
