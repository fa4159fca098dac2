"""The gateways: how each stands, a test message to oneself, a breaker closed by a person."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.outbox import gateway_state, self_test
from foundation.outbox.delivery import routes
from foundation.outbox.gateways import registry
from foundation.outbox.models import Route


def for_the_watch(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Accounts and breakers are the watch's business."""

    @login_required
    @wraps(view)
    def guarded(request, *arguments, **kwargs) -> HttpResponse:
        if not request.user.keeps_the_watch:
            raise PermissionDenied
        return view(request, *arguments, **kwargs)

    return guarded


@for_the_watch
@require_safe
def index(request) -> HttpResponse:
    return render(request, "outbox/gateways.html", {"gateways": gateway_state.of_all()})


@for_the_watch
@require_safe
def show(request, name: str) -> HttpResponse:
    found = next((state for state in gateway_state.of_all() if state.name == name), None)
    if found is None:
        raise Http404
    context = {
        "gateway": found,
        "own_number": self_test.number_of(request.user),
        "last_test": self_test.last(name, request.user),
    }
    return render(request, "outbox/gateway.html", context)


@for_the_watch
@require_POST
def test(request, name: str) -> HttpResponse:
    if name not in registry.chain("sms"):
        raise Http404
    self_test.send(name, by=request.user)
    messages.success(request, _("The test is on its way to your telephone."))
    return redirect("outbox:gateway", name)


@for_the_watch
@require_POST
def reopen(request, name: str, pk: int) -> HttpResponse:
    routes.close(get_object_or_404(Route, pk=pk, gateway=name), by=request.user)
    messages.success(request, _("Messages may leave this way again."))
    return redirect("outbox:gateway", name)
