"""Pages that change what is watched: a sheet with its preview, many nodes at once, what a node leans on."""

from itertools import chain

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from foundation.directory.sheets import SheetForm
from monitoring.models import Node
from monitoring.registry import changes, csv_import
from monitoring.registry.forms import BulkForm, NodeFilter, ParentsForm
from monitoring.views.registry import for_the_watch

SHOWN = 100


@require_safe
@login_required
def export(request) -> StreamingHttpResponse:
    """The registry as a sheet that can be changed and taken in again."""
    for_the_watch(request.user)
    answer = StreamingHttpResponse(csv_import.write(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="izleme-noktalari.csv"'
    return answer


@login_required
def take_in(request) -> HttpResponse:
    """A sheet: first what it would change and what is wrong in which line, then everything or nothing."""
    for_the_watch(request.user)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context = {"form": form, "columns": csv_import.COLUMNS}
    if request.method != "POST" or not form.is_valid():
        return render(request, "monitoring/watch/sheet.html", context, status=422 if form.is_bound else 200)
    sheet = csv_import.read(form.cleaned_data["text"])
    if "confirm" in request.POST and not sheet.faults:
        plan = changes.take_in(sheet, by=request.user)
        messages.success(request, _("The sheet was taken in: %(n)d nodes and %(c)d checks are new.") % words_of(plan))
        return redirect("monitoring:nodes")
    plan = changes.plan(sheet.lines)
    context |= {
        "sheet": sheet,
        "plan": plan,
        "rows": list(chain(plan.new_checks, plan.changed_checks))[:SHOWN],
        "text": form.cleaned_data["text"],
        "faults": sheet.faults[:SHOWN],
    }
    return render(request, "monitoring/watch/sheet.html", context, status=422 if sheet.faults else 200)


def words_of(plan: changes.Plan) -> dict[str, int]:
    return {"n": len(plan.new_nodes), "c": len(plan.new_checks)}


@login_required
def change_many(request) -> HttpResponse:
    """The same change for every chosen node, or for all that a filter finds; says first how many those are."""
    for_the_watch(request.user)
    chosen = chosen_nodes(request.POST or request.GET, request.user)
    form = BulkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and chosen and form.is_valid():
        count = changes.change_many(chosen, by=request.user, **form.change)
        sentence = ngettext("%(n)d node was changed.", "%(n)d nodes were changed.", count) % {"n": count}
        messages.success(request, sentence)
        return redirect("monitoring:nodes")
    status = 422 if form.is_bound else 200
    context = {"form": form, "chosen": chosen, "shown": chosen[:SHOWN]}
    return render(request, "monitoring/watch/bulk.html", context, status=status)


def chosen_nodes(choice, person) -> list[Node]:
    """Those that are ticked; with `all`, everything that the filter finds."""
    seen = Node.objects.visible_to(person).select_related("component", "municipality").order_by("code")
    if "all" in choice:
        return list(NodeFilter(choice).narrow(seen.watched()))
    return list(seen.filter(code__in=choice.getlist("code")))


@require_POST
@login_required
def parents(request, code: str) -> HttpResponse:
    """Say anew what a node leans on."""
    for_the_watch(request.user)
    node = get_object_or_404(Node.objects.visible_to(request.user), code=code)
    form = ParentsForm(request.POST)
    if form.is_valid():
        try:
            changes.lean(node, form.pairs, by=request.user)
        except Refusal as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("What it leans on was written down."))
    return redirect("monitoring:node", code=code)
