"""What municipalities were told: the desk's way to read broadcasts, without numbers and without verbs."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from foundation import now
from foundation.directory.models import Municipality
from runbooks.broadcasts.report import sent_messages

A_PAGE = 20


@login_required
@require_safe
def index(request) -> HttpResponse:
    """Of the last fortnight; `?municipality=26010` leaves those that one was told."""
    if not request.user.works_at_the_desk:
        raise PermissionDenied
    code = request.GET.get("municipality", "").replace("\x00", "")[:20]
    municipality = get_object_or_404(Municipality, code=code) if code else None
    sent = sent_messages.with_reach(sent_messages.sent(now() - sent_messages.LATELY, municipality))
    page = Paginator(sent, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "runbooks/told.html", {"page": page, "municipality": municipality})
