"""What people type in this context. Field names are the verbs' keywords."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory import turkish
from foundation.directory.models import Component, Contact, Municipality, Province
from runbooks.broadcasts import audience, composing, templates
from runbooks.broadcasts.audience import Rule
from runbooks.models import Broadcast

Lane = Broadcast.Lane
LARGEST_FILE = 2 * 1024 * 1024
LIVE_LANES = [choice for choice in Lane.choices if choice[0] != Lane.DRILL]


def every_region() -> list[tuple[str, str]]:
    regions = Province.objects.order_by().values_list("region", flat=True).distinct()
    return [(region, region) for region in sorted(regions, key=turkish.sort_key)]


def every_province() -> list[tuple[str, str]]:
    return list(Province.objects.values_list("plate_code", "name"))


def every_module() -> list[tuple[str, str]]:
    return [(part.pk, part.name) for part in Component.objects.exclude(tier=Component.Tier.OUTSIDE)]


class ComposeForm(forms.Form):
    """Whom, what, how. Cleans to `subject`, `text`, `correction`, `spelling`, `lane` and a `rule`."""

    subject = forms.CharField(label=_("Subject"), max_length=120)
    text = forms.CharField(label=_("Text"), max_length=1600, widget=forms.Textarea(attrs={"rows": 4}))
    correction = forms.CharField(
        label=_("Correction that stands ready"),
        max_length=1600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    spelling = forms.ChoiceField(label=_("Spelling"), choices=Broadcast.Spelling.choices, initial="plain")
    lane = forms.ChoiceField(label=_("Lane"), choices=LIVE_LANES, required=False, initial=Lane.OPERATIONAL)
    duties = forms.MultipleChoiceField(label=_("Duties"), choices=Contact.Duty.choices, required=False)
    types = forms.MultipleChoiceField(
        label=_("Kinds of municipality"), choices=Municipality.Type.choices, required=False
    )
    regions = forms.MultipleChoiceField(label=_("Regions"), choices=every_region, required=False)
    provinces = forms.MultipleChoiceField(label=_("Provinces"), choices=every_province, required=False)
    components = forms.MultipleChoiceField(label=_("Modules in use"), choices=every_module, required=False)
    tiers = forms.MultipleChoiceField(
        label=_("Tier"),
        choices=[choice for choice in Component.Tier.choices if choice[0] != Component.Tier.OUTSIDE],
        required=False,
    )
    red_now = forms.BooleanField(label=_("Only municipalities with something down at this moment"), required=False)
    file = forms.FileField(label=_("Or a list of your own (CSV)"), required=False)

    def __init__(self, *arguments, is_drill: bool = False, **kwargs):
        super().__init__(*arguments, **kwargs)
        self.is_drill = is_drill
        for name in templates.ASKED:
            self.fields[f"token_{name}"] = forms.CharField(label=f"{{{name}}}", max_length=60, required=False)

    def asked(self):
        """The token fields that the text at hand needs."""
        text = f"{self['text'].value() or ''} {self['correction'].value() or ''}"
        return [self[f"token_{name}"] for name in templates.ASKED if f"{{{name}}}" in text]

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload:
            return ()
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        try:
            return audience.read_file(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text. Save it as “CSV UTF-8”."))
        except audience.FileIsWrong as wrong:
            raise forms.ValidationError(str(wrong))

    def clean(self):
        super().clean()
        cleaned: dict[str, Any] = self.cleaned_data
        values = {name: cleaned.pop(f"token_{name}", "") for name in templates.ASKED}
        for part in ("text", "correction"):
            cleaned[part] = composing.fill(cleaned.get(part, ""), values)
        narrowing = ("duties", "types", "regions", "provinces", "components", "tiers", "file")
        conditions: dict[str, Any] = {name: tuple(cleaned.pop(name, None) or ()) for name in narrowing}
        if not cleaned["correction"].strip() and not self.is_drill:
            cleaned["correction"] = templates.STANDARD_CORRECTION
        cleaned["rule"] = Rule(red_now=cleaned.pop("red_now", False), **conditions)
        cleaned["lane"] = Lane.DRILL if self.is_drill else cleaned.get("lane") or Lane.OPERATIONAL
        return cleaned


class ApprovalForm(forms.Form):
    """The second person's word: the number of recipients, typed, and what they saw."""

    typed_count = forms.IntegerField(label=_("Number of recipients"), min_value=0)
    binding = forms.CharField(max_length=64, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, strip=True)


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Acknowledgement code"), min_length=4, max_length=6)
