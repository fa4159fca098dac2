"""What a plan waits for: this house's names, the second person, what a release would change; its text as a file."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from foundation.directory.models import Membership
from runbooks.plans import approval, shipped
from runbooks.plans.forms import BlanksForm
from runbooks.views.permissions import watch_only
from runbooks.views.plans.shelf import find


def for_keepers(request) -> None:
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise PermissionDenied


@watch_only
def names(request, code) -> HttpResponse:
    """Write owner, approver, review and contacts into the plan; that publishes its next version."""
    for_keepers(request)
    runbook = find(request, code)
    form = BlanksForm(request.POST if request.method == "POST" else None, plan=runbook.definition)
    if request.method == "POST" and form.is_valid():
        try:
            filled = shipped.fill(runbook, form.values, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(plan)s is published with your names. A second person approves it.") % {"plan": filled}
            )
            return redirect("runbooks:runbook", code=code)
    context = {"form": form, "runbook": runbook}
    return render(request, "runbooks/plan_names.html", context, status=422 if form.is_bound else 200)


@watch_only
@require_POST
def approve(request, code) -> HttpResponse:
    """The second person has read this version."""
    runbook = find(request, code)
    if runbook.is_draft or request.POST.get("version") != str(runbook.version):
        raise approval.PlanIsApproved
    approval.approve(runbook, by=request.user)
    messages.success(request, _("%(plan)s is approved and in force.") % {"plan": runbook})
    return redirect("runbooks:runbook", code=code)


@watch_only
@require_POST
def release(request, code) -> HttpResponse:
    """Take what the release changed, or say that ours is right."""
    for_keepers(request)
    runbook = find(request, code)
    if "keep" in request.POST:
        shipped.keep_ours(runbook, by=request.user)
        messages.success(request, _("Your own plan stays as it is."))
    else:
        newer = shipped.take(runbook, by=request.user)
        messages.success(request, _("Version %(version)d has what the release changed.") % {"version": newer.version})
    return redirect("runbooks:runbook", code=code)


@watch_only
@require_safe
def text(request, code) -> HttpResponse:
    """The plan as its author wrote it, to keep or to carry to another house."""
    runbook = find(request, code)
    answer = HttpResponse(runbook.source, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{runbook.code}.yaml"'
    return answer
