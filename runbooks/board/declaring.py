"""The form with which a person says that something is broken."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component, Province
from foundation.language.forms import CleanForm
from monitoring.models import Severity


class DeclarationForm(CleanForm):
    """Its field names are the keywords of `monitoring.outages.declare`."""

    components = forms.ModelMultipleChoiceField(
        Component.objects.current(),
        required=False,
        label=_("What is broken?"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("None chosen: everything of the province."),
    )
    province = forms.ModelChoiceField(
        Province.objects.current(), required=False, label=_("Where?"), empty_label=_("the whole country")
    )
    severity = forms.ChoiceField(
        choices=[("", _("by the rules")), *Severity.choices], required=False, label=_("Severity")
    )
    text_tr = forms.CharField(
        required=False,
        max_length=2000,
        label=_("First word to the public"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Left empty, the prepared sentence goes out."),
    )
    is_drill = forms.BooleanField(required=False, label=_("This is a drill"))
