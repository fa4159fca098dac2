"""Finding a municipality, with and without JavaScript."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from foundation.directory.models import Municipality
from foundation.language import texts

SHOWN = 20


@login_required
@require_safe
def municipalities(request) -> HttpResponse:
    """Search by name or code. With `next`, each result leads back there as `?municipality=<code>`."""
    text, back = texts.sought(request.GET.get("q", "")), request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    municipalities = Municipality.objects.visible_to(request.user).matching(text).select_related("province")
    page = list(municipalities[: SHOWN + 1])
    context = {"words": text, "back": back, "municipalities": page[:SHOWN], "there_are_more": len(page) > SHOWN}
    template = "accounts/_municipalities.html" if request.htmx else "accounts/municipalities.html"
    return render(request, template, context)
