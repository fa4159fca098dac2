"""Pages for platform administrators: the keys that programs have to the API.

There is no operation to make or rotate one: that needs a fresh second step, which a
program cannot show, and a token that makes tokens would outlive its own end.
"""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation import now
from foundation.accounts import adapter
from foundation.accounts.forms import RotationForm, TokenForm
from foundation.accounts.views.register import for_platform_administrators
from foundation.wire.api import paging, tokens
from foundation.wire.models import Token

FORM = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50


@for_platform_administrators
@require_safe
def token_list(request) -> HttpResponse:
    """Every token, the newest first; those that no longer open anything are told apart."""
    everything = Token.objects.select_related("person", "successor")
    rows, following = paging.page(everything, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"noun": "tokens", "tokens": rows, "following": following, "at": now()}
    return render(request, "accounts/register_tokens.html", context)


@never_cache
@for_platform_administrators
@FORM
def new_token(request) -> HttpResponse:
    """Make one after a fresh proof of who makes it; the answer to the POST shows its secret, this once."""
    adapter.confirm_first(request)
    form = TokenForm(request.POST or None, scopes=tokens.known_scopes())
    if form.is_valid():
        facts = form.cleaned_data
        token, secret = tokens.issue(
            form.person, name=facts["name"], scopes=facts["scopes"], lasting=form.lasting, by=request.user
        )
        return shown_once(request, token, secret)
    context = {"form": form, "heading": _("A new token"), "button": _("Make the token")}
    return render(request, "form_page.html", context | {"back": reverse("accounts:tokens")})


@never_cache
@for_platform_administrators
@FORM
def rotation(request, pk) -> HttpResponse:
    """A new secret; the old one works on for as long as is said here."""
    token = get_object_or_404(Token.objects.select_related("person"), pk=pk)
    adapter.confirm_first(request)
    form = RotationForm(request.POST or None)
    if form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        fresh, secret = tokens.rotate(token, lasting=form.lasting, overlap=overlap, by=request.user)
        token.refresh_from_db()
        return shown_once(request, fresh, secret, before=token)
    heading = _("Rotate the token %(name)s") % {"name": token.name}
    context = {"form": form, "heading": heading, "button": _("Make the new secret")}
    return render(request, "form_page.html", context | {"back": reverse("accounts:tokens")})


@for_platform_administrators
@FORM
def revocation(request, pk) -> HttpResponse:
    """End it at once."""
    token = get_object_or_404(Token.objects.select_related("person"), pk=pk)
    adapter.confirm_first(request)
    if request.method == "POST":
        if not tokens.revoke(token, by=request.user):
            raise tokens.TokenOver
        messages.success(request, _("The token has ended; programs that use it are refused from now on."))
        return redirect("accounts:tokens")
    notes = [_("Programs that use it are refused from now on. This cannot be taken back; a new token can be made.")]
    context = {"heading": _("End the token %(name)s?") % {"name": token.name}, "notes": notes, "stops": True}
    return render(request, "form_page.html", context | {"button": _("End it"), "back": reverse("accounts:tokens")})


def shown_once(request, token: Token, secret: str, before: Token | None = None) -> HttpResponse:
    context = {"token": token, "secret": secret, "before": before}
    response = render(request, "accounts/token_secret.html", context, status=201)
    response["Location"] = reverse("accounts:tokens")
    response["Cache-Control"] = "private, no-store"
    return response
