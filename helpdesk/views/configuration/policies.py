"""Screens of those who keep terms: for whom, what, who is told; look at the effect first, then publish."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_sla import policies, recalculation
from django_sla.models import Policy, PolicyVersion
from foundation import now
from helpdesk.service_levels import keeping, ticket_clocks
from helpdesk.service_levels.policy_forms import NewPolicyForm, TermsForm, spoken_conditions
from helpdesk.views.configuration.calendars import counted_anew, keepers_only


@login_required
@require_safe
def policy_list(request) -> HttpResponse:
    """Promises and agreements in the order of choice, and how many open tickets each takes."""
    keepers_only(request)
    return _list_page(request, NewPolicyForm())


@login_required
@require_POST
def new(request) -> HttpResponse:
    """A policy that starts with another's terms; it takes no ticket before it is published."""
    keepers_only(request)
    form = NewPolicyForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    made = keeping.open_policy(form, by=request.user)
    return redirect("helpdesk:policy", code=made.code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request, code: str) -> HttpResponse:
    """One policy: its terms and a form for new ones; shows which tickets would match, or publishes."""
    keepers_only(request)
    shown = get_object_or_404(Policy, code=code)
    version = keeping.version_of(shown)
    form = TermsForm(request.POST if request.method == "POST" else None, version=version)
    context = {"policy": shown, "version": version, "form": form, "versions": shown.versions.order_by("-number")}
    if request.method != "POST":
        return render(request, "helpdesk/policy.html", context)
    if not form.is_valid():
        return render(request, "helpdesk/policy.html", context, status=422)
    if "publish" not in request.POST:
        return render(request, "helpdesk/policy.html", context | _effect(form))
    return _published(request, form)


def _effect(form: TermsForm) -> dict:
    """Exactly which open tickets the draft would take, and from whom."""
    draft, facts = form.draft(), form.conditions.cleaned_data
    before = policies.in_force(now(), kind=draft.policy.kind)
    others = [version for version in before if version.policy_id != draft.policy_id]
    place = (facts["position"], draft.policy.code)
    after = [*others, draft] if facts["is_active"] else others
    after.sort(key=lambda version: place if version is draft else (version.policy.position, version.policy.code))
    result = policies.compare(before, after, ticket_clocks.groups_of_open_tickets([*before, draft]))
    names = {version.policy.code: version.policy.name for version in [*before, draft]} | {"": _("no policy")}
    return {
        "matching": result.after[draft.policy.code],
        "matched": result.before[draft.policy.code],
        "moves": [(names[was], names[will], count) for (was, will), count in result.moves.most_common()],
    }


def _published(request, form: TermsForm) -> HttpResponse:
    """A new version; the policy's place and use change with it."""
    facts, shown = form.conditions.cleaned_data, form.version.policy
    version = keeping.publish_terms(
        form.draft(), form.rows(), position=facts["position"], is_active=facts["is_active"], by=request.user
    )
    sentence = _("Version %(number)d is published.") % {"number": version.number}
    messages.success(request, f"{sentence} {counted_anew(_applied(request, version, now()))}")
    return redirect("helpdesk:policy", code=shown.code)


def _applied(request, version: PolicyVersion, at: datetime) -> int:
    """How many running promises were counted by the new terms, if the keeper asked for it."""
    moved = 0
    if "running" in request.POST and version.effective_from <= at:
        while done := recalculation.apply_terms(version, at=at, by=request.user.name):
            moved += done
    return moved


def _list_page(request, form: NewPolicyForm, *, status: int = 200) -> HttpResponse:
    order = policies.in_force(now(), kind=None)
    groups = ticket_clocks.groups_of_open_tickets(order)
    context = {
        "kinds": [_rows(kind, order, groups) for kind in Policy.Kind],
        "asleep": Policy.objects.filter(is_active=False),
        "form": form,
    }
    return render(request, "helpdesk/policies.html", context, status=status)


def _rows(kind: Policy.Kind, order: Sequence[PolicyVersion], groups: Sequence[tuple[dict, int]]) -> dict:
    """The policies of one kind, in order, with the open tickets each takes."""
    own = [version for version in order if version.policy.kind == kind]
    taken = policies.compare(own, own, groups).after
    return {
        "name": kind.label,
        "rows": [
            (version, spoken_conditions(version), policies.spoken_targets(version), taken[version.policy.code])
            for version in own
        ],
        "unmatched": taken[""],
    }
