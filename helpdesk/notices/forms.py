"""What the pages about notices take in."""

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.language.forms import CleanForm
from helpdesk.models import LetterWay, NoticeMatter, NoticePreference


class PreferencesForm(CleanForm):
    """A choice of letter and a tick for push for each matter, and quiet hours. Cleans to the keywords of `choose`."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        label=_("until"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("Letters and pushes wait until then, except about S1 tickets. The same time twice: never quiet."),
    )

    def __init__(self, data=None, *, preference: NoticePreference) -> None:
        initial = {"quiet_from": preference.quiet_from, "quiet_until": preference.quiet_until}
        super().__init__(data, initial=initial)
        for matter in NoticeMatter:
            self.fields[f"mail_{matter}"] = forms.ChoiceField(
                label=_("Letter"), choices=LetterWay.choices, initial=preference.way(matter)
            )
            self.fields[f"push_{matter}"] = forms.BooleanField(
                label=_("Push"), required=False, initial=preference.is_pushed(matter)
            )

    def rows(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """(matter, letter, push), to draw."""
        for matter in NoticeMatter:
            yield str(matter.label), self[f"mail_{matter}"], self[f"push_{matter}"]

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        return {
            "quiet_from": cleaned.get("quiet_from"),
            "quiet_until": cleaned.get("quiet_until"),
            "mail": {matter.value: cleaned.get(f"mail_{matter}") for matter in NoticeMatter},
            "push": [matter.value for matter in NoticeMatter if cleaned.get(f"push_{matter}")],
        }


class PushSubscriptionForm(CleanForm):
    """What a browser says of itself when it agrees to pushes."""

    endpoint = forms.CharField(max_length=2000)
    p256dh = forms.RegexField(r"^[\w-]{20,200}={0,2}$", max_length=200)
    auth = forms.RegexField(r"^[\w-]{8,100}={0,2}$", max_length=100)


class FollowerForm(CleanForm):
    """Whose address it is; empty for oneself."""

    email = forms.EmailField(label=_("E-mail of who gets copies"), max_length=254, required=False)
