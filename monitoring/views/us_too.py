""" "Biz de etkilendik" on the public pages: one tap when signed in; otherwise sign-in and back."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from foundation import now
from monitoring.models import Outage
from monitoring.outages import impact_reports
from monitoring.views.doors import comes_from


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tap(request, pk: int) -> HttpResponse:
    """The button of a page that carries no token: counted when our own page sent it, else asked once more."""
    is_ours = request.method == "POST" and comes_from(request) == "ours"
    if is_ours and request.user.is_authenticated and request.user.own_municipality:
        return counted(request, find(pk))
    return redirect("monitoring:us_too_confirmation", pk=pk)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, pk: int) -> HttpResponse:
    """Where sign-in leads back to: the same button, with a token."""
    outage = find(pk)
    if request.method == "POST" and request.user.own_municipality:
        return counted(request, outage)
    mine = outage.reports.filter(municipality=request.user.own_municipality)
    context = {"outage": outage, "is_noted": mine.exists(), "at": now()}
    return render(request, "monitoring/status/us_too.html", context)


def find(pk: int) -> Outage:
    return get_object_or_404(Outage.objects.open().announced(), pk=pk)


def counted(request, outage: Outage) -> HttpResponse:
    municipality = request.user.own_municipality
    impact_reports.report(outage, municipality, request.user)
    return redirect(reverse("monitoring:us_too_confirmation", args=[outage.pk]))
