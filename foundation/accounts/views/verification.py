"""Pages that ask contacts whether their addresses are right, and the page on which they answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.verification import answers, asking, progress
from foundation.accounts.verification.asking import RoundScope
from foundation.accounts.verification.forms import RequestFilter, RoundForm
from foundation.accounts.views.register import PAGE, for_platform_administrators
from foundation.directory.models import Municipality, VerificationRequest, VerificationRound
from foundation.language import phone_numbers
from foundation.language.formatting import number
from foundation.wire.api import paging


@for_platform_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def rounds(request) -> HttpResponse:
    """Rounds, the latest first; POST begins one."""
    form = RoundForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect("accounts:verification", asking.order(form.scope, by=request.user).pk)
    listed = VerificationRound.objects.visible_to(request.user).select_related("by", "municipality", "province")
    rows, following = paging.page(listed, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"noun": "verification", "form": form, "rounds": rows, "following": following}
    return render(request, "accounts/verifications.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def of_municipality(request, code) -> HttpResponse:
    """One press: every address of one municipality that nobody has proved is asked."""
    municipality = get_object_or_404(Municipality.objects.administered_by(request.user), code=code)
    asked = asking.order(RoundScope(municipality=municipality), by=request.user).total
    sentence = ngettext("%(n)s address is asked whether it is right.", "%(n)s addresses are asked.", asked)
    messages.success(request, sentence % {"n": number(asked)})
    return redirect("accounts:contacts", code)


def find(request, pk: int) -> VerificationRound:
    visible = VerificationRound.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("by", "municipality", "province"), pk=pk)


@for_platform_administrators
@require_safe
def one_round(request, pk) -> HttpResponse:
    """Who answered what, by province, and every address."""
    found = find(request, pk)
    rows_form = RequestFilter(request.GET)
    asked = rows_form.asked
    listed = progress.shown_requests(found, **asked)
    rows, following = paging.page(listed, order=("pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"noun": "verification", "round": found, "progress": progress.of(found), "rows": rows}
    context |= {"following": following, "rows_form": rows_form, "asked": asked}
    return render(request, "accounts/verification.html", context)


@for_platform_administrators
@require_POST
def stopping(request, pk) -> HttpResponse:
    """What has not left stays here."""
    asking.stop(find(request, pk), by=request.user)
    return redirect("accounts:verification", pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_answer(request, secret) -> HttpResponse:
    """The page behind the link: right, or not me. Opening it changes nothing."""
    asked = answers.find(secret)
    given = request.POST.get("answer", "")
    if request.method == "POST" and given in VerificationRequest.Answer.values:
        answers.answer(secret, given)
        return redirect("accounts:contact_answer", secret)
    listed = list(answers.contacts_of(asked))
    context = {
        "asked": asked,
        "address": phone_numbers.masked(asked.address),
        "contacts": listed,
        "is_stopped": any(contact.opted_out_at for contact in listed),
    }
    return render(request, "accounts/contact_answer.html", context, status=422 if request.method == "POST" else 200)
