"""Pages for platform administrators: municipalities, provinces and components are added, changed, ended."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.places import components, municipalities, provinces
from foundation.accounts.places import forms as places
from foundation.accounts.views.register import for_platform_administrators, list_page
from foundation.directory import registers
from foundation.directory.models import Component, Membership, Municipality, Province
from foundation.journal import journal
from foundation.language.forms import CleanForm

FORM = require_http_methods(["GET", "HEAD", "POST"])


def form_page(
    request, form: CleanForm, *, heading: str, button: str, back: str, notes: Sequence[str] = (), stops: bool = False
) -> HttpResponse:
    context = {"form": form, "heading": heading, "button": button, "back": back, "notes": notes, "stops": stops}
    return render(request, "form_page.html", context, status=422 if form.errors else 200)


# --- Municipalities -------------------------------------------------------
@for_platform_administrators
@FORM
def new_municipality(request) -> HttpResponse:
    form = places.NewMunicipalityForm(request.POST or None)
    if form.is_valid():
        made = municipalities.add(form.cleaned_data["code"], form.facts, by=request.user)
        messages.success(request, _("The municipality is in the register."))
        return redirect("accounts:municipality", made.code)
    back = reverse("accounts:every_municipality")
    return form_page(request, form, heading=_("A new municipality"), button=_("Add it"), back=back)


@for_platform_administrators
@FORM
def municipality(request, code) -> HttpResponse:
    """What the register says of one, with its former names; POST changes it."""
    shown = get_object_or_404(Municipality.objects.select_related("province", "successor"), code=code)
    initial = places.initial_of(shown, places.MunicipalityForm)
    form = places.MunicipalityForm(request.POST or None, initial=initial)
    if form.is_valid():
        municipalities.describe(shown, form.facts, by=request.user)
        messages.success(request, _("The municipality is kept."))
        return redirect("accounts:municipality", code)
    context = {"noun": "municipalities", "municipality": shown, "form": form, "runs": shown.components.all()}
    return render(request, "accounts/register_municipality.html", context, status=422 if form.errors else 200)


@for_platform_administrators
@FORM
def municipality_components(request, code) -> HttpResponse:
    """Which components it works with."""
    shown = get_object_or_404(Municipality, code=code)
    chosen = list(shown.components.values_list("pk", flat=True))
    form = places.RunsForm(request.POST if request.method == "POST" else None, initial={"components": chosen})
    back = reverse("accounts:municipality", args=[code])
    if form.is_valid():
        municipalities.run_components(shown, list(form.cleaned_data["components"]), by=request.user)
        messages.success(request, _("Its components are kept."))
        return redirect(back)
    return form_page(request, form, heading=str(shown), button=_("Keep"), back=back)


@for_platform_administrators
@FORM
def municipality_closing(request, code) -> HttpResponse:
    """Says what becomes of its people, contacts, nodes and tickets, then closes or merges it."""
    shown = get_object_or_404(Municipality, code=code)
    form = places.MunicipalityClosingForm(request.POST or None)
    back = reverse("accounts:municipality", args=[code])
    if form.is_valid():
        successor, reason = form.cleaned_data["successor"], form.cleaned_data["reason"]
        municipalities.close(shown, reason=reason, successor=successor, by=request.user)
        messages.success(request, _("The municipality is closed. What happened in its time stays under its name."))
        return redirect(back)
    heading = _("Close %(name)s, or merge it by law") % {"name": shown}
    notes = what_follows(shown)
    return form_page(request, form, heading=heading, button=_("Close it"), back=back, notes=notes, stops=True)


def what_follows(shown: Municipality) -> list[str]:
    roles = Membership.objects.current().filter(municipality=shown).count()
    contacts = shown.contacts.count()
    return [
        ngettext(
            "%(n)d role here ends; if it merges, the person holds the same role in the other municipality.",
            "%(n)d roles here end; if it merges, the people hold the same roles in the other municipality.",
            roles,
        )
        % {"n": roles},
        ngettext("%(n)d crisis contact is removed.", "%(n)d crisis contacts are removed.", contacts) % {"n": contacts},
        _("Its nodes are no longer watched. Open tickets go to the other municipality; without one they stay here."),
        _("Ended tickets, outages and figures stay under its name."),
    ]


@for_platform_administrators
@require_POST
def municipality_reopening(request, code) -> HttpResponse:
    """It was closed by mistake."""
    municipalities.reopen(get_object_or_404(Municipality, code=code), by=request.user)
    messages.success(request, _("It is open again. Please set up its people, contacts and nodes anew."))
    return redirect("accounts:municipality", code)


# --- What ships with us ---------------------------------------------------
@for_platform_administrators
@FORM
def shipped(request) -> HttpResponse:
    """Provinces, municipalities and components that ship with us; takes in those that are missing here."""
    missing = registers.without_changes(registers.compare(registers.SHIPPED))
    count = sum(len(comparison.added) for comparison in missing)
    if request.method == "POST":
        with transaction.atomic():
            registers.carry_out(missing)
            journal.record("register.shipped_taken_in", request.user, by=request.user, count=count)
        messages.success(request, _("The registers are filled: %(n)d rows came in.") % {"n": count})
        return redirect("accounts:every_municipality")
    notes = [
        _("%(n)d rows of the shipped lists of provinces, municipalities and components are missing here.")
        % {"n": count},
        _("What is here already stays as it is, with your changes."),
    ]
    context = {"heading": _("Take in the shipped registers"), "notes": notes, "button": _("Take them in")}
    return render(request, "form_page.html", context | {"back": reverse("accounts:every_municipality")})


# --- Provinces ------------------------------------------------------------
@for_platform_administrators
@require_safe
def every_province(request) -> HttpResponse:
    return list_page(request, "provinces", Province.objects.all(), order=("sort_key", "pk"))


@for_platform_administrators
@FORM
def new_province(request) -> HttpResponse:
    form = places.NewProvinceForm(request.POST or None)
    back = reverse("accounts:every_province")
    if form.is_valid():
        provinces.add(form.cleaned_data["plate_code"], form.facts, by=request.user)
        messages.success(request, _("The province is in the register."))
        return redirect(back)
    return form_page(request, form, heading=_("A new province"), button=_("Add it"), back=back)


@for_platform_administrators
@FORM
def province(request, code) -> HttpResponse:
    shown = get_object_or_404(Province, pk=code)
    form = places.ProvinceForm(request.POST or None, initial=places.initial_of(shown, places.ProvinceForm))
    back = reverse("accounts:every_province")
    if form.is_valid():
        provinces.describe(shown, form.facts, by=request.user)
        messages.success(request, _("The province is kept."))
        return redirect(back)
    notes = [
        _("Called %(name)s until %(day)s.") % {"name": name, "day": f"{day:%d.%m.%Y}"} for day, name in shown.formerly
    ]
    return form_page(request, form, heading=shown.name, button=_("Keep"), back=back, notes=notes)


@for_platform_administrators
@FORM
def province_closing(request, code) -> HttpResponse:
    shown = get_object_or_404(Province, pk=code)
    form = places.ClosingForm(request.POST or None)
    back = reverse("accounts:every_province")
    if form.is_valid():
        provinces.close(shown, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The province is closed."))
        return redirect(back)
    notes = [_("A province can be closed once no municipality lies in it any more.")]
    heading = _("Close the province %(name)s?") % {"name": shown.name}
    return form_page(request, form, heading=heading, button=_("Close it"), back=back, notes=notes, stops=True)


# --- Components -----------------------------------------------------------
@for_platform_administrators
@FORM
def new_component(request) -> HttpResponse:
    form = places.NewComponentForm(request.POST or None)
    if form.is_valid():
        made = components.add(form.cleaned_data["code"], form.facts, by=request.user)
        messages.success(
            request, _("The component is in the register. Its tickets go where the rest goes until a queue takes it.")
        )
        return redirect("accounts:component", made.pk)
    back = reverse("accounts:every_component")
    return form_page(request, form, heading=_("A new component"), button=_("Add it"), back=back)


@for_platform_administrators
@FORM
def component(request, code) -> HttpResponse:
    """What the register says of one and who works with it; POST changes it."""
    shown = get_object_or_404(Component, pk=code)
    form = places.ComponentForm(request.POST or None, initial=places.initial_of(shown, places.ComponentForm))
    if form.is_valid():
        components.describe(shown, form.facts, by=request.user)
        messages.success(request, _("The component is kept."))
        return redirect("accounts:component", code)
    current = Municipality.objects.current()
    context = {
        "noun": "components",
        "component": shown,
        "form": form,
        "named": current.filter(components=shown).count(),
        "everything": current.filter(components=None).count(),
    }
    return render(request, "accounts/register_component.html", context, status=422 if form.errors else 200)


@for_platform_administrators
@FORM
def component_retirement(request, code) -> HttpResponse:
    shown = get_object_or_404(Component, pk=code)
    form = places.ClosingForm(request.POST or None)
    back = reverse("accounts:component", args=[code])
    if form.is_valid():
        components.retire(shown, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The component is retired."))
        return redirect(back)
    notes = [
        _("Nobody can choose it any more: not for tickets, outages or messages. It leaves status pages."),
        _("Its nodes are no longer watched. Open tickets stay in their queues; history keeps its name."),
    ]
    heading = _("Retire %(name)s?") % {"name": shown.name}
    return form_page(request, form, heading=heading, button=_("Retire it"), back=back, notes=notes, stops=True)


@for_platform_administrators
@require_POST
def component_return(request, code) -> HttpResponse:
    """It is worked with again."""
    components.bring_back(get_object_or_404(Component, pk=code), by=request.user)
    messages.success(request, _("The component is back. Its nodes are watched again once somebody says so there."))
    return redirect("accounts:component", code)
