"""The endpoints of plans: all of them, one with its secret, its test and its end."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation import Refusal
from foundation.directory.models import Membership
from runbooks.models import Endpoint, Runbook
from runbooks.plans import blanks, endpoints, shipped
from runbooks.plans.forms import EndpointForm, NewEndpointForm, SecretForm
from runbooks.views.permissions import watch_only


def find(request, key: str) -> Endpoint:
    return get_object_or_404(Endpoint.objects.visible_to(request.user).current(), key=key)


def wanted() -> dict[str, list[str]]:
    """By endpoint: the published and shipped plans that call it."""
    plans: dict[str, list[str]] = {}
    for runbook in (*Runbook.objects.current(), *shipped.drafts()):
        for key in blanks.endpoints_of(runbook.definition):
            plans.setdefault(key, []).append(runbook.code)
    return plans


@watch_only
def index(request) -> HttpResponse:
    """Where http steps lead; a new one is made here."""
    is_new = request.method == "POST"
    form = NewEndpointForm(request.POST if is_new else None, initial={"key": request.GET.get("key", "")})
    if is_new:
        endpoints.require_keeper(request.user)
        if form.is_valid():
            try:
                made = endpoints.make(**form.cleaned_data, by=request.user)
                return redirect("runbooks:endpoint", key=made.key)
            except Refusal as refusal:
                form.add_error("key", str(refusal))
    here = list(Endpoint.objects.visible_to(request.user).current())
    calls = wanted()
    context = {
        "rows": [(endpoint, calls.get(endpoint.key, [])) for endpoint in here],
        "missing": sorted(calls.keys() - {endpoint.key for endpoint in here}),
        "form": form,
        "keeps": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "runbooks/endpoints.html", context, status=422 if form.is_bound else 200)


@watch_only
def show(request, key) -> HttpResponse:
    """One endpoint: where it leads, what its last test said, another secret."""
    endpoint = find(request, key)
    values = {"url": endpoint.url, "header": endpoint.header, "may_be_private": endpoint.may_be_private}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=values)
    if request.method == "POST":
        endpoints.require_keeper(request.user)
        if form.is_valid():
            try:
                endpoints.change(endpoint, **form.cleaned_data, by=request.user)
                messages.success(request, _("The endpoint was changed."))
                return redirect("runbooks:endpoint", key=key)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
    context = {
        "endpoint": endpoint,
        "form": form,
        "secret_form": SecretForm(auto_id="secret-%s"),
        "plans": endpoints.plans_calling(key),
        "keeps": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "runbooks/endpoint.html", context, status=422 if form.is_bound else 200)


@watch_only
@require_POST
def secret(request, key) -> HttpResponse:
    """Another secret, or none."""
    endpoint, form = find(request, key), SecretForm(request.POST)
    endpoints.require_keeper(request.user)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["secret"])))
        return redirect("runbooks:endpoint", key=key)
    endpoints.rotate(endpoint, secret=form.cleaned_data["secret"], by=request.user)
    messages.success(request, _("The new secret is in use. The old one is gone."))
    return redirect("runbooks:endpoint", key=key)


@watch_only
@require_POST
def test(request, key) -> HttpResponse:
    """Ask for the address once."""
    endpoint = find(request, key)
    endpoints.require_keeper(request.user)
    # After the commit: the network is spoken to with no transaction open, and this form's once-token opens one.
    transaction.on_commit(partial(endpoints.test, endpoint, by=request.user))
    return redirect("runbooks:endpoint", key=key)


@watch_only
@require_POST
def end(request, key) -> HttpResponse:
    """Out of use, its secret forgotten."""
    endpoints.end(find(request, key), by=request.user)
    messages.success(request, _("The endpoint has ended and its secret is forgotten."))
    return redirect("runbooks:endpoints")
