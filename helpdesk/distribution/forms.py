"""How a queue is given out, as a page takes it in."""

from django.utils.translation import gettext_lazy as _

from foundation.language.forms import CleanModelForm
from helpdesk.distribution.giving import DistributionTerms
from helpdesk.models import Distribution


class DistributionForm(CleanModelForm):
    class Meta:
        model = Distribution
        fields = ["is_active", "method", "skilled_first", "only_present", "only_on_shift"]
        labels = {
            "is_active": _("Tickets of this queue are given out by themselves"),
            "method": _("To whom"),
            "skilled_first": _("Who knows the module well comes first"),
            "only_present": _("Only to those who have the desk open"),
            "only_on_shift": _("Only to those who are on a shift now"),
        }
        help_texts = dict.fromkeys(labels, "")  # those of the model are for whoever reads the code

    @property
    def terms(self) -> DistributionTerms:
        return DistributionTerms(**self.cleaned_data)
