"""What the desk writes down for the next time."""

from django import forms

from foundation.language.forms import CleanModelForm
from helpdesk.models import Article, Macro


class ArticleForm(CleanModelForm):
    """What the desk knows, in Turkish and perhaps in English."""

    class Meta:
        model = Article
        fields = ("title_tr", "slug", "component", "body_tr", "title_en", "body_en")
        widgets = {
            "body_tr": forms.Textarea(attrs={"rows": 12}),
            "body_en": forms.Textarea(attrs={"rows": 6}),
        }


class MacroForm(CleanModelForm):
    """A reply to keep."""

    class Meta:
        model = Macro
        fields = ("name", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
