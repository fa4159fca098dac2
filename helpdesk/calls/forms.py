"""What an agent types of a call: who, one line, how long; and which ticket comes of it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.directory.models import Component, Municipality, Person
from foundation.language.forms import CleanForm
from helpdesk.calls import numbers
from helpdesk.calls.log import CallTerms, CallWords
from helpdesk.models import Ticket
from helpdesk.tickets import agents
from helpdesk.tickets.forms import OUTSIDE_PROVIDER, municipality_named

FILE = "file"  # the button that makes a ticket of it
LONGEST_CALL = 8 * 60  # minutes


class CallForm(CleanForm):
    """`act` is the button that was pressed: with "file" municipality and module are asked for, too."""

    municipality = forms.CharField(
        label=gettext_lazy("Municipality"), max_length=120, required=False, help_text=gettext_lazy("Name or code")
    )
    who = forms.CharField(
        label=gettext_lazy("Who calls?"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The e-mail address of an account, or a name"),
    )
    words = forms.CharField(
        label=gettext_lazy("In one line"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "nb-input", "data-key": "w"}),
    )
    component = forms.ChoiceField(label=gettext_lazy("Module"), required=False)
    impact = forms.ChoiceField(
        label=gettext_lazy("How many people cannot work?"), choices=Ticket.Impact.choices, required=False
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("What does it stop?"), choices=Ticket.Urgency.choices, required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        components = Component.objects.current().exclude(tier=OUTSIDE_PROVIDER)
        field = self.fields["component"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *components.choices()]
        for name in ("component", "impact", "urgency"):
            self.fields[name].widget.attrs["class"] = "nb-input"

    @property
    def is_filing(self) -> bool:
        return self.data.get("act") == FILE

    def clean_municipality(self) -> Municipality | None:
        text = self.cleaned_data["municipality"]
        if not text and self.is_filing:
            raise forms.ValidationError(_("Please say which municipality calls."))
        return municipality_named(text) if text else None

    def clean_component(self) -> Component | None:
        code = self.cleaned_data["component"]
        if not code and self.is_filing:
            raise forms.ValidationError(_("Please choose a module."))
        return Component.objects.get(pk=code) if code else None

    @property
    def said(self) -> CallWords:
        """Whoever has an account at this municipality is known by it; anybody else by the name that was typed."""
        municipality, who = self.cleaned_data["municipality"], self.cleaned_data["who"]
        person = clerk(who, municipality) if who and municipality else None
        return CallWords(municipality, person, person.name if person else who, self.cleaned_data["words"])

    @property
    def terms(self) -> CallTerms:
        data = self.cleaned_data
        return CallTerms(
            data["component"], data["impact"] or Ticket.Impact.FEW, data["urgency"] or Ticket.Urgency.HINDERED
        )


class CallLogForm(CallForm):
    """The same for a call that no exchange told of."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=40, required=False)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=0, max_value=LONGEST_CALL, required=False, initial=3
    )
    field_order = ("municipality", "who", "number", "words", "minutes", "component", "impact", "urgency")

    def clean_number(self) -> str:
        typed = self.cleaned_data["number"]
        number = numbers.e164(typed)
        if typed and not number:
            raise forms.ValidationError(_("This number is not complete. It has 11 digits: 0532 000 00 00"))
        return number


class ExtensionForm(CleanForm):
    number = forms.RegexField(
        r"^[0-9]{1,12}$",
        label=gettext_lazy("Extension"),
        required=False,
        help_text=gettext_lazy("Calls that you answer there open in your browser. Empty: none do."),
        error_messages={"invalid": gettext_lazy("Digits only, like 214.")},
        widget=forms.TextInput(attrs={"class": "nb-input hd-slim", "inputmode": "numeric", "autocomplete": "off"}),
    )


class ExchangeForm(CleanForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Please say which exchange it is.")},
    )


def clerk(text: str, municipality: Municipality) -> Person | None:
    """By address, or by a name that fits one person alone."""
    clerks = agents.clerks_of(municipality)
    found = list(clerks.filter(email=text.lower())[:1]) or list(clerks.matching(text)[:2])
    return found[0] if len(found) == 1 else None
