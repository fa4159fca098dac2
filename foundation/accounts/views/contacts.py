"""Pages for administrators: how a municipality is reached in a crisis."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts import contacts
from foundation.accounts.forms import ContactForm
from foundation.accounts.verification import asking
from foundation.directory.models import Contact, Municipality
from foundation.outbox import successors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_municipality(request, code) -> HttpResponse:
    """The contacts of one municipality; POST lists another."""
    municipality = get_object_or_404(Municipality.objects.administered_by(request.user), code=code)
    form = ContactForm(request.POST or None)
    if form.is_valid():
        contacts.add(municipality, by=request.user, **form.cleaned_data)
        messages.success(request, _("The contact is listed; a code is on its way."))
        return redirect("accounts:contacts", code)
    listed = list(municipality.contacts.order_by("duty", "pk"))
    by_sms = successors.closed(Contact.Channel.SMS, [one.address for one in listed])
    by_mail = successors.closed(Contact.Channel.EMAIL, [one.address for one in listed])
    context = {
        "municipality": municipality,
        "contacts": listed,
        "asked": asking.last_asked(municipality),
        "is_anybody_unproved": any(not one.verified_at and not one.denied_at for one in listed),
        "closed": by_sms | by_mail,
        "form": form,
    }
    return render(request, "accounts/contacts.html", context)


def administered_contact(request, pk: int) -> Contact:
    places = Municipality.objects.administered_by(request.user)
    return get_object_or_404(Contact.objects.filter(municipality__in=places).select_related("municipality"), pk=pk)


@login_required
@require_POST
def verification(request, pk) -> HttpResponse:
    contact = administered_contact(request, pk)
    contacts.verify(contact, request.POST.get("code", ""), by=request.user)
    messages.success(request, _("The address is verified."))
    return redirect("accounts:contacts", contact.municipality.code)


@login_required
@require_POST
def code(request, pk) -> HttpResponse:
    contact = administered_contact(request, pk)
    contacts.send_code(contact, by=request.user)
    messages.success(request, _("A new code is on its way."))
    return redirect("accounts:contacts", contact.municipality.code)


@login_required
@require_POST
def deputy(request, pk) -> HttpResponse:
    """Another contact of the same municipality, or nobody."""
    contact = administered_contact(request, pk)
    chosen = request.POST.get("deputy", "")
    named = administered_contact(request, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None
    contacts.name_deputy(contact, named, by=request.user)
    messages.success(request, _("The deputy is written down."))
    return redirect("accounts:contacts", contact.municipality.code)


@login_required
@require_POST
def removal(request, pk) -> HttpResponse:
    contact = administered_contact(request, pk)
    contacts.remove(contact, by=request.user)
    messages.success(request, _("The contact is removed."))
    return redirect("accounts:contacts", contact.municipality.code)
