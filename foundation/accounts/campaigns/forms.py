"""What a campaign asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.campaigns.running import CampaignTerms
from foundation.directory.models import Contact, InvitationState, Province
from foundation.directory.sheets import SheetForm
from foundation.language.forms import CleanForm


class CampaignForm(SheetForm):
    """The list, what it is called, and when the silent are reminded."""

    name = forms.CharField(label=_("What this list is called"), max_length=120)
    remind_after_days = forms.IntegerField(
        label=_("Remind after how many days"),
        min_value=0,
        max_value=6,
        initial=3,
        help_text=_("Whoever has not answered gets one reminder with a fresh link. 0: nobody is reminded."),
    )
    field_order = ("name", "remind_after_days", "sheet", "text")

    @property
    def terms(self) -> CampaignTerms:
        return CampaignTerms(self.cleaned_data["name"], self.cleaned_data["remind_after_days"])


class SourceForm(CleanForm):
    """Which known contacts make the list."""

    province = forms.ModelChoiceField(
        Province.objects.current(), required=False, label=_("Province"), empty_label=_("all provinces")
    )
    duty = forms.ChoiceField(label=_("Duty"), choices=Contact.Duty.choices, initial=Contact.Duty.IT)

    @property
    def provinces(self) -> list[str]:
        chosen = self.cleaned_data["province"]
        return [chosen.pk] if chosen else list(Province.objects.current().values_list("pk", flat=True))


class RowFilter(CleanForm):
    """Which rows of a campaign are shown; what makes no sense is left out."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *InvitationState.choices])
    province = forms.ModelChoiceField(
        Province.objects.all(), required=False, label=_("Province"), empty_label=_("all provinces")
    )

    @property
    def asked(self) -> dict[str, str]:
        self.full_clean()
        province = self.cleaned_data.get("province")
        return {"state": self.cleaned_data.get("state", ""), "province": province.pk if province else ""}
