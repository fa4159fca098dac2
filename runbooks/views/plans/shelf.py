"""The catalogue of plans, one plan, publishing a version, starting a run."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from foundation.directory.models import Membership
from monitoring.models import Outage
from runbooks.models import Run, Runbook
from runbooks.plans import approval, blanks, catalogue, shipped, source_text
from runbooks.runs import starting
from runbooks.views.permissions import watch_only


@watch_only
@require_safe
def shelf(request) -> HttpResponse:
    runs = Run.objects.visible_to(request.user).select_related("outage", "started_by")
    published = list(Runbook.objects.visible_to(request.user).current())
    drafts = shipped.drafts()
    context = {
        "plans": sorted((*published, *drafts), key=lambda plan: plan.code),
        "drafts": len(drafts),
        "running": list(runs.underway()),
        "proposed": list(runs.proposed()),
        "past": runs.filter(status__in=Run.OVER)[:20],
    }
    return render(request, "runbooks/shelf.html", context)


def find(request, code: str) -> Runbook:
    """The published plan of this code, or the draft that ships under it."""
    plan = Runbook.objects.visible_to(request.user).current().filter(code=code).first() or shipped.draft(code)
    if plan is None:
        raise Http404
    return plan


@watch_only
@require_safe
def plan(request, code) -> HttpResponse:
    """One plan: what it says, what it waits for, what a release would change in it."""
    runbook, person = find(request, code), request.user
    context = {
        "runbook": runbook,
        "plan": runbook.definition,
        "blanks": blanks.names_in(runbook.definition),
        "missing_endpoints": blanks.missing_endpoints(runbook.definition),
        "offer": shipped.offer(runbook),
        "keeps_plans": person.has_role(Membership.Role.PLATFORM_ADMIN),
        "may_approve": person.has_role(*approval.MAY_APPROVE) and runbook.published_by_id != person.pk,
        "runs": Run.objects.filter(runbook__code=runbook.code).select_related("outage")[:10],
        "outages": Outage.objects.visible_to(person).open(),
    }
    return render(request, "runbooks/plan.html", context)


@watch_only
@require_POST
def start(request, code) -> HttpResponse:
    """Begin a run, for an outage or without one, as a drill or in earnest."""
    outage = None
    if wanted := request.POST.get("outage", ""):
        outages = Outage.objects.visible_to(request.user).open()
        outage = get_object_or_404(outages, pk=wanted if wanted.isdecimal() and len(wanted) < 10 else None)
    is_drill = bool(request.POST.get("drill")) or bool(outage and outage.is_drill)
    plan_now = find(request, code)
    joined = starting.unended(plan_now.code, outage, is_drill=is_drill)
    run = starting.start(plan_now, by=request.user, outage=outage, is_drill=is_drill)
    if joined == run:
        messages.info(request, _("This plan is running already. You have joined its run."))
    return redirect("runbooks:run", pk=run.pk)


@watch_only
def publish(request) -> HttpResponse:
    """Paste a plan; it is read and published, or its mistakes are named by line."""
    if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        raise PermissionDenied
    source, problem = request.POST.get("source") or text_to_begin_with(request), ""
    if request.method == "POST":
        try:
            return redirect("runbooks:runbook", code=catalogue.publish_typed(source, by=request.user).code)
        except Refusal as refusal:
            problem = str(refusal)
    return render(
        request, "runbooks/publish.html", {"source": source, "problem": problem}, status=422 if problem else 200
    )


def text_to_begin_with(request) -> str:
    """The text of the plan that is to be changed, with its next number; nothing for a new one."""
    code = request.GET.get("from", "")
    if not code:
        return ""
    runbook = find(request, code)
    return source_text.with_values(runbook.source, {("version",): runbook.version + 1})
