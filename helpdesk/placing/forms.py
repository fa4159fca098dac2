"""What a page takes in about routing rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component, Municipality
from foundation.language.forms import CleanModelForm
from helpdesk.models import Queue, RoutingRule, Ticket

LONGEST = 80
MOST_LINES = 100


class Lines(forms.CharField):
    """One value a line; cleans to a list, each once."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000, **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        listed = list(dict.fromkeys(line for line in lines if line))
        if len(listed) > MOST_LINES or any(len(line) > LONGEST for line in listed):
            raise forms.ValidationError(_("At most 100 lines of 80 characters each."))
        return listed


class Ticked(forms.MultipleChoiceField):
    """Boxes; none ticked means any. Cleans to a list of codes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, required=False, **kwargs)


class RoutingRuleForm(CleanModelForm):
    """A rule. Each condition is empty (anything) or names values of which one has to fit."""

    words = Lines(label=_("Words in subject or text"), help_text=_("One a line; accents and capitals do not matter."))
    senders = Lines(label=_("Senders"), help_text=_("One a line: an address, or @ and a domain for everybody there."))
    languages = Ticked(label=_("Language"), choices=[("tr", _("Turkish")), ("en", _("English"))])
    channels = Ticked(label=_("Channel"), choices=Ticket.Channel.choices)
    municipality_types = Ticked(label=_("Kind of municipality"), choices=Municipality.Type.choices)
    components = Ticked(label=_("Modules"), choices=Component.objects.choices)

    class Meta:
        model = RoutingRule
        fields = ["name", "code", "queue", "words", "senders", "languages", "channels", "municipality_types",
                  "components", "is_active"]  # fmt: skip
        labels = {"name": _("Name"), "code": _("Code"), "queue": _("Queue"), "is_active": _("In force")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["queue"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Queue.objects.standing()
        if self.instance.pk:
            del self.fields["code"]  # it stays for good
