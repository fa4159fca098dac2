"""One run: where it stands, the one next action, what was done."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal, now
from foundation.language import texts
from runbooks.durations import duration
from runbooks.models import Run, Step
from runbooks.runs import starting, steps
from runbooks.views.permissions import watch_only


class NoSuchAct(Refusal):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("This is not one of the choices."))


def find(request, pk: int) -> Run:
    return get_object_or_404(Run.objects.visible_to(request.user).select_related("outage", "started_by"), pk=pk)


@watch_only
@require_safe
def show(request, pk) -> HttpResponse:
    return render(request, "runbooks/run.html", _context(request, find(request, pk)))


@watch_only
@require_safe
def standing(request, pk) -> HttpResponse:
    return render(request, "runbooks/_run.html", _context(request, find(request, pk)))


def _context(request, run: Run) -> dict:
    opened = list(run.steps.select_related("ended_by", "broadcast").prefetch_related("signatures__person"))
    for step in opened:
        step.run = run
    current = next((step for step in opened if step.is_open), None)
    reached = {step.key for step in opened}
    return {
        "run": run,
        "at": now(),
        "age": run.age(now()),
        "late": run.started_at is not None and run.age(now()) > run.rto,
        "steps": opened,
        "current": current,
        "due_at": _due_at(current),
        "may_do": current is not None and steps.may_do(current, request.user),
        "ahead": [step for step in run.plan["steps"] if step["key"] not in reached],
    }


def _due_at(step: Step | None) -> datetime | None:
    """When the open step should be done, by its plan."""
    if step is None:
        return None
    within = step.definition.get("within") or step.definition.get("for")
    return step.reached_at + duration(within) if within else None


@watch_only
@require_POST
def begin(request, pk) -> HttpResponse:
    starting.begin(find(request, pk), by=request.user)
    return redirect("runbooks:run", pk=pk)


@watch_only
@require_POST
def decline(request, pk) -> HttpResponse:
    starting.decline(find(request, pk), by=request.user, note=_note(request))
    return redirect("runbooks:run", pk=pk)


@watch_only
@require_POST
def abandon(request, pk) -> HttpResponse:
    starting.abandon(find(request, pk), by=request.user, note=_note(request))
    return redirect("runbooks:run", pk=pk)


@watch_only
@require_POST
def step(request, pk, visit) -> HttpResponse:
    """Whatever a person does at a step; `act` says what."""
    here = get_object_or_404(find(request, pk).steps.select_related("run"), visit=visit)
    by, note, choice = request.user, _note(request), request.POST.get("choice", "")
    match request.POST.get("act"):
        case "finish":
            steps.finish(here, by=by, note=note)
        case "decide":
            steps.decide(here, by=by, choice=choice, note=note)
        case "sign":
            steps.sign(here, by=by, agrees=choice == "yes", note=note)
        case "settle":
            steps.settle(here, by=by, outcome=choice, note=note)
        case "skip":
            steps.skip(here, by=by, note=note)
        case _:
            raise NoSuchAct
    return redirect("runbooks:run", pk=pk)


def _note(request) -> str:
    return texts.paragraphs(request.POST.get("note", ""))[:2000]
