"""`/setup/`: what is missing, one next thing to do, the rest calm. For platform administrators."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.setup import report
from foundation.accounts.views.register import for_platform_administrators
from foundation.readiness import Readiness


@for_platform_administrators
@require_safe
def setup(request) -> HttpResponse:
    """All parts in order; the first that is missing is the one to do next."""
    looked = report.look()
    following = next((one for one in looked if one.is_missing), None)
    done = sum(one.finding.is_ready for one in looked)
    context = {
        "looked": looked,
        "following": following,
        "done": done,
        "missing": sum(one.is_missing for one in looked),
        "states": Readiness,
    }
    return render(request, "setup.html", context)


@for_platform_administrators
@require_POST
def test(request, part: str) -> HttpResponse:
    """Try one part for the person who asks."""
    found = next((one for one in report.all_parts() if one.name == part), None)
    if found is None or found.test is None:
        raise Http404
    # After the commit: a trial may speak to the network, and this form's once-token opens a transaction.
    transaction.on_commit(partial(found.test, request.user))
    messages.success(request, _("Tried: %s") % found.title)
    return redirect("setup")
