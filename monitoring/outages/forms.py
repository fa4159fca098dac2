"""What the watch types about an outage; field names are the verbs' keywords."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.language.forms import CleanForm, CleanModelForm
from monitoring.models import Outage, UpdateTemplate

NEXT = ((15, _("in 15 minutes")), (30, _("in 30 minutes")), (60, _("in an hour")), (120, _("in two hours")), (0, "–"))
PICKER = "%Y-%m-%dT%H:%M:%S"


def paragraph(label, *, rows: int = 4, **options) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


class UpdateForm(CleanForm):
    """An update in both languages, its stage, and when people hear next."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Outage.Stage.choices, widget=forms.RadioSelect)
    text_tr = paragraph(_("Turkish"), max_length=2000)
    text_en = paragraph(
        _("English"), max_length=2000, required=False, help_text=_("Empty: English readers see the Turkish text.")
    )
    minutes = forms.TypedChoiceField(label=_("Next word"), choices=NEXT, coerce=int, initial=30)
    confirmed = forms.BooleanField(required=False)
    because = forms.CharField(
        label=_("Why nobody else can look at it now"),
        max_length=300,
        required=False,
        help_text=_("The whole watch reads it on the board and in the situation room."),
    )

    @property
    def words(self) -> dict:
        """Keywords of `monitoring.outages.preview.preview`; after the last word no next one is announced."""
        chosen = {name: self.cleaned_data[name] for name in ("stage", "text_tr", "text_en", "minutes")}
        return chosen | {"minutes": 0} if chosen["stage"] == Outage.Stage.RESOLVED else chosen


class DecisionForm(CleanForm):
    """What is to become of words that wait: let out, sent back (with a note), or taken back by their writer."""

    decision = forms.ChoiceField(choices=[(word, word) for word in ("let_out", "send_back", "take_back")])
    note = forms.CharField(label=_("What should be different?"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "send_back" and not cleaned.get("note"):
            self.add_error("note", _("Please say what should be different."))
        return cleaned


class CorrectionForm(CleanForm):
    text_tr = paragraph(_("Turkish"), max_length=2000)
    text_en = paragraph(_("English"), max_length=2000, required=False)
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Everyone reads this beside the correction."))


class TimesForm(CleanForm):
    """Beginning and, of an outage that is over, end; to the second, in local time."""

    started_at = forms.DateTimeField(label=_("Began"))
    ended_at = forms.DateTimeField(label=_("Ended"), required=False)
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Everyone reads this beside the correction."))

    def __init__(self, *arguments, outage: Outage, **options) -> None:
        super().__init__(*arguments, **options)
        self.outage = outage
        for name in ("started_at", "ended_at"):
            attributes = {"type": "datetime-local", "step": "1"}
            self.fields[name].widget = forms.DateTimeInput(attrs=attributes, format=PICKER)
            self.initial[name] = getattr(outage, name) and getattr(outage, name).replace(microsecond=0)
        if outage.is_open:
            del self.fields["ended_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        started, ended = cleaned.get("started_at"), cleaned.setdefault("ended_at", None)
        if started and started > now():
            self.add_error("started_at", _("This lies in the future."))
        if not self.outage.is_open and not ended and "ended_at" not in self.errors:
            self.add_error("ended_at", _("An outage that is over keeps an end."))
        if ended and ended > now():
            self.add_error("ended_at", _("This lies in the future."))
        if started and ended and ended < started:
            self.add_error("ended_at", _("The end comes after the beginning."))
        return cleaned


class ReportForm(CleanForm):
    text_tr = paragraph(_("Turkish"), rows=18, max_length=20_000)
    text_en = paragraph(_("English"), rows=18, max_length=20_000, required=False)


class TemplateForm(CleanModelForm):
    class Meta:
        model = UpdateTemplate
        fields = ["name", "stage", "text_tr", "text_en", "position"]
        labels = {
            "name": _("Name"),
            "stage": _("Stage"),
            "text_tr": _("Turkish"),
            "text_en": _("English"),
            "position": _("Position"),
        }
        widgets = {"text_tr": forms.Textarea(attrs={"rows": 4}), "text_en": forms.Textarea(attrs={"rows": 4})}
