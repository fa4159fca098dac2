"""Rules that choose the queue of a new ticket, in their order; and how a queue's tickets are given out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.directory.models import Membership
from helpdesk.distribution import giving
from helpdesk.distribution.forms import DistributionForm
from helpdesk.models import Distribution, Queue, RoutingRule
from helpdesk.placing import rules
from helpdesk.placing.forms import RoutingRuleForm
from helpdesk.teams.teams import require_administrator
from helpdesk.views.desk import desk_only

FORM = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def rule_list(request) -> HttpResponse:
    """Every rule in its order; then what each queue takes by itself."""
    desk_only(request)
    context = {
        "rules": RoutingRule.objects.visible_to(request.user).select_related("queue"),
        "may_change": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "helpdesk/routing_rules.html", context)


@login_required
@FORM
def new_rule(request) -> HttpResponse:
    rules.require_keeper(request.user)
    return written(request, RoutingRuleForm(request.POST or None), _("A new routing rule"))


@login_required
@FORM
def rule(request, code) -> HttpResponse:
    rules.require_keeper(request.user)
    shown = get_object_or_404(RoutingRule, code=code)
    return written(request, RoutingRuleForm(request.POST or None, instance=shown), shown.name)


def written(request, form: RoutingRuleForm, heading: str) -> HttpResponse:
    if form.is_valid():
        rules.write(form.save(commit=False), by=request.user)
        messages.success(request, _("The rule is kept. It holds for tickets that come from now on."))
        return redirect("helpdesk:routing_rules")
    lead = _("Every condition that says something has to fit; of the values of one condition, any.")
    context = {"form": form, "heading": heading, "lead": lead, "button": _("Keep")}
    context["back"] = reverse("helpdesk:routing_rules")
    return render(request, "form_page.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def rule_raising(request, code) -> HttpResponse:
    """One place up."""
    moved = get_object_or_404(RoutingRule, code=code)
    rules.put_before(moved, moved.position - 1, by=request.user)
    return redirect("helpdesk:routing_rules")


@login_required
@require_POST
def rule_removal(request, code) -> HttpResponse:
    rules.remove(get_object_or_404(RoutingRule, code=code), by=request.user)
    messages.success(request, _("The rule is gone; tickets stay where it put them."))
    return redirect("helpdesk:routing_rules")


@login_required
@FORM
def distribution(request, code) -> HttpResponse:
    """How the tickets of a queue are given to its team."""
    require_administrator(request.user)
    queue = get_object_or_404(Queue.objects.standing(), code=code)
    standing = Distribution.objects.filter(queue=queue).first()
    form = DistributionForm(request.POST or None, instance=standing)
    if form.is_valid():
        giving.set_up(queue, form.terms, by=request.user)
        messages.success(request, _("Kept."))
        return redirect("helpdesk:queues")
    heading = _("Giving out: %(name)s") % {"name": queue.name}
    notes = [
        _("Nobody gets more than their limit, or anything on a day of leave. The ticket says why it came to whom.")
    ]
    context = {
        "form": form,
        "heading": heading,
        "notes": notes,
        "button": _("Keep"),
        "back": reverse("helpdesk:queues"),
    }
    return render(request, "form_page.html", context, status=422 if form.errors else 200)
