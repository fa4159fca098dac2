"""Who is on call, and taking over."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from runbooks.models import Shift
from runbooks.rotas import on_call
from runbooks.views.permissions import watch_only


@watch_only
@require_safe
def index(request) -> HttpResponse:
    coming = Shift.objects.visible_to(request.user).still_to_come().select_related("rota", "person")
    return render(request, "runbooks/on_call.html", {"rotas": on_call.overview(), "coming": coming[:60]})


@watch_only
@require_POST
def take_over(request, pk) -> HttpResponse:
    on_call.take_over(get_object_or_404(Shift.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:on_call")
