"""Pages for administrators: who works at a municipality, inviting, revoking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts import invitations, people
from foundation.accounts.forms import InvitationForm
from foundation.directory.models import Invitation, Membership, Municipality, Person
from foundation.outbox import successors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request, code) -> HttpResponse:
    """The people of one municipality and the open invitations to it; POST invites."""
    municipality = get_object_or_404(Municipality.objects.administered_by(request.user), code=code)
    form = InvitationForm(request.POST or None, roles=Membership.MUNICIPAL_ROLES)
    if form.is_valid():
        invitations.invite(municipality=municipality, by=request.user, **form.cleaned_data)
        messages.success(request, _("The invitation is on its way."))
        return redirect("accounts:staff", code)
    roles = Membership.objects.current().filter(municipality=municipality, person__is_active=True)
    invited = list(Invitation.objects.open().filter(municipality=municipality).order_by("email"))
    context = {
        "municipality": municipality,
        "memberships": roles.select_related("person").order_by("person__sort_key", "pk"),
        "open_invitations": invited,
        "closed": successors.closed("email", [invitation.email for invitation in invited]),
        "form": form,
    }
    return render(request, "accounts/staff.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revocation(request, pk) -> HttpResponse:
    """Ask once, with the name, then revoke."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    people.check_care(person, request.user)
    back = page_of_colleagues(person, request.user)
    if request.method == "POST":
        people.revoke(person, by=request.user)
        messages.success(request, _("The account is closed and signed out everywhere."))
        return redirect(back)
    return render(request, "accounts/revocation.html", {"person": person, "back": back})


@login_required
@require_POST
def withdrawal(request, pk) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    invitations.withdraw(invitation, by=request.user)
    messages.success(request, _("The invitation is withdrawn."))
    if invitation.municipality is None or request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        return redirect("accounts:national_invitations")
    return redirect("accounts:staff", invitation.municipality.code)


def page_of_colleagues(person: Person, by: Person) -> str:
    """Where an administrator came from to look at this person."""
    if by.has_role(Membership.Role.PLATFORM_ADMIN):
        return reverse("accounts:one_person", args=[person.pk])
    shared = person.memberships.current().filter(municipality__in=by.administered_municipalities)
    return reverse("accounts:staff", args=[shared.values_list("municipality__code", flat=True)[0]])
