"""What people type about plans: names, an endpoint, its secret. Field names are the verbs' keywords."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.language.forms import CleanForm
from runbooks.plans.source_text import Place

HEADER = re.compile(r"^[A-Za-z0-9-]+\Z")
KEY = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
PLAIN = ("http", "https")


class BlanksForm(CleanForm):
    """What a plan leaves to the house; one field for each blank and each name that is written already."""

    owner = forms.CharField(label=_("Owner"), max_length=300, help_text=_("The team that keeps this plan true."))
    approver = forms.CharField(label=_("Approver"), max_length=300, help_text=_("Who reads it and signs."))
    reviewed_on = forms.DateField(
        label=_("Reviewed on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Mapping | None = None, *, plan: dict) -> None:
        today = timezone.localdate(now()).isoformat()
        initial = {"owner": plan["owner"], "approver": plan["approver"], "reviewed_on": plan["reviewed_on"] or today}
        super().__init__(data, initial=initial)
        self.contacts = plan.get("contacts", [])
        for place, contact in enumerate(self.contacts):
            self.fields[f"contact-{place}"] = forms.CharField(
                label=contact["who"],
                max_length=300,
                initial=contact["reach"],
                help_text=_("How they are reached: a name, a number, hours."),
            )

    @property
    def values(self) -> dict[Place, str | int]:
        """What was typed, by its place in the plan."""
        cleaned = self.cleaned_data
        result: dict[Place, str | int] = {(name,): cleaned[name] for name in ("owner", "approver")}
        result["reviewed_on",] = cleaned["reviewed_on"].isoformat()
        for place in range(len(self.contacts)):
            result["contacts", place, "reach"] = cleaned[f"contact-{place}"]
        return result


class EndpointForm(CleanForm):
    """Where an http step leads."""

    url = forms.URLField(label=_("Address"), max_length=200, assume_scheme="https")
    header = forms.CharField(
        label=_("Header of the secret"),
        max_length=40,
        required=False,
        validators=[RegexValidator(HEADER, _("Letters, digits and hyphens."))],
        help_text=_("For example Authorization or X-Api-Key; empty when there is no secret."),
    )
    may_be_private = forms.BooleanField(label=_("It is inside our own network"), required=False)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url.partition("://")[0] not in PLAIN:
            raise forms.ValidationError(_("An address begins with https:// or http://."))
        if "@" in url.partition("://")[2].partition("/")[0]:
            raise forms.ValidationError(_("Put no name or password into the address: the secret has its own field."))
        return url


class SecretForm(CleanForm):
    """A secret goes in and never comes out."""

    secret = forms.CharField(
        label=_("Secret"),
        max_length=2000,
        required=False,
        strip=True,
        validators=[RegexValidator(r"^[\x21-\x7e ]*\Z", _("Only plain characters travel in a header."))],
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again. Empty takes it away."),
    )


class NewEndpointForm(EndpointForm, SecretForm):
    """A new endpoint with everything it needs."""

    key = forms.CharField(
        label=_("Name in plans"),
        max_length=40,
        validators=[RegexValidator(KEY, _("Small letters, digits and hyphens, such as odeme-kuyrugu."))],
    )
    field_order = ("key", "url", "header", "secret", "may_be_private")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("secret") and not cleaned.get("header"):
            self.add_error("header", _("A secret travels in a header: name the header first."))
        return cleaned
