"""The agents' queue, by what is due next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal
from helpdesk import tickets
from helpdesk.distribution import presence
from helpdesk.models import BulkAct, Handover, MajorIncident, Ticket
from helpdesk.saved_views import pinned
from helpdesk.tickets import counters, queue
from helpdesk.tickets.queue import QueueFilter
from helpdesk.window import beside

MOST_AT_ONCE = 50
MOST_FOUND = 6


def desk_only(request) -> None:
    if not request.user.works_at_the_desk:
        raise PermissionDenied


@login_required
@require_safe
def show(request) -> HttpResponse:
    desk_only(request)
    return render(request, "helpdesk/desk.html", page_of(request))


@login_required
@require_safe
def rows(request) -> HttpResponse:
    """The table alone: an open desk fetches it when something changed."""
    desk_only(request)
    return render(request, "helpdesk/_queue.html", page_of(request))


def page_of(request) -> dict:
    presence.seen(request.user)
    wanted = QueueFilter.from_query(request.GET, request.user)
    incidents = MajorIncident.objects.live().select_related("outage").with_link_counts()
    page = queue.page(wanted, request.user)
    numbers = counters.numbers_for(request.user)
    return {
        "wanted": wanted,
        "page": page,
        "waiting": queue.waiting_beside(page, wanted, request.user),
        "numbers": numbers,
        "incidents": list(incidents[:MOST_FOUND]),
        "components": queue.modules_to_choose_from(),
        "severities": Ticket.Severity,
        "statuses": Ticket.OPEN_STATUSES,
        "handed": Handover.objects.unread_by(request.user).select_related("giver", "act")[:3],
        "pinned": pinned.of(request.user),
        "whole_view": pinned.whole_view(wanted, request.user)
        if wanted.saved
        else counters.whole_view(numbers, wanted.view, is_narrowed=wanted.is_narrowed),
        "bulk_kinds": BulkAct.choices(),
        "list": beside.address_of_list(request.GET) or f"?view={wanted.view}",
    }


@login_required
@require_POST
def claims(request) -> HttpResponse:
    """Take several at once; those that somebody else has are left and counted."""
    desk_only(request)
    numbers = request.POST.getlist("number")[:MOST_AT_ONCE]
    taken = 0
    for ticket in Ticket.objects.visible_to(request.user).filter(number__in=numbers):
        try:
            tickets.claim(ticket, by=request.user)
            taken += 1
        except Refusal:
            continue
    left = len(numbers) - taken
    messages.success(request, ngettext("%(n)d ticket is yours.", "%(n)d tickets are yours.", taken) % {"n": taken})
    if left:
        messages.warning(request, _("Somebody else has taken %(n)d of them.") % {"n": left})
    return redirect("helpdesk:desk")
