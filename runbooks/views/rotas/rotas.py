"""A rota: its month, its shares, its rules; made, changed, ended."""

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from runbooks.models import Rota
from runbooks.rotas import fairness, gaps, month, permissions, rules
from runbooks.rotas.forms import RotaForm, RotaLayerForm
from runbooks.rotas.rotation import ISTANBUL
from runbooks.views.permissions import nationals_only
from runbooks.views.rotas.attempts import succeeds, typed

MONTHS_BACK = (1, 3, 6, 12)


def _rota(request, key: str) -> Rota:
    return get_object_or_404(Rota.objects.visible_to(request.user), key=key)


@nationals_only
@require_safe
def rota(request, key) -> HttpResponse:
    """The month of a rota, what is missing in the next thirty days, its rules."""
    shown = _rota(request, key)
    first = _month(request.GET.get("month", ""))
    context = {
        "rota": shown,
        "month": month.of(shown, first.year, first.month, reader_pk=request.user.pk),
        "gaps": gaps.gaps(shown),
        "doubts": gaps.doubts(shown),
        "layers": shown.layers.filter(ends_at=None).prefetch_related("members__person"),
        "may_keep": permissions.may_keep(request.user) and not shown.ended_at,
    }
    return render(request, "runbooks/rota.html", context)


def _month(text: str) -> date:
    """The first day of "2026-12"; of this month where nothing, or nothing that can be read, is asked for."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        first = now().astimezone(ISTANBUL).date().replace(day=1)
    return first if 2000 <= first.year <= 2100 else date(2026, 1, 1)


@nationals_only
@require_safe
def shares(request, key) -> HttpResponse:
    """Who carried how much, so that it can be dealt fairly."""
    shown = _rota(request, key)
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, MONTHS_BACK) else 3
    today = datetime.combine(now().astimezone(ISTANBUL).date(), time(0), ISTANBUL)
    start, end = today - timedelta(days=30 * months), today + timedelta(days=30 * months)
    context = {
        "rota": shown,
        "months": months,
        "choices": MONTHS_BACK,
        "past": fairness.shares(shown, start, today),
        "ahead": fairness.shares(shown, today, min(end, today + timedelta(days=90))),
    }
    return render(request, "runbooks/rota_shares.html", context)


@nationals_only
def make(request) -> HttpResponse:
    permissions.require_lead(request.user)
    form = RotaForm(typed(request))
    if request.method == "POST" and succeeds(form, lambda: rules.make(**form.cleaned_data, by=request.user)):
        messages.success(request, _("The rota is made. Now say whose turn it is."))
        return redirect("runbooks:new_layer", form.cleaned_data["key"])
    return _form(request, form, _("New rota"), _("Make the rota"))


@nationals_only
def change(request, key) -> HttpResponse:
    permissions.require_lead(request.user)
    shown = _rota(request, key)
    form = RotaForm(typed(request), rota=shown)
    if request.method == "POST" and succeeds(form, lambda: rules.change(shown, **form.cleaned_data, by=request.user)):
        return redirect("runbooks:rota", key)
    return _form(request, form, str(shown), _("Save"), rota=shown)


@nationals_only
@require_POST
def end(request, key) -> HttpResponse:
    rules.end(_rota(request, key), by=request.user)
    messages.success(request, _("The rota has ended. What was carried stays in the record."))
    return redirect("runbooks:on_call")


@nationals_only
def new_layer(request, key) -> HttpResponse:
    permissions.require_lead(request.user)
    shown = _rota(request, key)
    form = RotaLayerForm(typed(request))
    if request.method == "POST" and succeeds(
        form, lambda: rules.set_layer(shown, **form.cleaned_data, by=request.user)
    ):
        return redirect("runbooks:rota", key)
    return _form(request, form, _("Whose turn is it?"), _("Set the rule"), rota=shown)


@nationals_only
def layer(request, key, pk) -> HttpResponse:
    """A change ends the rule and begins another: what was carried by it can still be explained."""
    permissions.require_lead(request.user)
    shown = _rota(request, key)
    old = get_object_or_404(shown.layers.prefetch_related("members__person"), pk=pk)
    form = RotaLayerForm(typed(request), layer=old)
    if request.method == "POST" and succeeds(
        form, lambda: rules.set_layer(shown, **form.cleaned_data, replaces=old, by=request.user)
    ):
        return redirect("runbooks:rota", key)
    return _form(request, form, _("Change the rule"), _("Change it from this day on"), rota=shown)


@nationals_only
@require_POST
def end_layer(request, key, pk) -> HttpResponse:
    rules.end_layer(get_object_or_404(_rota(request, key).layers, pk=pk), by=request.user)
    messages.success(request, _("The rule has ended; shifts made by hand stay."))
    return redirect("runbooks:rota", key)


def _form(request, form: Form, title: str, button: str, rota: Rota | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "rota": rota}
    return render(request, "runbooks/rota_form.html", context, status=422 if form.errors else 200)
