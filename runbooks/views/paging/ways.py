"""One's own reachability: ways in their order, proved by a code, tried now."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation import Refusal, now
from runbooks.models import Awake, ContactWay
from runbooks.paging import ways
from runbooks.paging.forms import WayForm


def for_those_who_may_be_called(view) -> Callable[..., HttpResponse]:
    """People who work nationally: only they stand on rotas and in policies."""

    @login_required
    @wraps(view)
    def guarded(request, *arguments, **keywords) -> HttpResponse:
        if not request.user.works_nationally:
            raise PermissionDenied
        return view(request, *arguments, **keywords)

    return guarded


@for_those_who_may_be_called
def index(request) -> HttpResponse:
    """The list, and adding to it."""
    if request.method != "POST":
        return _show(request, WayForm())
    form = WayForm(request.POST)
    if form.is_valid():
        try:
            ways.add(request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, _("A code is on its way. Type it here to prove the way."))
            return redirect("runbooks:ways")
    return _show(request, form, status=422)


def _show(request, form: WayForm, status: int = 200) -> HttpResponse:
    rows = ways.listed(request.user)
    context = {
        "rows": rows,
        "form": form,
        "verified": sum(row.way.verified_at is not None for row in rows),
        "enough": ways.ENOUGH,
        "fallback": ways.usable([request.user])[request.user.pk] if not rows else [],
        "own_awake": Awake.objects.at(now()).filter(person=request.user).first(),
    }
    return render(request, "runbooks/paging/ways.html", context, status=status)


@for_those_who_may_be_called
@require_POST
def act(request, pk) -> HttpResponse:
    """One act on one way of one's own."""
    way = get_object_or_404(ContactWay.objects.visible_to(request.user).select_related("person"), pk=pk)
    match request.POST.get("act"):
        case "verify":
            ways.verify(way, request.POST.get("code", ""))
            messages.success(request, _("Proved. Duty calls reach you here."))
        case "code":
            ways.send_code(way)
            messages.success(request, _("A code is on its way."))
        case "try":
            ways.try_now(way)
            messages.success(request, _("The trial is on its way. How long it took is shown here."))
        case "up":
            ways.raise_up(way)
        case "remove":
            ways.remove(way)
            messages.success(request, _("The way is gone."))
        case _:
            raise ways.NoSuchWayAct
    return redirect("runbooks:ways")
