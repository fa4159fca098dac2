"""Pages for platform administrators: a person's roles, sessions, second step, and their account's end and return."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts import adapter, people, roles
from foundation.accounts.forms import FactorResetForm, RoleForm
from foundation.accounts.views.register import for_platform_administrators
from foundation.directory.models import Membership, Person

FORM = require_http_methods(["GET", "HEAD", "POST"])


def page_of(person: Person) -> str:
    return reverse("accounts:one_person", args=[person.pk])


@for_platform_administrators
@FORM
def giving(request, pk) -> HttpResponse:
    """Give a role, where and how long, after a fresh proof of who gives it."""
    person = get_object_or_404(Person, pk=pk)
    adapter.confirm_first(request)
    form = RoleForm(request.POST or None)
    if form.is_valid():
        facts = form.cleaned_data
        roles.give(person, facts["role"], form.scope, since=form.since, until=form.until, by=request.user)
        messages.success(request, _("The role is given."))
        return redirect(page_of(person))
    heading = _("Give %(name)s a role") % {"name": person.name or person.email}
    context = {"form": form, "heading": heading, "button": _("Give the role"), "back": page_of(person)}
    return render(request, "form_page.html", context)


@for_platform_administrators
@require_POST
def ending(request, pk) -> HttpResponse:
    """Take one role from a person, after a fresh proof of who takes it."""
    membership = get_object_or_404(Membership.objects.not_ended().select_related("person"), pk=pk)
    adapter.confirm_first(request)
    people.end_membership(membership, by=request.user)
    messages.success(request, _("The role has ended."))
    return redirect(page_of(membership.person))


@for_platform_administrators
@require_POST
def restoration(request, pk) -> HttpResponse:
    """Open a closed account again."""
    person = get_object_or_404(Person, pk=pk)
    adapter.confirm_first(request)
    people.restore(person, by=request.user)
    messages.success(request, _("The account is open again, without any role. Please give the roles anew."))
    return redirect(page_of(person))


@for_platform_administrators
@require_POST
def session_ending(request, pk, session) -> HttpResponse:
    """Sign a person out at one place."""
    found = get_object_or_404(UserSession.objects.select_related("user"), user=pk, pk=session)
    people.end_session(found, by=request.user)
    messages.success(request, _("Signed out there; open pages close within seconds."))
    return redirect(page_of(found.user))


@for_platform_administrators
@require_POST
def sessions_ending(request, pk) -> HttpResponse:
    """Sign a person out everywhere."""
    person = get_object_or_404(Person, pk=pk)
    people.end_sessions(person, by=request.user)
    messages.success(request, _("Signed out everywhere; open pages close within seconds."))
    return redirect(page_of(person))


@for_platform_administrators
@FORM
def second_factor_reset(request, pk) -> HttpResponse:
    """Take away a lost second step; the reason goes into the journal."""
    person = get_object_or_404(Person, pk=pk)
    adapter.confirm_first(request)
    form = FactorResetForm(request.POST or None)
    if form.is_valid():
        people.reset_second_factor(person, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The second step is taken away; the person was told by e-mail."))
        return redirect(page_of(person))
    notes = [
        _("Make sure that you speak with the person themselves, for example by calling back."),
        _("They are signed out everywhere, are told by e-mail, and set up a new second step at their next sign-in."),
    ]
    heading = _("Take away the second step of %(name)s?") % {"name": person.name or person.email}
    context = {"form": form, "heading": heading, "notes": notes, "button": _("Take away"), "stops": True}
    return render(request, "form_page.html", context | {"back": page_of(person)})
