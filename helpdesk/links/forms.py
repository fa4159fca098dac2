"""What is asked before a message becomes a ticket of its own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component
from foundation.language.forms import CleanForm
from helpdesk.tickets.forms import new_token


class MessageSplitForm(CleanForm):
    """Cleans to the keywords of `links.splitting.split`."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_token)
    subject = forms.CharField(
        label=_("Subject"),
        max_length=160,
        error_messages={"required": _("Please write what happened, in one sentence.")},
    )
    component = forms.ModelChoiceField(
        label=_("Module"),
        queryset=Component.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("Please choose a module.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["component"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Component.objects.current()
