"""Webhooks: those one keeps, one with its log, another secret, a test, sending again."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation import Refusal
from foundation.directory.models import Membership
from foundation.outbox.hooks import webhooks
from foundation.outbox.hooks.forms import EventHookForm, NewEventHookForm
from foundation.outbox.models import EventHook, HookDelivery
from foundation.wire.api import paging

FORM = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50


def for_keepers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Administrators, of the platform or of a municipality."""

    @login_required
    @wraps(view)
    def guarded(request, *arguments, **kwargs) -> HttpResponse:
        if not request.user.has_role(Membership.Role.PLATFORM_ADMIN, Membership.Role.MUNICIPAL_ADMIN):
            raise PermissionDenied
        return view(request, *arguments, **kwargs)

    return guarded


def find(request, pk: int) -> EventHook:
    visible = EventHook.objects.current().visible_to(request.user).select_related("municipality", "owner")
    return get_object_or_404(visible, pk=pk)


@never_cache
@for_keepers
@FORM
def index(request) -> HttpResponse:
    """Those one keeps; a new one is made here, and the answer shows its secret, this once."""
    form = NewEventHookForm(request.POST if request.method == "POST" else None, keeper=request.user)
    if form.is_valid():
        try:
            made, secret = webhooks.make(**form.cleaned_data, by=request.user)
            return shown_once(request, made, secret)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    visible = EventHook.objects.current().visible_to(request.user).select_related("municipality")
    rows, following = paging.page(visible, order=("pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"hooks": rows, "following": following, "form": form}
    return render(request, "outbox/webhooks.html", context, status=422 if form.is_bound else 200)


@for_keepers
@FORM
def show(request, pk: int) -> HttpResponse:
    """One: its address, its state, and what its receiver answered."""
    hook = find(request, pk)
    initial = {"url": hook.url, "kinds": hook.kinds}
    form = EventHookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            webhooks.change(hook, **form.cleaned_data, by=request.user)
            messages.success(request, _("The webhook was changed."))
            return redirect("outbox:webhook", pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    sent = hook.deliveries.defer("body")
    rows, following = paging.page(sent, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"hook": hook, "form": form, "deliveries": rows, "following": following}
    return render(request, "outbox/webhook.html", context, status=422 if form.is_bound else 200)


@never_cache
@for_keepers
@require_POST
def secret(request, pk: int) -> HttpResponse:
    hook = find(request, pk)
    return shown_once(request, hook, webhooks.rotate(hook, by=request.user))


@for_keepers
@require_POST
def test(request, pk: int) -> HttpResponse:
    webhooks.test(find(request, pk), by=request.user)
    messages.success(request, _("A test is on its way; its answer stands in the log within seconds."))
    return redirect("outbox:webhook", pk)


@for_keepers
@require_POST
def standing(request, pk: int) -> HttpResponse:
    webhooks.enable(find(request, pk), by=request.user)
    messages.success(request, _("The webhook is in use again."))
    return redirect("outbox:webhook", pk)


@for_keepers
@require_POST
def end(request, pk: int) -> HttpResponse:
    webhooks.end(find(request, pk), by=request.user)
    messages.success(request, _("The webhook has ended and its secret is forgotten."))
    return redirect("outbox:webhooks")


@for_keepers
@require_POST
def replay(request, pk: int, delivery: int) -> HttpResponse:
    hook = find(request, pk)
    webhooks.replay(
        get_object_or_404(HookDelivery.objects.select_related("webhook"), webhook=hook, pk=delivery), by=request.user
    )
    messages.success(request, _("It is sent again."))
    return redirect("outbox:webhook", pk)


def shown_once(request, hook: EventHook, secret: str) -> HttpResponse:
    response = render(request, "outbox/webhook_secret.html", {"hook": hook, "secret": secret}, status=201)
    response["Location"] = reverse("outbox:webhook", args=[hook.pk])
    response["Cache-Control"] = "private, no-store"
    return response
