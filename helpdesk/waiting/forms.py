"""When a queue reminds and closes, as a page takes it in."""

from django.utils.translation import gettext_lazy as _

from foundation.language.forms import CleanModelForm
from helpdesk.models import WaitingCare
from helpdesk.waiting.care import CareTerms


class CareForm(CleanModelForm):
    class Meta:
        model = WaitingCare
        fields = ["is_active", "remind_after", "close_after"]
        labels = {
            "is_active": _("Municipalities that do not answer are reminded"),
            "remind_after": _("Reminder, working days after our last word"),
            "close_after": _("Closing, working days after the reminder"),
        }
        help_texts = {"remind_after": "", "close_after": _("The reminder names the day.")}

    @property
    def terms(self) -> CareTerms:
        return CareTerms(**self.cleaned_data)
