"""What people fill in about themselves and each other."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.accounts.roles import RoleScope
from foundation.directory.models import Contact, Membership, Municipality, Person, Province
from foundation.language import phone_numbers
from foundation.language.formatting import ISTANBUL
from foundation.language.forms import CleanForm, CleanModelForm, DayPicker, TelephoneField


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
        Municipality.objects.current(),
        to_field_name="code",
        required=False,
        label=_("Code of the municipality"),
        help_text=_("Five digits, for municipal roles only."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid_choice": _("There is no municipality with this code.")},
    )

    province = forms.ModelChoiceField(
        Province.objects.current(),
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


class FactorResetForm(CleanForm):
    """Why; the journal keeps it."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("How you made sure who asked."))


class RoleForm(CleanForm):
    """A role, where it is held and how long."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    municipality = forms.ModelChoiceField(
        Municipality.objects.current(),
        to_field_name="code",
        required=False,
        label=_("Code of the municipality"),
        help_text=_("Five digits, for municipal roles only."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid_choice": _("There is no municipality with this code.")},
    )
    province = forms.ModelChoiceField(
        Province.objects.current(),
        required=False,
        label=_("Province"),
        empty_label=_("the whole country"),
        help_text=_("For union observers and volunteer experts only."),
    )
    unit = forms.RegexField(
        r"^[a-z0-9-]*$",
        max_length=50,
        required=False,
        label=_("Union or vendor"),
        help_text=_("Its code in small letters, digits and hyphens, where there are several."),
        error_messages={"invalid": _("Small letters a–z, digits and hyphens only.")},
    )
    first = forms.DateField(label=_("From"), required=False, help_text=_("Empty: now."), widget=DayPicker)
    last = forms.DateField(
        label=_("To the end of"), required=False, help_text=_("Empty: until somebody ends it."), widget=DayPicker
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_municipal = cleaned.get("role") in Membership.MUNICIPAL_ROLES
        if is_municipal and not cleaned.get("municipality") and "municipality" not in self.errors:
            self.add_error("municipality", _("This role belongs to a municipality. Please write its code."))
        if not is_municipal and cleaned.get("municipality"):
            self.add_error("municipality", _("This role is national. Please leave the code empty."))
        if cleaned.get("province") and cleaned.get("role") not in Membership.PROVINCIAL_ROLES:
            self.add_error("province", _("This role is not held for a province. Please leave it at the whole country."))
        first, last = cleaned.get("first"), cleaned.get("last")
        if last and last < max(first or last, timezone.localdate(now())):
            self.add_error("last", _("The last day comes after the first, and is not over yet."))
        return cleaned

    @property
    def scope(self) -> RoleScope:
        facts = self.cleaned_data
        return RoleScope(municipality=facts["municipality"], province=facts["province"], unit=facts["unit"])

    @property
    def since(self) -> datetime | None:
        """The first day from midnight in Türkiye; nothing for today and before: now."""
        first = self.cleaned_data["first"]
        return beginning_of(first) if first and first > timezone.localdate(now()) else None

    @property
    def until(self) -> datetime | None:
        last = self.cleaned_data["last"]
        return beginning_of(last + timedelta(days=1)) if last else None


def beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), ISTANBUL)


class LifeForm(CleanForm):
    """How long a token lasts."""

    days = forms.IntegerField(
        label=_("Lasts how many days"), min_value=1, max_value=365, initial=90, help_text=_("A year at most.")
    )

    @property
    def lasting(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class TokenForm(LifeForm):
    """A key for a program: whose rights it has, what it is for, and how far it goes."""

    email = forms.EmailField(
        label=_("E-mail address of the person whose rights it has"),
        help_text=_("A program never sees or does more than this person may."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("What it is for"), max_length=80, help_text=_("For example: EBYS, opens tickets."))
    field_order = ("email", "name", "scopes", "days")

    def __init__(self, *args: Any, scopes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("Scopes"),
            help_text=_("As few as it needs; writing includes reading."),
            choices=[(scope, scope) for scope in scopes],
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(self.field_order)

    def clean_email(self) -> str:
        """The address; the person behind it is kept."""
        email = self.cleaned_data["email"].lower()
        found = Person.objects.filter(email=email, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no open account with this address."))
        self.person = found
        return email


class RotationForm(LifeForm):
    overlap = forms.IntegerField(
        label=_("The old secret works on for how many hours"),
        min_value=0,
        max_value=24 * 30,
        initial=24,
        help_text=_("Time to put the new one in place; 0 ends the old one at once."),
    )


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
