"""One tap instead of a ticket."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.views.portal import NobodyToFileFor
from monitoring.models import Outage
from monitoring.outages import impact_reports


@login_required
@require_POST
def me_too(request, pk) -> HttpResponse:
    """ "Biz de etkilendik": counts once a municipality, however many people tap."""
    municipality = request.user.own_municipality
    if municipality is None:
        raise NobodyToFileFor
    outage = get_object_or_404(Outage.objects.open().announced(), pk=pk)
    impact_reports.report(outage, municipality, request.user)
    messages.success(request, _("Thank you, we have noted it. We will let you know when it is over."))
    return redirect("helpdesk:new_ticket")
