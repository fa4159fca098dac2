"""The messages of plans and who allowed them in advance."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from runbooks.broadcasts.approval import approval, pre_approvals
from runbooks.forms import AskForm, PreApprovalForm
from runbooks.models import PreApproval
from runbooks.views.permissions import watch_only
from runbooks.views.second_factor import confirmation_of


@watch_only
@require_safe
def index(request) -> HttpResponse:
    return _page(request)


def _page(request, problem: str = "", about: int = 0, status: int = 200) -> HttpResponse:
    shelf = pre_approvals.shelf()
    context = {
        "shelf": shelf,
        "ready": sum(message.is_ready for message in shelf),
        "may_approve": request.user.has_role(*approval.MAY_APPROVE),
        "problem": problem,
        "about": about,
    }
    return render(request, "runbooks/pre_approvals.html", context, status=status)


@watch_only
@require_POST
def ask(request) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        raise pre_approvals.NoSuchStep
    pre_approvals.ask(by=request.user, **form.cleaned_data)
    messages.success(request, _("Asked. A second person allows it on this page."))
    return redirect("runbooks:pre_approvals")


@watch_only
@require_POST
def approve(request, pk) -> HttpResponse:
    asked = get_object_or_404(PreApproval, pk=pk)
    form = PreApprovalForm(request.POST)
    if not form.is_valid():
        problem = "; ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())
        return _page(request, problem, asked.pk, 422)
    try:
        pre_approvals.approve(asked, by=request.user, confirmation=confirmation_of(request), **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, str(refusal), asked.pk, refusal.status)
    messages.success(request, _("Allowed. The plan sends it without waiting."))
    return redirect("runbooks:pre_approvals")


@watch_only
@require_POST
def withdraw(request, pk) -> HttpResponse:
    pre_approvals.withdraw(get_object_or_404(PreApproval, pk=pk), by=request.user)
    return redirect("runbooks:pre_approvals")
