"""One search over everything, as a page and as the command palette on every page of the staff."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.language import texts
from helpdesk.search import everywhere, excerpts, finding
from helpdesk.search.bounds import SearchTooBroad
from helpdesk.search.finding import FoundTickets

A_FEW = 6


def staff_only(request) -> None:
    if not request.user.works_nationally:
        raise PermissionDenied


@login_required
@require_safe
def search(request) -> HttpResponse:
    """Tickets in every state with the place that answers, and what else has this name."""
    staff_only(request)
    text, cursor = texts.sought(request.GET.get("q", "")), request.GET.get("cursor", "")
    found, refusal = found_for(request, text, cursor=cursor)
    context = {
        "words": text,
        "found": found,
        "refusal": refusal,
        "answers": excerpts.of(found.tickets, found.question, request.user) if found else [],
        "groups": everywhere.groups(text, request.user) if text and not cursor else [],
    }
    return render(request, "helpdesk/search.html", context, status=refusal.status if refusal else 200)


@login_required
@require_safe
def palette(request) -> HttpResponse:
    """What the palette offers for the words typed so far."""
    staff_only(request)
    text = texts.sought(request.GET.get("q", ""))
    found, refusal = found_for(request, text, limit=A_FEW)
    context = {"words": text, "found": found, "refusal": refusal, "groups": everywhere.groups(text, request.user)}
    return render(request, "helpdesk/_palette.html", context)


def found_for(
    request, text: str, *, cursor: str = "", limit: int = finding.PAGE
) -> tuple[FoundTickets | None, SearchTooBroad | None]:
    """The tickets, or why there is no telling; neither while nothing is asked."""
    if not text:
        return None, None
    try:
        return finding.find(text, request.user, cursor=cursor, limit=limit), None
    except SearchTooBroad as refusal:
        return None, refusal
