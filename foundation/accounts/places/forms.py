"""What the pages of the registers take in; names are those of the verbs' facts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.places.components import ComponentFacts
from foundation.accounts.places.municipalities import Facts
from foundation.accounts.places.provinces import ProvinceFacts
from foundation.directory.models import Component, Municipality, Province
from foundation.language.forms import CleanForm

DIGITS = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
UNKNOWN_PLACE = {"invalid_choice": _("There is no municipality with this code today.")}


class PlaceForm(CleanForm):
    """Where a place lies and how many live there."""

    population = forms.IntegerField(label=_("Population"), min_value=0, max_value=100_000_000)
    latitude = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, localize=True, help_text=_("Like 39.7.")
    )
    longitude = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, localize=True)


class MunicipalityForm(PlaceForm):
    """Everything but the code."""

    full_name = forms.CharField(label=_("Full name, as people are shown it"), max_length=160)
    name = forms.CharField(label=_("Short name"), max_length=80)
    type = forms.ChoiceField(label=_("Kind"), choices=Municipality.Type.choices)
    province = forms.ModelChoiceField(Province.objects.current(), label=_("Province"), empty_label=None)
    district = forms.CharField(label=_("District"), max_length=80, required=False)
    parent = forms.ModelChoiceField(
        Municipality.objects.current().filter(type=Municipality.Type.METROPOLITAN),
        to_field_name="code",
        required=False,
        label=_("Metropolitan municipality it belongs to"),
        empty_label=_("none"),
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https", max_length=200)
    field_order = ("code", "full_name", "name", "type", "province", "district", "parent")

    @property
    def facts(self) -> Facts:
        return Facts(**{name: self.cleaned_data[name] for name in Facts.__dataclass_fields__})


class NewMunicipalityForm(MunicipalityForm):
    code = forms.RegexField(
        r"^[0-9]{5}$",
        label=_("Code"),
        help_text=_("Five digits, the first two the province's plate code. Stays for good."),
        error_messages={"invalid": _("Please write five digits, like 26010.")},
        widget=DIGITS,
    )


class ClosingForm(CleanForm):
    """Why something ends; the reason goes into the journal."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Law, decision and date, for example: Law 5747 art. 1, 29.03.2026."),
    )


class MunicipalityClosingForm(ClosingForm):
    """With a successor it is a merger."""

    successor = forms.ModelChoiceField(
        Municipality.objects.current(),
        to_field_name="code",
        required=False,
        label=_("Code of the municipality it merges into"),
        help_text=_("Empty: it is closed without a successor."),
        widget=DIGITS,
        error_messages=UNKNOWN_PLACE,
    )


class RunsForm(CleanForm):
    """Which components a municipality works with."""

    components = forms.ModelMultipleChoiceField(
        Component.objects.current(),
        required=False,
        label=_("Components it works with"),
        help_text=_("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )


class ProvinceForm(PlaceForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    region = forms.CharField(label=_("Region"), max_length=40)
    nuts3 = forms.CharField(label=_("NUTS 3 code"), max_length=5)
    is_metropolitan = forms.BooleanField(label=_("Has a metropolitan municipality"), required=False)
    field_order = ("plate_code", "name", "region", "nuts3")

    @property
    def facts(self) -> ProvinceFacts:
        return ProvinceFacts(**{name: self.cleaned_data[name] for name in ProvinceFacts.__dataclass_fields__})


class NewProvinceForm(ProvinceForm):
    plate_code = forms.RegexField(
        r"^[0-9]{2}$",
        label=_("Plate code"),
        error_messages={"invalid": _("Please write two digits, like 26.")},
        widget=DIGITS,
    )


class ComponentForm(CleanForm):
    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    tier = forms.ChoiceField(label=_("Class"), choices=Component.Tier.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    position = forms.IntegerField(
        label=_("Place in the order"),
        min_value=0,
        max_value=9999,
        required=False,
        help_text=_("People choose in this order, the smallest number first."),
    )

    @property
    def facts(self) -> ComponentFacts:
        return ComponentFacts(**{name: self.cleaned_data[name] for name in ComponentFacts.__dataclass_fields__})


class NewComponentForm(ComponentForm):
    code = forms.RegexField(
        r"^[A-Z][A-Z0-9]*$",
        max_length=20,
        label=_("Code"),
        help_text=_("Capital letters A–Z and digits, like TAHSILAT. Stays for good."),
        error_messages={"invalid": _("Capital letters A–Z and digits only, a letter first.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    field_order = ("code",)


def initial_of(record: Municipality | Province | Component, form: type[CleanForm]) -> dict[str, Any]:
    """What the form shows first."""
    values = {name: getattr(record, name) for name in form.base_fields}
    if isinstance(record, Municipality):
        values["parent"] = record.parent.code if record.parent else None
    return values
