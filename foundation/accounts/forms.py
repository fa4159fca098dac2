"""What people fill in about themselves and each other."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Contact, Membership, Municipality, Person, Province
from foundation.language import phone_numbers
from foundation.language.forms import CleanForm, CleanModelForm, TelephoneField


class ProfileForm(CleanModelForm):
    """Fields are the keywords of `people.describe`."""

    name = forms.CharField(
        label=_("Name and surname"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = TelephoneField(
        label=_("Mobile phone"),
        required=False,
        help_text=_("Only for calling you back and for crisis messages."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        error_messages={"invalid": _("Please write the number with area code, like 0532 123 45 67.")},
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("tr", "Türkçe"), ("en", "English")], widget=forms.RadioSelect
    )

    class Meta:
        model = Person
        fields = ("name", "phone", "language")


class InvitationForm(CleanForm):
    """Fields are the keywords of `invitations.invite`. A municipal administrator's places are given."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args, roles, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Membership.Role.choices)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"),
            widget=forms.RadioSelect,
            choices=[(role, names[role]) for role in roles],
            initial=roles[0],
        )


class AcceptanceForm(CleanForm):
    """How the invited person opens the account: keywords of `invitations.accept`."""

    name = forms.CharField(
        label=_("Name and surname"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least ten characters; a short sentence is easiest to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        someone = Person(email=self.email, name=cleaned.get("name", ""))
        if password := cleaned.get("password"):
            try:
                password_validation.validate_password(password, someone)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return cleaned


class NationalInvitationForm(CleanForm):
    """A platform administrator's invitation to any role; municipal roles name their place by code."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    municipality = forms.ModelChoiceField(
        Municipality.objects.all(),
        to_field_name="code",
        required=False,
        label=_("Code of the municipality"),
        help_text=_("Five digits, for municipal roles only."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid_choice": _("There is no municipality with this code.")},
    )

    province = forms.ModelChoiceField(
        Province.objects.all(),
        required=False,
        label=_("Province"),
        empty_label=_("the whole country"),
        help_text=_("For union observers and volunteer experts only."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("province") and cleaned.get("role") not in Membership.PROVINCIAL_ROLES:
            self.add_error("province", _("This role is not held for a province. Please leave it at the whole country."))
        is_municipal = cleaned.get("role") in Membership.MUNICIPAL_ROLES
        if is_municipal and not cleaned.get("municipality") and "municipality" not in self.errors:
            self.add_error("municipality", _("This role belongs to a municipality. Please write its code."))
        if not is_municipal and cleaned.get("municipality"):
            self.add_error("municipality", _("This role is national. Please leave the code empty."))
        return cleaned


class ContactForm(CleanForm):
    """A way to reach one duty: keywords of `contacts.add`. Telephone numbers become E.164."""

    duty = forms.ChoiceField(label=_("Duty"), choices=Contact.Duty.choices)
    name = forms.CharField(label=_("Name and surname"), max_length=120, required=False)
    channel = forms.ChoiceField(
        label=_("How"), choices=Contact.Channel.choices, initial=Contact.Channel.SMS, widget=forms.RadioSelect
    )
    address = forms.CharField(
        label=_("Mobile phone or e-mail address"),
        max_length=254,
        help_text=_("We send a code there. Crisis messages go to verified addresses only."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if address := cleaned.get("address"):
            parse = mobile if cleaned.get("channel") == Contact.Channel.SMS else mailbox
            try:
                cleaned["address"] = parse(address)
            except forms.ValidationError as problem:
                self.add_error("address", problem)
        return cleaned


def mobile(text: str) -> str:
    """A Turkish mobile number in E.164, however it is written (domain rule 4.11)."""
    number = phone_numbers.read(text)
    if number.kind != "mobile":
        raise forms.ValidationError(_("A mobile number is needed, like 0532 123 45 67. Land lines get no SMS."))
    return number.address


def mailbox(text: str) -> str:
    forms.EmailField().clean(text)
    return text.strip().lower()
