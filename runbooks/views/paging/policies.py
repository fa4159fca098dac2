"""Who is called for what: the policies in their order, the editor, and what would happen if."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from runbooks.models import PagingPolicy
from runbooks.paging import policies, reading
from runbooks.paging.forms import IfForm, PolicyForm, StepForm, next_sunday_night, policy_form, step_forms
from runbooks.paging.policies import PolicyDraft, PolicyIsWrong
from runbooks.views.permissions import watch_only


@watch_only
@require_safe
def index(request) -> HttpResponse:
    """The policies, and what each of them would do at a moment that may be chosen."""
    form = IfForm(request.GET if "severity" in request.GET else _usual_case())
    shown = list(PagingPolicy.objects.visible_to(request.user).prefetch_related("steps"))
    names = reading.Names.of([step.as_rung() for policy in shown for step in policy.steps.all()])
    context = {
        "policies": [(policy, _summary(policy, names)) for policy in shown],
        "form": form,
        "may_keep": request.user.has_role(*policies.MAY_KEEP),
    }
    if form.is_valid():
        context |= _foreseen(form)
    return render(request, "runbooks/paging/policies.html", context, status=200 if form.is_valid() else 422)


def _usual_case() -> dict[str, str]:
    return {"severity": "S1", "component": "", "province": "", "at": f"{next_sunday_night():%Y-%m-%dT%H:%M}"}


def _summary(policy: PagingPolicy, names: reading.Names) -> list[tuple[str, int]]:
    return [(names.meant(step.as_rung()), step.minutes) for step in policy.steps.all()]


def _foreseen(form: IfForm) -> dict:
    at = form.cleaned_data["at"]
    policy = policies.choose(form.facts, at)
    start = policies.first_call_at(policy, at) if policy else at
    steps = policies.rungs_of(policy)
    foreseen = list(policies.preview(steps, rounds=policy.rounds if policy else 1, start=start, stands=at))
    names = reading.Names.of(steps)
    return {"followed": policy, "foreseen": [(one, names.meant(one.rung)) for one in foreseen], "asked_at": at}


@watch_only
def edit(request, pk=None) -> HttpResponse:
    """Change a policy or make one; "preview" shows what is typed without keeping it."""
    policy = get_object_or_404(PagingPolicy.objects.visible_to(request.user), pk=pk) if pk else None
    if request.method != "POST":
        return _editor(request, policy, policy_form(policy), step_forms(policy))
    form, rows = policy_form(policy, request.POST), step_forms(policy, request.POST)
    faulty = [row for row in rows if not row.is_valid()]
    if faulty or not form.is_valid():
        return _editor(request, policy, form, rows, status=422)
    draft = form.draft(rung for row in rows if (rung := row.rung))
    try:
        policies.check(draft)
        if request.POST.get("act") == "preview":
            return _editor(request, policy, form, rows, draft=draft)
        policies.keep(policy, draft, by=request.user)
    except PolicyIsWrong as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, policy, form, rows, status=422)
    messages.success(request, _("The policy is kept. Calls that are under way keep the ladder they began with."))
    return redirect("runbooks:paging_policies")


def _editor(
    request,
    policy: PagingPolicy | None,
    form: PolicyForm,
    rows: list[StepForm],
    *,
    draft: PolicyDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "policy": policy,
        "form": form,
        "rows": rows,
        "may_keep": request.user.has_role(*policies.MAY_KEEP),
    }
    if draft:
        at = next_sunday_night()
        foreseen = list(policies.preview(draft.steps, rounds=draft.rounds, start=at))
        names = reading.Names.of(draft.steps)
        context |= {"foreseen": [(one, names.meant(one.rung)) for one in foreseen], "asked_at": at}
    return render(request, "runbooks/paging/policy.html", context, status=status)


@watch_only
@require_POST
def removal(request, pk) -> HttpResponse:
    policies.remove(get_object_or_404(PagingPolicy.objects.visible_to(request.user), pk=pk), by=request.user)
    messages.success(request, _("The policy is gone."))
    return redirect("runbooks:paging_policies")
