"""What people type in this context. Field names are the verbs' keywords."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation import now
from foundation.directory.models import Component, Contact, Municipality, Province
from foundation.directory.spreadsheets import BadSpreadsheet, as_csv, is_spreadsheet
from foundation.language import collation
from foundation.language.forms import CleanForm
from runbooks.broadcasts.compose import audience, drafts, templates
from runbooks.broadcasts.compose.audience import AudienceRule
from runbooks.models import Broadcast

Lane = Broadcast.Lane
Lines = tuple[tuple[str, str, str, str], ...]  # of an uploaded list, as AudienceRule keeps them
LARGEST_FILE = 2 * 1024 * 1024
LIVE_LANES = [choice for choice in Lane.choices if choice[0] != Lane.DRILL]

# What each token that is filled in once stands for.
ASKED = {
    "saat": pgettext_lazy("token", "Since when"),
    "sonraki": pgettext_lazy("token", "Next word at"),
    "tahmini": pgettext_lazy("token", "Probably until"),
    "plan": pgettext_lazy("token", "Plan"),
    "tel": pgettext_lazy("token", "Telephone to call"),
    "tarih": pgettext_lazy("token", "Date"),
    "modul": pgettext_lazy("token", "Module"),
}


def every_region() -> list[tuple[str, str]]:
    regions = Province.objects.order_by().values_list("region", flat=True).distinct()
    return [(region, region) for region in sorted(regions, key=collation.sort_key)]


def every_province() -> list[tuple[str, str]]:
    return list(Province.objects.current().values_list("plate_code", "name"))


def every_module() -> list[tuple[str, str]]:
    return [(part.pk, part.name) for part in Component.objects.current().exclude(tier=Component.Tier.OUTSIDE)]


def unheard() -> list[tuple[str, str]]:
    """Broadcasts that people may still be silent about, newest first."""
    released = Broadcast.objects.filter(status__in=Broadcast.RELEASED, approved_at__gt=now() - timedelta(days=7))
    return [("", "–"), *((str(sent.pk), f"{sent.number} · {sent.subject}") for sent in released[:30])]


class ComposeForm(CleanForm):
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
    municipalities = forms.CharField(label=_("Only these municipalities"), max_length=4000, required=False)
    silent_in = forms.TypedChoiceField(
        label=_("Only who did not acknowledge"), choices=unheard, coerce=int, empty_value=None, required=False
    )
    file = forms.FileField(label=_("Or a list of your own (XLSX, ODS or CSV)"), required=False)
    drop_file = forms.BooleanField(label=_("Leave the uploaded list out"), required=False)
    chases = forms.BooleanField(
        label=_("Go after the silent: e-mail after 10 minutes, their deputies by SMS after 20"), required=False
    )
    is_public = forms.BooleanField(
        label=_("Public: anyone may read it in the CAP feed, not only officials"), required=False
    )
    list_name = forms.CharField(label=_("Name of the list"), max_length=80, required=False)

    def __init__(
        self, *arguments, is_drill: bool = False, lines: Lines = (), corrects: int | None = None, **kwargs
    ) -> None:
        """`lines` are those of a list that was uploaded earlier; they stay until they are dropped or replaced.

        A correction's audience is not chosen: it is whoever the broadcast with key `corrects` reached.
        """
        super().__init__(*arguments, **kwargs)
        self.is_drill = is_drill
        self.lines = lines
        self.corrects = corrects
        for name in templates.ASKED:
            label = f"{ASKED[name]} {{{name}}}"
            self.fields[f"token_{name}"] = forms.CharField(label=label, max_length=60, required=False)

    def asked(self) -> list[forms.BoundField]:
        """The token fields that the text at hand needs."""
        text = f"{self['text'].value() or ''} {self['correction'].value() or ''}"
        return [self[f"token_{name}"] for name in templates.ASKED if f"{{{name}}}" in text]

    def clean_file(self) -> Lines:
        upload = self.cleaned_data["file"]
        if not upload:
            return self.lines
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        data = upload.read()
        try:
            return audience.read_file(as_csv(data) if is_spreadsheet(data) else data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text. Save it as “CSV UTF-8”."))
        except (audience.FileIsWrong, BadSpreadsheet) as wrong:
            raise forms.ValidationError(str(wrong))

    def clean_municipalities(self) -> tuple[str, ...]:
        """Codes, by code or name, between commas or on lines of their own."""
        names = [part.strip() for part in re.split(r"[,;\n]", self.cleaned_data["municipalities"])]
        return tuple(dict.fromkeys(self._municipality(word) for word in names if word))

    def _municipality(self, word: str) -> str:
        if Municipality.objects.filter(code=word).exists():
            return word
        candidates = list(Municipality.objects.matching(word).values_list("code", "full_name", "name")[:6])
        exact = [
            code
            for code, full_name, name in candidates
            if collation.fold(word) in map(collation.fold, (full_name, name))
        ]
        if len(exact) == 1 or len(candidates) == 1:
            return (exact or [candidates[0][0]])[0]
        if not candidates:
            raise forms.ValidationError(_("No municipality is called “%(word)s”."), params={"word": word})
        names = ", ".join(f"{full_name} ({code})" for code, full_name, _name in candidates)
        raise forms.ValidationError(
            _("“%(word)s” is not one municipality. Do you mean: %(names)s?"), params={"word": word, "names": names}
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned: dict[str, Any] = self.cleaned_data
        values = {name: cleaned.pop(f"token_{name}", "") for name in templates.ASKED}
        for part in ("text", "correction"):
            cleaned[part] = drafts.fill(cleaned.get(part, ""), values)
        if cleaned.pop("drop_file", False):
            cleaned["file"] = ()
        narrowing = ("duties", "types", "regions", "provinces", "components", "tiers", "municipalities", "file")
        conditions: dict[str, Any] = {name: tuple(cleaned.pop(name, None) or ()) for name in narrowing}
        if not cleaned["correction"].strip() and not self.is_drill:
            cleaned["correction"] = templates.STANDARD_CORRECTION
        alone = {name: cleaned.pop(name, None) for name in ("red_now", "silent_in")}
        chosen = AudienceRule(red_now=bool(alone["red_now"]), silent_in=alone["silent_in"], **conditions)
        cleaned["rule"] = AudienceRule(reached_by=self.corrects) if self.corrects else chosen
        cleaned["is_public"] = cleaned.get("is_public", False) and not self.is_drill
        cleaned["lane"] = Lane.DRILL if self.is_drill else cleaned.get("lane") or Lane.OPERATIONAL
        return cleaned


class CountField(forms.IntegerField):
    """A number as the page shows it or as it is typed: 5473, 5.473 and 5 473 are one and the same."""

    def to_python(self, value) -> int | None:
        return super().to_python(re.sub(r"[\s.,]", "", value) if isinstance(value, str) else value)


class ApprovalForm(CleanForm):
    """The second person's word: the number of recipients, typed, and what they saw."""

    typed_count = CountField(label=_("Number of recipients"), min_value=0)
    binding = forms.CharField(max_length=64, widget=forms.HiddenInput)


class GlassForm(ApprovalForm):
    """One person's word, with the reason why there is no second."""

    reason = forms.CharField(label=_("Why can nobody else approve?"), max_length=2000, widget=forms.Textarea)


class AskForm(CleanForm):
    """Which message of which plan may leave without waiting."""

    plan_code = forms.CharField(max_length=20)
    step_key = forms.CharField(max_length=40)


class PreApprovalForm(CleanForm):
    """The second person's word in advance."""

    most = CountField(label=_("At most so many recipients"), min_value=1)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=180)
    binding = forms.CharField(max_length=64, widget=forms.HiddenInput)


class AcknowledgementForm(CleanForm):
    code = forms.CharField(label=_("Acknowledgement code"), min_length=4, max_length=6)
