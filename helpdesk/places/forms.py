"""A note about a municipality, as a page takes it in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.language.forms import CleanForm
from helpdesk.models.places import LONGEST_NOTE


class PlaceNoteForm(CleanForm):
    text = forms.CharField(
        label=_("New note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "nb-input"}),
        help_text=_("The desk alone reads it. No passwords, no identity numbers."),
        error_messages={"required": _("Please write what is to be remembered.")},
    )
