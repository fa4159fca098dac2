"""Calls: who waits, who was lost, what was said; the screen of one call, and what pops up at whoever answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import now
from foundation.directory.models import Membership
from foundation.language import texts
from foundation.wire.api import paging
from helpdesk.calls import callers, log, lost
from helpdesk.calls.forms import CallForm, CallLogForm, ExtensionForm
from helpdesk.incidents import known_outages
from helpdesk.models import PhoneCall, Ticket
from helpdesk.tickets.forms import UNKNOWN_MODULE
from helpdesk.views.desk import desk_only

PAGE = 50
MOST_WAITING = 20
MOST_BESIDE = 5
FORM = require_http_methods(["GET", "HEAD", "POST"])
JOINED = ("municipality", "caller", "agent", "ticket", "settled_by")


@login_required
@require_safe
def call_list(request) -> HttpResponse:
    desk_only(request)
    return render(request, "helpdesk/calls.html", list_of(request))


@login_required
@require_safe
def rows(request) -> HttpResponse:
    """What an open page fetches again when a call moved."""
    desk_only(request)
    return render(request, "helpdesk/_calls.html", list_of(request))


def list_of(request) -> dict:
    visible = PhoneCall.objects.visible_to(request.user).select_related(*JOINED).defer("ticket__search_text")
    calls, following = paging.page(visible, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    return {
        "waiting": list(visible.waiting(now()).order_by("began_at")[:MOST_WAITING]),
        "lost": lost.waiting(request.user),
        "calls": calls,
        "next": following,
        "most": lost.MOST,
        "keeps_exchanges": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }


@login_required
@require_safe
def mine(request) -> HttpResponse:
    """What pops up: the calls at this agent's extension."""
    desk_only(request)
    calls = PhoneCall.objects.on_the_line(request.user).select_related("municipality", "caller").order_by("-pk")
    shown = [(call, known_outages.touching(call.municipality) if call.municipality else []) for call in calls[:2]]
    return render(request, "helpdesk/_call_now.html", {"calls": shown})


@login_required
@FORM
def call(request, pk) -> HttpResponse:
    """Who calls, from where, what is broken there, what they asked last; one line and one press make a ticket."""
    desk_only(request)
    shown = find(request, pk)
    form = CallForm(request.POST or None, initial=known_already(request, shown))
    if form.is_valid():
        log.note(shown, form.said, by=request.user)
        return go_on(request, shown, form)
    context = around(shown, request.user) | {"call": shown, "form": form}
    return render(request, "helpdesk/call.html", context, status=422 if form.errors else 200)


@login_required
@FORM
def new_call(request) -> HttpResponse:
    """A call that no exchange told of."""
    desk_only(request)
    form = CallLogForm(request.POST or None, initial={"component": UNKNOWN_MODULE, **usual()})
    if form.is_valid():
        minutes = form.cleaned_data["minutes"] or 0
        written = log.write(form.said, by=request.user, number=form.cleaned_data["number"], minutes=minutes)
        return go_on(request, written, form)
    return render(request, "helpdesk/call_new.html", {"form": form}, status=422 if form.errors else 200)


def go_on(request, call: PhoneCall, form: CallForm) -> HttpResponse:
    """To the ticket, if one was asked for; else back to the calls."""
    if form.is_filing:
        filed = log.file_ticket(call, form.terms, by=request.user)
        messages.success(request, _("%(number)s is opened in the caller's name.") % {"number": filed.number})
        return redirect("helpdesk:ticket", number=filed.number)
    messages.success(request, _("The call is kept."))
    return redirect("helpdesk:calls")


def find(request, pk: int) -> PhoneCall:
    visible = PhoneCall.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related(*JOINED, "caller").defer("ticket__search_text"), pk=pk)


def usual() -> dict:
    """What most calls are, so that one press is enough."""
    return {"impact": Ticket.Impact.FEW, "urgency": Ticket.Urgency.HINDERED}


def known_already(request, call: PhoneCall) -> dict:
    """Municipality and caller by the number, or as the reader chose among several; what is broken there."""
    chosen = {name: texts.sought(request.GET.get(name, "")) for name in ("municipality", "who")}
    outage = next(iter(known_outages.touching(call.municipality)), None) if call.municipality else None
    component = next(iter(outage.components.all()), None) if outage else None
    return {
        "municipality": chosen["municipality"] or (call.municipality.code if call.municipality else ""),
        "who": chosen["who"] or (call.caller.email if call.caller else call.caller_name),
        "words": call.words or (outage.title if outage else ""),
        "component": component.pk if component else UNKNOWN_MODULE,
        **usual(),
    }


def around(call: PhoneCall, person) -> dict:
    """What stands beside the form. A constant number of queries."""
    tickets = Ticket.objects.visible_to(person).select_related("component").defer("search_text").order_by("-pk")
    earlier = PhoneCall.objects.visible_to(person).filter(number=call.number).exclude(pk=call.pk)
    return {
        "outages": known_outages.touching(call.municipality) if call.municipality else [],
        "known": callers.known(call.number),
        "tickets": tickets.filter(municipality=call.municipality)[:MOST_BESIDE] if call.municipality else [],
        "earlier": earlier.select_related("agent", "ticket")[:MOST_BESIDE] if call.number else [],
    }


@login_required
@require_POST
def ringing_back(request, pk) -> HttpResponse:
    desk_only(request)
    settled = lost.ring_back(find(request, pk), by=request.user)
    said = ngettext("Rung back: %(n)d attempt is settled.", "Rung back: %(n)d attempts are settled.", settled)
    messages.success(request, said % {"n": settled})
    return redirect("helpdesk:calls")


@login_required
@FORM
def extension(request) -> HttpResponse:
    """Where this agent answers."""
    desk_only(request)
    kept = getattr(request.user, "extension", None)
    form = ExtensionForm(request.POST if request.method == "POST" else None, initial={"number": str(kept or "")})
    if form.is_valid():
        log.sit_at(form.cleaned_data["number"], by=request.user)
        messages.success(request, _("Kept."))
        return redirect("helpdesk:notice_preferences")
    context = {
        "form": form,
        "heading": _("My extension"),
        "button": _("Keep"),
        "back": reverse("helpdesk:notice_preferences"),
    }
    return render(request, "form_page.html", context, status=422 if form.errors else 200)
