"""Pages for platform administrators: many invitations at once, looked at before they leave, watched while they go."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import invitations
from foundation.accounts.campaigns import progress, running, sheet, sources
from foundation.accounts.campaigns.forms import CampaignForm, RowFilter, SourceForm
from foundation.accounts.views.register import PAGE, for_platform_administrators
from foundation.directory.models import Contact, Invitation, InvitationCampaign, Membership
from foundation.language.formatting import number
from foundation.outbox import successors
from foundation.wire.api import paging

SHOWN = 100  # faulty lines, and good ones, of a preview
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@for_platform_administrators
@require_safe
def campaigns(request) -> HttpResponse:
    """Lists that were invited, the latest first."""
    listed = InvitationCampaign.objects.visible_to(request.user).select_related("by")
    rows, following = paging.page(listed, order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"noun": "invitations", "campaigns": rows, "following": following}
    return render(request, "accounts/campaigns.html", context)


@for_platform_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request) -> HttpResponse:
    """The list: a sheet or the known contacts; then what is wrong with which line; then the letters leave."""
    if request.method != "POST":
        return render(request, "accounts/campaign_new.html", asked_for_list(request))
    form = CampaignForm(request.POST, request.FILES)
    context: dict[str, Any] = {"noun": "invitations", "form": form, "columns": sheet.SHOWN_COLUMNS}
    context |= {"source": SourceForm(initial={"duty": "it"}), "text": request.POST.get("text", "")}
    if not form.is_valid():
        return render(request, "accounts/campaign_new.html", context, status=422)
    judged = sheet.read(form.cleaned_data["text"])
    if request.POST.get("confirm") == str(len(judged.ready)) and judged.ready:
        campaign = running.order(judged, form.terms, by=request.user)
        return redirect("accounts:campaign", campaign.pk)
    context |= {"sheet": judged, "text": form.cleaned_data["text"], "changed": "confirm" in request.POST}
    context |= {"faulty": judged.faulty[:SHOWN], "ready": judged.ready[:SHOWN]}
    return render(
        request, "accounts/campaign_new.html", context, status=422 if judged.faulty or judged.problem else 200
    )


def asked_for_list(request) -> dict[str, Any]:
    """The empty form, or one that is filled from the contacts that were asked for."""
    source = SourceForm(request.GET if "duty" in request.GET else None, initial={"duty": "it"})
    context: dict[str, Any] = {"noun": "invitations", "source": source, "columns": sheet.SHOWN_COLUMNS}
    initial = {}
    if source.is_bound and source.is_valid():
        found = list(sources.contacts(source.provinces, source.cleaned_data["duty"])[: sheet.MOST_LINES])
        place = source.cleaned_data["province"] or _("all provinces")
        duty = Contact.Duty(source.cleaned_data["duty"]).label
        initial = {"name": f"{place}, {duty}"}
        context |= {"found": len(found), "text": sources.as_text(found) if found else ""}
    return context | {"form": CampaignForm(initial=initial | {"remind_after_days": 3})}


def find(request, pk: int) -> InvitationCampaign:
    return get_object_or_404(InvitationCampaign.objects.visible_to(request.user).select_related("by"), pk=pk)


@for_platform_administrators
@require_safe
def campaign(request, pk) -> HttpResponse:
    """How far it has come, by province, and every line."""
    found = find(request, pk)
    rows_form = RowFilter(request.GET)
    asked = rows_form.asked
    listed = progress.shown_rows(found, **asked)
    rows, following = paging.page(listed, order=("pk",), cursor=request.GET.get("cursor"), limit=PAGE)
    closed = successors.closed("email", [row.email for row in rows if row.email])
    context = {"noun": "invitations", "campaign": found, "progress": progress.of(found), "rows": rows}
    context |= {"following": following, "rows_form": rows_form, "asked": asked, "closed": closed}
    return render(request, "accounts/campaign.html", context)


@for_platform_administrators
@require_safe
def campaign_progress(request, pk) -> HttpResponse:
    """The upper half as a fragment, fetched again while it goes."""
    found = find(request, pk)
    return render(request, "accounts/_campaign_progress.html", {"campaign": found, "progress": progress.of(found)})


@for_platform_administrators
@require_POST
def campaign_stopping(request, pk) -> HttpResponse:
    """No further letter leaves."""
    left = running.stop(find(request, pk), by=request.user)
    sentence = ngettext("Stopped: %(n)s letter stays here.", "Stopped: %(n)s letters stay here.", left)
    messages.success(request, sentence % {"n": number(left)})
    return redirect("accounts:campaign", pk)


@for_platform_administrators
@require_POST
def campaign_letters(request, pk) -> HttpResponse:
    """One more letter to everybody who is silent."""
    people = running.write_again(find(request, pk), by=request.user)
    sentence = ngettext("%(n)s person is written to once more.", "%(n)s people are written to once more.", people)
    messages.success(request, sentence % {"n": number(people)})
    return redirect("accounts:campaign", pk)


@for_platform_administrators
@require_safe
def campaign_file(request, pk) -> HttpResponseBase:
    """Every line with how it stands: CSV, or XLSX with `format=xlsx`."""
    found = find(request, pk)
    answer: HttpResponseBase
    if request.GET.get("format") == "xlsx":
        answer, ending = HttpResponse(progress.as_xlsx(found), content_type=XLSX), "xlsx"
    else:
        answer = StreamingHttpResponse(progress.as_csv(found), content_type="text/csv; charset=utf-8")
        ending = "csv"
    answer["Content-Disposition"] = f'attachment; filename="davetler-{found.pk}.{ending}"'
    return answer


@login_required
@require_POST
def invitation_letter(request, pk) -> HttpResponse:
    """One more letter for one invitation, with a fresh link."""
    invitation = get_object_or_404(
        Invitation.objects.visible_to(request.user).select_related("municipality", "province"), pk=pk
    )
    invitations.send_again(invitation, by=request.user)
    messages.success(request, _("The invitation is on its way once more; the earlier link no longer works."))
    if invitation.municipality is None or request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        return redirect("accounts:national_invitations")
    return redirect("accounts:staff", invitation.municipality.code)
