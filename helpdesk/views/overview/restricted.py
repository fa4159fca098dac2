"""Restricted tickets: the list of one's own, who sees one, and the deadlines of the law in it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.wire.api import paging
from helpdesk.models import StatutoryClock, Ticket
from helpdesk.restricted import naming
from helpdesk.restricted.forms import ClockEndForm, ClockFactsForm, EnterForm, NameForm, RestrictForm
from helpdesk.statutes import clocks
from helpdesk.tickets.assignment import require_desk
from helpdesk.views.tickets import find

PAGE = 50


@login_required
@require_safe
def restricted_list(request) -> HttpResponse:
    """Those in which one is named, the newest first; an administrator may name themselves in another."""
    require_desk(request.user)
    return listed(request, EnterForm() if may_enter(request.user) else None)


def may_enter(person: Person) -> bool:
    return person.has_role(Membership.Role.PLATFORM_ADMIN)


def listed(request, form: EnterForm | None, refusal: Refusal | None = None) -> HttpResponse:
    seen = Ticket.objects.visible_to(request.user).exclude(restriction="").select_related("municipality", "assignee")
    running = Prefetch("statutory_clocks", StatutoryClock.objects.order_by("due_at"), to_attr="laws")
    tickets = seen.prefetch_related(running).defer("search_text")
    rows, following = paging.page(tickets, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"tickets": rows, "next": following, "form": form, "refusal": refusal}
    status = refusal.status if refusal else 422 if form and form.errors else 200
    return render(request, "helpdesk/restricted_list.html", context, status=status)


@login_required
@require_POST
def entering(request) -> HttpResponse:
    """A platform administrator names themselves; what was typed stays when it cannot be."""
    form = EnterForm(request.POST)
    if not may_enter(request.user):
        raise naming.OnlyAdministrators
    if not form.is_valid():
        return listed(request, form)
    try:
        ticket = naming.enter(**form.cleaned_data, by=request.user)
    except naming.NotRestricted as refusal:
        return listed(request, form, refusal)
    messages.success(request, _("You are named now. Everybody else who is named was told."))
    return redirect("helpdesk:ticket", ticket.number)


@login_required
def restriction(request, number) -> HttpResponse:
    """Who sees it and why; or, where everybody does, the form that changes that."""
    require_desk(request.user)
    ticket = find(request, number)
    if request.method != "POST":
        return shown(request, ticket)
    form = RestrictForm(request.POST)
    if not form.is_valid():
        return shown(request, ticket, form=form)
    try:
        naming.restrict(ticket, **form.cleaned_data, by=request.user)
    except Refusal as refusal:
        return shown(request, ticket, refusal, form=form)
    return back(request, ticket, _("From now on only the people named here see it."))


def shown(request, ticket: Ticket, refusal: Refusal | None = None, **typed: BaseForm) -> HttpResponse:
    """The page with everything that was typed; `typed` replaces one of its forms."""
    context: dict[str, Any] = {"ticket": ticket, "refusal": refusal}
    if ticket.is_restricted:
        context |= {
            "named": list(ticket.named.select_related("person", "by")),
            "naming": NameForm(ticket=ticket),
            "laws": list(ticket.statutory_clocks.select_related("ended_by")),
        }
    else:
        context["form"] = RestrictForm()
    wrong = any(form.errors for form in typed.values())
    status = refusal.status if refusal else 422 if wrong else 200
    return render(request, "helpdesk/restriction.html", context | typed, status=status)


def back(request, ticket: Ticket, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("helpdesk:restriction", ticket.number)


@login_required
@require_POST
def lifting(request, number) -> HttpResponse:
    ticket = find(request, number)
    naming.lift(ticket, by=request.user)
    messages.success(request, _("The restriction is lifted: everybody sees it again whom it concerns."))
    return redirect("helpdesk:ticket", ticket.number)


@login_required
@require_POST
def naming_reader(request, number) -> HttpResponse:
    require_desk(request.user)
    ticket = find(request, number)
    form = NameForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return shown(request, ticket, naming=form)
    person = form.cleaned_data["person"]
    naming.name(ticket, person, by=request.user)
    return back(request, ticket, _("Named: %(name)s") % {"name": person.name})


@login_required
@require_POST
def removing_reader(request, number, pk) -> HttpResponse:
    ticket = find(request, number)
    person = get_object_or_404(Person, pk=pk)
    naming.remove(ticket, person, by=request.user)
    if person == request.user:
        messages.success(request, _("You do not see it any more."))
        return redirect("helpdesk:restricted")
    return back(request, ticket, _("Not named any more: %(name)s") % {"name": person.name})


@login_required
def law(request, number, pk) -> HttpResponse:
    """One deadline: what is known of it."""
    ticket, clock = found(request, number, pk)
    form = ClockFactsForm(request.POST or None, clock=clock)
    if request.method == "POST" and form.is_valid():
        clocks.amend(clock, **form.cleaned_data, by=request.user)
        return back(request, ticket, _("Kept."))
    return of_law(request, ticket, clock, facts=form)


@login_required
@require_POST
def law_ending(request, number, pk) -> HttpResponse:
    """The Board was notified, or the application answered."""
    ticket, clock = found(request, number, pk)
    form = ClockEndForm(request.POST)
    if not form.is_valid():
        return of_law(request, ticket, clock, ending=form)
    try:
        clocks.end(clock, **form.cleaned_data, by=request.user)
    except clocks.NotInOrder as refusal:
        return of_law(request, ticket, clock, refusal, ending=form)
    return back(request, ticket, _("Written down: the deadline has ended."))


def found(request, number: str, pk: int) -> tuple[Ticket, StatutoryClock]:
    require_desk(request.user)
    ticket = find(request, number)
    return ticket, get_object_or_404(ticket.statutory_clocks.select_related("ticket", "ended_by"), pk=pk)


def of_law(
    request, ticket: Ticket, clock: StatutoryClock, refusal: Refusal | None = None, **typed: BaseForm
) -> HttpResponse:
    context: dict[str, Any] = {"ticket": ticket, "clock": clock, "refusal": refusal}
    forms = {"facts": ClockFactsForm(clock=clock), "ending": ClockEndForm(initial={"at": now()})} | typed
    wrong = any(form.errors for form in typed.values())
    status = refusal.status if refusal else 422 if wrong else 200
    return render(request, "helpdesk/statutory_clock.html", context | forms, status=status)
