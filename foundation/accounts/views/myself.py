"""Pages about oneself: profile, language, accepting an invitation."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import adapter, exports, invitations, people
from foundation.accounts.forms import AcceptanceForm, ProfileForm
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.language.middleware import LANGUAGES, remember

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=Person.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        people.describe(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return remember(redirect("accounts:profile"), form.cleaned_data["language"])
    context = {
        "form": form,
        "memberships": request.user.current_memberships,
        "places": Municipality.objects.filter(pk__in=request.user.administered_municipalities),
        "has_second_factor": adapter.has_second_factor(request.user),
    }
    return render(request, "accounts/profile.html", context)


@login_required
@require_safe
def data(request) -> HttpResponse:
    """What we hold about oneself, to take along; after a fresh proof of who asks."""
    adapter.confirm_first(request)
    return data_file(request.user, by=request.user)


def data_file(person: Person, *, by: Person) -> JsonResponse:
    """The file, and a line in the record that it was handed out."""
    journal.record("person.exported", person, by=by)
    response = JsonResponse(exports.of(person), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="nobet-verilerim.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@csrf_exempt  # A forged switch changes a language and nothing else; public pages stay free of cookies.
@require_POST
def language(request) -> HttpResponse:
    """Switch the language and return to the page one was on."""
    chosen, back = request.POST.get("language"), request.POST.get("next", "/")
    if chosen not in LANGUAGES:
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        Person.objects.filter(pk=request.user.pk).update(language=chosen)
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    return remember(redirect(back), chosen)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def acceptance(request, secret) -> HttpResponse:
    """The page behind the link of an invitation: name and password, or one tap when signed in."""
    invitation = invitations.find(secret)
    if request.user.is_authenticated and request.user.email == invitation.email:
        return accept_signed_in(request, invitation, secret)
    form = AcceptanceForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if form.is_valid():
        person = invitations.accept(secret, **form.cleaned_data)
        login(request, person, backend=BACKEND)
        return redirect("home")
    return render(request, "accounts/acceptance.html", {"invitation": invitation, "form": form})


def accept_signed_in(request, invitation, secret) -> HttpResponse:
    if request.method == "POST":
        invitations.accept(secret, by=request.user)
        return redirect("home")
    return render(request, "accounts/acceptance.html", {"invitation": invitation, "form": None})
