"""What a round asks for, and what is shown of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.verification.asking import RoundScope
from foundation.directory.models import Contact, Province, VerificationState
from foundation.language.forms import CleanForm


class RoundForm(CleanForm):
    """Whose contacts are asked."""

    province = forms.ModelChoiceField(
        Province.objects.current(), required=False, label=_("Province"), empty_label=_("all provinces")
    )
    duty = forms.ChoiceField(label=_("Duty"), required=False, choices=[("", _("all duties")), *Contact.Duty.choices])

    @property
    def scope(self) -> RoundScope:
        return RoundScope(province=self.cleaned_data["province"], duty=self.cleaned_data["duty"])


class RequestFilter(CleanForm):
    """Which requests of a round are shown; what makes no sense is left out."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *VerificationState.choices])
    province = forms.ModelChoiceField(
        Province.objects.all(), required=False, label=_("Province"), empty_label=_("all provinces")
    )

    @property
    def asked(self) -> dict[str, str]:
        self.full_clean()
        province = self.cleaned_data.get("province")
        return {"state": self.cleaned_data.get("state", ""), "province": province.pk if province else ""}
