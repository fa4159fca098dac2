"""What a subscriber types; field names are the verbs' keywords."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from foundation.accounts.forms import mailbox, mobile
from foundation.directory.models import Component
from foundation.language.forms import CleanForm
from monitoring.models import Severity, Subscriber

LANGUAGES = (("tr", "Türkçe"), ("en", "English"))
WORTH_TELLING = (
    (Severity.S4, _("everything")),
    (Severity.S2, _("major outages (S1, S2)")),
    (Severity.S1, _("only the gravest (S1)")),
)


class WishesForm(CleanForm):
    """What to hear of: keywords of `signup.change`."""

    components = forms.ModelMultipleChoiceField(
        Component.objects.current(),
        label=_("Only these components"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    least_severity = forms.ChoiceField(
        label=_("How grave"), choices=WORTH_TELLING, initial=Severity.S4, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="tr", widget=forms.RadioSelect)


class SubscriptionForm(WishesForm):
    """A new subscription: keywords of `signup.ask`."""

    channel = forms.ChoiceField(
        label=_("How shall we tell you?"),
        choices=Subscriber.Channel.choices,
        initial=Subscriber.Channel.EMAIL,
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label=_("E-mail address, mobile number or https address"),
        max_length=254,
        help_text=_(
            "We first ask there whether it is yours. SMS come when an outage begins and ends, and when maintenance "
            "begins; e-mail and webhooks hear every update."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["channel", "address", "least_severity", "components", "language"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if address := cleaned.get("address"):
            try:
                cleaned["address"] = NORMAL[cleaned.get("channel", Subscriber.Channel.EMAIL)](address.strip())
            except ValidationError as problem:
                self.add_error("address", problem)
        return cleaned


def receiver(text: str) -> str:
    """An https address of somebody's program, without a password in it. Where it leads is judged when we connect."""
    URLValidator(schemes=["https"], message=_("An https address is needed, like https://belediye.example/durum."))(text)
    parts = urlsplit(text)
    if parts.username or parts.password or parts.fragment:
        raise ValidationError(_("The address may contain neither a password nor a part after #."))
    return text


NORMAL = {
    Subscriber.Channel.EMAIL: mailbox,
    Subscriber.Channel.SMS: mobile,
    Subscriber.Channel.HOOK: receiver,
}


class SubscriberCodeForm(CleanForm):
    """A code that came by SMS: six digits to prove a number, eight letters to leave."""

    code = forms.CharField(
        label=_("Code"), max_length=12, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


def initial(subscriber: Subscriber) -> dict:
    return {
        "components": subscriber.components.all(),
        "least_severity": subscriber.least_severity,
        "language": subscriber.language,
    }
