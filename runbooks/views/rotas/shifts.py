"""One shift: put by hand, withdrawn, swapped, handed over."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation import now
from runbooks.models import Rota, Shift
from runbooks.rotas import handover, overrides, permissions, swaps
from runbooks.rotas.forms import HandoverForm, ShiftForm, SwapForm
from runbooks.views.permissions import nationals_only
from runbooks.views.rotas.attempts import succeeds, typed


@nationals_only
def put(request, key) -> HttpResponse:
    """The one action beside a hole: its hours are filled in already."""
    permissions.require_lead(request.user)
    rota = get_object_or_404(Rota.objects.visible_to(request.user), key=key)
    form = ShiftForm(typed(request), initial=_prefilled(request))
    if request.method == "POST" and succeeds(form, lambda: overrides.put(rota, **form.cleaned_data, by=request.user)):
        messages.success(request, _("They are on the rota, and have been told by e-mail."))
        return redirect("runbooks:rota", key)
    context = {"form": form, "rota": rota, "title": _("Put somebody on the rota"), "button": _("Put on the rota")}
    return render(request, "runbooks/rota_form.html", context, status=422 if form.errors else 200)


def _prefilled(request) -> dict[str, object]:
    """From the address, as far as it can be read."""
    rank = request.GET.get("rank", "")
    filled: dict[str, object] = {"rank": int(rank) if rank in ("1", "2") else 1}
    for name in ("starts_at", "ends_at"):
        try:
            filled[name] = datetime.fromisoformat(request.GET.get(name, ""))
        except ValueError:
            continue
    return filled


@nationals_only
def shift(request, pk) -> HttpResponse:
    """A shift and what can be done about it; posting proposes a swap."""
    shown = _shift(request, pk)
    form = SwapForm(typed(request), given=shown)
    if request.method == "POST" and succeeds(form, lambda: swaps.propose(shown, **form.cleaned_data, by=request.user)):
        messages.success(request, _("Asked. Nothing changes before they accept."))
        return redirect("runbooks:my_shifts")
    at = now()
    context = {
        "shift": shown,
        "form": form,
        "is_mine": shown.person_id == request.user.pk,
        "is_over": shown.ends_at <= at,
        "runs_now": shown.starts_at <= at < shown.ends_at,
        "may_keep": permissions.may_keep(request.user),
    }
    return render(request, "runbooks/shift.html", context, status=422 if form.errors else 200)


def _shift(request, pk: int) -> Shift:
    shifts = Shift.objects.visible_to(request.user).select_related("rota", "person", "instead_of")
    return get_object_or_404(shifts, pk=pk)


@nationals_only
@require_POST
def withdrawal(request, pk) -> HttpResponse:
    shown = _shift(request, pk)
    overrides.withdraw(shown, by=request.user)
    messages.success(request, _("Withdrawn. The rules say who carries."))
    return redirect("runbooks:rota", shown.rota.key)


@nationals_only
def note(request, pk) -> HttpResponse:
    """The hand-over note: what is open stands in it already."""
    shown = _shift(request, pk)
    form = HandoverForm(typed(request), initial={"text": handover.draft()})
    if request.method == "POST" and succeeds(
        form, lambda: handover.write(shown, text=form.cleaned_data["text"], by=request.user)
    ):
        messages.success(request, _("Kept. Whoever comes next finds it on the page of the rota."))
        return redirect("runbooks:on_call")
    context = {
        "shift": shown,
        "form": form,
        "matters": handover.open_now(),
        "notes": shown.handover_notes.select_related("person"),
        "is_mine": shown.person_id == request.user.pk,
    }
    return render(request, "runbooks/handover.html", context, status=422 if form.errors else 200)
