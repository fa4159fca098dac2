"""One's own: shifts, leave, swaps, the key of one's feeds."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation import now
from runbooks.models import CalendarKey, Leave, Shift, Swap
from runbooks.rotas import calendar_keys, leave, permissions, reach, swaps
from runbooks.rotas.forms import LeaveForm
from runbooks.rotas.rotation import ISTANBUL
from runbooks.views.permissions import nationals_only
from runbooks.views.rotas.attempts import succeeds, typed

MOST = 24


@nationals_only
def index(request) -> HttpResponse:
    """What is mine; posting takes a leave."""
    form = LeaveForm(typed(request), for_all=permissions.may_keep(request.user))
    if request.method == "POST" and succeeds(form, lambda: _take_leave(request, form)):
        messages.success(request, _("Kept. Turns in these days pass to the next in the order."))
        return redirect("runbooks:my_shifts")
    return _page(request, form)


def _take_leave(request, form: LeaveForm) -> Leave:
    days = {name: form.cleaned_data[name] for name in ("first_day", "last_day")}
    return leave.take(form.cleaned_data.get("person") or request.user, **days, by=request.user)


def _page(request, form: LeaveForm, secret: str = "") -> HttpResponse:
    at = now()
    shifts = Shift.objects.in_use().filter(person=request.user, ends_at__gt=at)
    leaves = Leave.objects.standing().filter(last_day__gte=at.astimezone(ISTANBUL).date()).select_related("person")
    is_lead = permissions.may_keep(request.user)
    context = {
        "at": at,
        "shifts": list(shifts.select_related("rota", "instead_of")[:MOST]),
        "swaps": swaps.of(request.user),
        "leaves": leaves if is_lead else leaves.filter(person=request.user),
        "form": form,
        "key": CalendarKey.objects.filter(person=request.user).first(),
        "feed": f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:my_feed')}?key={secret}" if secret else "",
        "is_reachable": not reach.lacking([request.user]),
    }
    return render(request, "runbooks/my_shifts.html", context, status=422 if form.errors else 200)


@nationals_only
@require_POST
def key(request) -> HttpResponse:
    """A new key, shown this once."""
    secret = calendar_keys.renew(request.user)
    response = _page(request, LeaveForm(for_all=permissions.may_keep(request.user)), secret)
    response.status_code, response["Location"] = 201, reverse("runbooks:my_shifts")
    return response


@nationals_only
@require_POST
def key_end(request) -> HttpResponse:
    calendar_keys.revoke(request.user)
    messages.success(request, _("The key opens nothing any more."))
    return redirect("runbooks:my_shifts")


@nationals_only
@require_POST
def leave_withdrawal(request, pk) -> HttpResponse:
    leave.withdraw(get_object_or_404(Leave.objects.visible_to(request.user), pk=pk), by=request.user)
    return redirect("runbooks:my_shifts")


def _swap(pk: int) -> Swap:
    return get_object_or_404(Swap.objects.select_related("given__rota", "wanted", "proposed_by", "proposed_to"), pk=pk)


@nationals_only
@require_POST
def swap_acceptance(request, pk) -> HttpResponse:
    swaps.accept(_swap(pk), by=request.user)
    messages.success(request, _("Swapped. Every list and calendar shows it."))
    return redirect("runbooks:my_shifts")


@nationals_only
@require_POST
def swap_refusal(request, pk) -> HttpResponse:
    swaps.decline(_swap(pk), by=request.user)
    return redirect("runbooks:my_shifts")


@nationals_only
@require_POST
def swap_withdrawal(request, pk) -> HttpResponse:
    swaps.withdraw(_swap(pk), by=request.user)
    return redirect("runbooks:my_shifts")
