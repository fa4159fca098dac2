"""Pages for operators: nodes, one node with its evidence, maintenance windows."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from foundation import now
from monitoring import sweeps
from monitoring.history import node_history, rollups, sparklines
from monitoring.maintenance import windows as maintenance_windows
from monitoring.models import WORST_FIRST, Affected, Maintenance, Node, State, Transition
from monitoring.nodes import health, rollup
from monitoring.refusals import NoSuchRound
from monitoring.registry.forms import MaintenanceForm, NodeFilter, OverrideForm
from monitoring.views.status import moment

PAGE = 50
MONTH = 30
SPANS = {
    "1d": gettext_lazy("24 hours"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "90d": gettext_lazy("90 days"),
}


def for_the_watch(person) -> None:
    if not person.keeps_the_watch:
        raise PermissionDenied


@require_safe
@login_required
def node_list(request) -> HttpResponse:
    """All nodes that the person may see, worst first, with filters that are plain links."""
    seen = Node.objects.watched().visible_to(request.user)
    form = NodeFilter(request.GET or None)
    chosen = form.narrow(seen) if request.GET else seen
    counts = dict(seen.order_by().values_list("state").annotate(number=Count("pk")))
    page = Paginator(by_gravity(chosen), PAGE).get_page(request.GET.get("page"))
    states = [(State(state), counts.get(state, 0)) for state in WORST_FIRST]
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "form": form,
        "states": states,
        "query": query.urlencode(),
        "total": sum(counts.values()),
        "is_narrowed": any(value for name, value in query.items() if name in form.fields),
        "may_act": request.user.keeps_the_watch,
        "itself": health.of_the_watch(now()) if request.user.keeps_the_watch else None,
    }
    return render(request, "monitoring/watch/nodes.html", context)


def by_gravity(chosen) -> QuerySet[Node]:
    """Down first, then the rest by code; names come along in the same read."""
    gravity = Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(WORST_FIRST)))
    return chosen.select_related("municipality__province", "component").order_by(gravity, "code")


@require_safe
@login_required
def node(request, code: str) -> HttpResponse:
    """One node: how it is, why we say so, the last hour, the last month, who is touched."""
    one = get_object_or_404(
        Node.objects.visible_to(request.user).select_related("municipality__province", "component"), code=code
    )
    return show(request, one, OverrideForm())


def show(request, one: Node, form: OverrideForm, status: int = 200) -> HttpResponse:
    at = now()
    checks = [
        {"check": check, "spark": sparklines.draw(sparklines.recent(check, at), at)} for check in one.checks.all()
    ]
    links = list(one.dependencies.select_related("parent"))
    days = list(one.days.order_by("-day")[:MONTH])
    windows = [
        window for window in maintenance_windows.active(at) if maintenance_windows.nodes_of(window).filter(pk=one.pk)
    ]
    context = {
        "node": one,
        "checks": checks,
        "days": days,
        "share": rollups.of_days(days).share_up,
        "transitions": Transition.objects.filter(check_of__node=one).select_related("check_of").order_by("-at")[:20],
        "line": Affected.objects.current().filter(node=one).select_related("outage").first(),
        "windows": windows,
        "is_spared": one.state == State.MAINTENANCE and not windows and not one.override and bool(links),
        "parents": links,
        "leaning": " ".join(f"{link.parent.code}@{link.group}" if link.group else link.parent.code for link in links),
        "here": settings.PUBLIC_BASE_URL.rstrip("/"),
        "form": form,
        "may_act": request.user.keeps_the_watch,
    }
    return render(request, "monitoring/watch/node.html", context, status=status)


@require_safe
@login_required
def node_past(request, code: str) -> HttpResponse:
    """How long a node took to answer over days; asked for apart, because Prometheus may take its time."""
    one = get_object_or_404(Node.objects.visible_to(request.user), code=code)
    span = request.GET.get("span", "")
    span = span if span in node_history.SPANS else "7d"
    context = {"node": one, "past": node_history.of(one, span, at=now()), "span": span, "spans": SPANS.items()}
    name = "monitoring/watch/_past.html" if request.htmx else "monitoring/watch/past.html"
    return render(request, name, context)


@require_POST
@login_required
def override(request, code: str) -> HttpResponse:
    """Say how a node is, or believe the measurements again."""
    for_the_watch(request.user)
    one = get_object_or_404(Node.objects.visible_to(request.user), code=code)
    if "release" in request.POST:
        rollup.release(one, by=request.user)
        return redirect("monitoring:node", code=code)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return show(request, one, form, status=422)
    rollup.override(one, by=request.user, **form.cleaned_data)
    messages.success(request, _("The state was set; boards show that a person said so."))
    return redirect("monitoring:node", code=code)


@login_required
def windows(request) -> HttpResponse:
    """Maintenance: what runs, what comes, what was; planning a new one."""
    for_the_watch(request.user)
    form = MaintenanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        maintenance_windows.plan(form.save(commit=False), by=request.user, **form.places)
        messages.success(request, _("The window stands."))
        return redirect("monitoring:maintenance")
    context = {"rows": maintenance_windows.overview(now()), "form": form, "repeats": dict(form.REPEATS)}
    return render(request, "monitoring/watch/maintenance.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def call_off(request, pk: int) -> HttpResponse:
    for_the_watch(request.user)
    maintenance_windows.call_off(get_object_or_404(Maintenance, pk=pk), by=request.user)
    sweeps.follow_the_clock()
    return redirect("monitoring:maintenance")


@require_POST
@login_required
def call_off_round(request, pk: int) -> HttpResponse:
    """One round of a rule, by the moment at which the page says it begins."""
    for_the_watch(request.user)
    start = moment(request.POST.get("starts_at", ""))
    if start is None:
        raise NoSuchRound
    maintenance_windows.call_off_round(get_object_or_404(Maintenance, pk=pk), start, by=request.user)
    messages.success(request, _("This round is called off; the others stay."))
    return redirect("monitoring:maintenance")


@require_POST
@login_required
def end_early(request, pk: int) -> HttpResponse:
    """The work is done: over on every page at once."""
    for_the_watch(request.user)
    maintenance_windows.end_early(get_object_or_404(Maintenance, pk=pk), by=request.user)
    sweeps.follow_the_clock()
    messages.success(request, _("The work is over; everybody sees it, and alerts count again."))
    return redirect("monitoring:maintenance")
