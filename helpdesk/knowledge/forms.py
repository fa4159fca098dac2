"""What the desk writes down for the next time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.language.forms import CleanModelForm
from helpdesk.models import Article, Macro


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
    """A reply to keep."""

    class Meta:
        model = Macro
        fields = ("name", "text")
        labels = {"name": _("Name"), "text": _("Text")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
