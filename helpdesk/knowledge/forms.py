"""What the desk writes down for the next time."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component
from foundation.language.forms import CleanForm, CleanModelForm
from helpdesk.models import Article, Macro
from helpdesk.tickets.agents import at_the_desk


class ArticleForm(CleanModelForm):
    """What the desk knows, in Turkish and perhaps in English."""

    class Meta:
        model = Article
        fields = ("title_tr", "slug", "component", "body_tr", "title_en", "body_en")
        labels = {
            "title_tr": _("Question, in Turkish"),
            "slug": _("Last part of its address"),
            "component": _("Module"),
            "body_tr": _("Answer, in Turkish"),
            "title_en": _("Question, in English"),
            "body_en": _("Answer, in English"),
        }
        widgets = {
            "body_tr": forms.Textarea(attrs={"rows": 12}),
            "body_en": forms.Textarea(attrs={"rows": 6}),
        }


class MacroForm(CleanModelForm):
    """A reply to keep, and what it does besides."""

    class Meta:
        model = Macro
        fields = ("name", "text", "then", "note", "takes_over", "to", "component", "snooze")
        labels = {"name": _("Name"), "text": _("Text")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, queryset in (("to", at_the_desk()), ("component", Component.objects.current())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset


class MacroBlanksForm(CleanForm):
    """One line for each blank of a macro."""

    def __init__(self, *args, names: Sequence[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for place, name in enumerate(names):
            self.fields[f"blank{place}"] = forms.CharField(label=name, max_length=500)

    @property
    def blanks(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"blank{place}"] for place, name in enumerate(self.names)}
