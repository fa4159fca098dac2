"""One outage and everything a person may do about it, in one place."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from monitoring import outages
from monitoring.models import Outage
from monitoring.nodes import rollup
from runbooks.board import actions, state
from runbooks.runs import starting
from runbooks.views.permissions import watch_only

SHOWN_NODES = 12


def find(request, pk: int) -> Outage:
    return get_object_or_404(Outage.objects.visible_to(request.user), pk=pk)


def show(
    request,
    outage: Outage,
    *,
    joining: actions.JoinForm | None = None,
    running: actions.RunForm | None = None,
    resting: actions.WindowForm | None = None,
    wording: actions.NodeWordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The panel; a form that is not given is empty. Each has a prefix of its own among the page's ids."""
    held = actions.nodes_of(outage)
    context = {
        "outage": outage,
        "card": state.cards_of([outage], now())[0],
        "nodes": held.select_related("municipality")[:SHOWN_NODES],
        "node_count": held.count(),
        "joining": joining or actions.JoinForm(outage=outage, person=request.user, auto_id="join-%s"),
        "running": running or actions.RunForm(person=request.user, auto_id="run-%s"),
        "resting": resting or actions.WindowForm(auto_id="rest-%s"),
        "wording": wording or actions.NodeWordForm(outage=outage, auto_id="word-%s"),
    }
    return render(request, "runbooks/outage_panel.html", context, status=status)


@watch_only
@require_safe
def panel(request, pk) -> HttpResponse:
    outage = find(request, pk)
    if outage.merged_into_id:
        return redirect("runbooks:outage_panel", pk=outage.merged_into_id)
    if outage.ended_at:
        return redirect("runbooks:situation", outage=pk)
    return show(request, outage)


@watch_only
@require_POST
def join(request, pk) -> HttpResponse:
    """One fault had two names."""
    outage = find(request, pk)
    form = actions.JoinForm(request.POST, outage=outage, person=request.user, auto_id="join-%s")
    if not form.is_valid():
        return show(request, outage, status=422, joining=form)
    wider = form.cleaned_data["into"]
    outages.join_by_hand(outage, into=wider, by=request.user)
    messages.success(request, _("Both are one outage now."))
    return redirect("runbooks:outage_panel", pk=wider.pk)


@watch_only
@require_POST
def run(request, pk) -> HttpResponse:
    """Begin a plan for this outage."""
    outage = find(request, pk)
    form = actions.RunForm(request.POST, person=request.user, auto_id="run-%s")
    if not form.is_valid():
        return show(request, outage, status=422, running=form)
    begun = starting.start(form.cleaned_data["code"], by=request.user, outage=outage, is_drill=outage.is_drill)
    return redirect("runbooks:run", pk=begun.pk)


@watch_only
@require_POST
def maintenance(request, pk) -> HttpResponse:
    """Say that the outage is work somebody does."""
    outage = find(request, pk)
    form = actions.WindowForm(request.POST, auto_id="rest-%s")
    if not form.is_valid():
        return show(request, outage, status=422, resting=form)
    form.plan(outage, by=request.user)
    messages.success(request, _("The window stands."))
    return redirect("runbooks:outage_panel", pk=pk)


@watch_only
@require_POST
def override(request, pk) -> HttpResponse:
    """Say how a node is, whatever the measurements say."""
    outage = find(request, pk)
    form = actions.NodeWordForm(request.POST, outage=outage, auto_id="word-%s")
    if not form.is_valid():
        return show(request, outage, status=422, wording=form)
    rollup.override(form.cleaned_data.pop("node"), by=request.user, **form.cleaned_data)
    messages.success(request, _("The state was set; boards show that a person said so."))
    return redirect("runbooks:outage_panel", pk=pk)
