"""Pages for platform administrators: everyone, every municipality, every component."""

from collections.abc import Callable
from functools import wraps

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation import now
from foundation.accounts import adapter, invitations, people, roles
from foundation.accounts.forms import NationalInvitationForm
from foundation.accounts.views.myself import data_file
from foundation.directory.models import Component, Invitation, Membership, Municipality, Person
from foundation.language import texts
from foundation.outbox import successors
from foundation.wire.api import paging

PAGE = 50


def for_platform_administrators(view: Callable) -> Callable:
    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs) -> HttpResponse:
        if not request.user.has_role(Membership.Role.PLATFORM_ADMIN):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@for_platform_administrators
@require_safe
def everyone(request) -> HttpResponse:
    roles = Membership.objects.current().select_related("municipality")
    people = Person.objects.prefetch_related(Prefetch("memberships", roles))
    return list_page(request, "people", people, order=("sort_key", "pk"))


@for_platform_administrators
@require_safe
def every_municipality(request) -> HttpResponse:
    municipalities = Municipality.objects.select_related("province")
    return list_page(request, "municipalities", municipalities, order=("sort_key", "pk"))


@for_platform_administrators
@require_safe
def every_component(request) -> HttpResponse:
    return list_page(request, "components", Component.objects.all(), order=("position", "pk"))


def list_page(request, noun: str, records, *, order: tuple[str, ...]) -> HttpResponse:
    """One page of a register: `q` searches, `cursor` continues behind the last row seen."""
    text = texts.sought(request.GET.get("q", ""))
    if text:
        records = records.matching(text)
    rows, following = paging.page(records, order=order, cursor=request.GET.get("cursor"), limit=PAGE)
    context = {"noun": noun, "rows": rows, "following": following, "words": text}
    return render(request, f"accounts/register_{noun}.html", context)


@for_platform_administrators
@require_safe
def one_person(request, pk) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    context = {
        "person": person,
        "memberships": person.memberships.select_related("municipality", "province").order_by("-since"),
        "has_second_factor": adapter.has_second_factor(person),
        "sessions": UserSession.objects.filter(user=person).order_by("-last_seen_at"),
        "tokens": person.tokens.usable(now()).order_by("-pk"),
    }
    return render(request, "accounts/register_person.html", context)


@for_platform_administrators
@require_safe
def data(request, pk) -> HttpResponse:
    """What we hold about a person who asked for it, after a fresh proof of who hands it out."""
    person = get_object_or_404(Person, pk=pk)
    adapter.confirm_first(request)
    return data_file(person, by=request.user)


@for_platform_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request, pk) -> HttpResponse:
    """Forget a person for good, after a fresh proof of who asks."""
    person = get_object_or_404(Person, pk=pk)
    adapter.confirm_first(request)
    if request.method == "POST":
        people.erase(person, by=request.user)
        messages.success(request, _("The person is erased."))
        return redirect("accounts:everyone")
    return render(request, "accounts/erasure.html", {"person": person})


@for_platform_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def national_invitations(request) -> HttpResponse:
    """Open invitations everywhere; POST invites to any role."""
    form = NationalInvitationForm(request.POST or None)
    if form.is_valid():
        if form.cleaned_data["role"] not in roles.LOCAL_ROLES:
            adapter.confirm_first(request)
        invitations.invite(by=request.user, **form.cleaned_data)
        messages.success(request, _("The invitation is on its way."))
        return redirect("accounts:national_invitations")
    waiting = list(Invitation.objects.open().select_related("municipality", "province").order_by("-created_at")[:200])
    closed = successors.closed("email", [invitation.email for invitation in waiting])
    context = {"form": form, "open_invitations": waiting, "closed": closed}
    return render(request, "accounts/register_invitations.html", context)
