"""Telephone exchanges that may tell us of calls: let in, ended."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.calls import exchanges
from helpdesk.calls.forms import ExchangeForm
from helpdesk.models import Exchange
from helpdesk.teams.teams import require_administrator

MOST = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exchange_list(request) -> HttpResponse:
    """Those that may come in, and a form for one more; its secret is shown once."""
    require_administrator(request.user)
    form = ExchangeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        exchange, secret = exchanges.let_in(form.cleaned_data["name"], by=request.user)
        return shown_once(request, exchange, secret)
    context = {"form": form, "exchanges": Exchange.objects.order_by("ended_at", "-pk")[:MOST]}
    return render(request, "helpdesk/exchanges.html", context, status=422 if form.errors else 200)


def shown_once(request, exchange: Exchange, secret: str) -> HttpResponse:
    address = settings.PUBLIC_BASE_URL + reverse("helpdesk:exchange_call", args=[secret])
    context = {"exchange": exchange, "address": address, "secret": secret}
    response = render(request, "helpdesk/exchange_secret.html", context, status=201)
    response["Location"] = reverse("helpdesk:exchanges")
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def exchange_ending(request, pk) -> HttpResponse:
    require_administrator(request.user)
    exchange = get_object_or_404(Exchange, pk=pk)
    exchanges.end(exchange, by=request.user)
    messages.success(request, _("%(name)s is not heard any more.") % {"name": exchange.name})
    return redirect("helpdesk:exchanges")
