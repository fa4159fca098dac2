"""What the pages about restricted tickets take in. Field names are the verbs' keywords."""

from datetime import datetime

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person
from foundation.language.forms import CleanForm
from helpdesk.models import DataCategory, RestrictionKind, StatutoryClock, Ticket
from helpdesk.tickets import agents

MOMENT = {"type": "datetime-local", "class": "nb-input"}


class PastMomentField(forms.DateTimeField):
    """To the minute, as a clock on the wall; never in the future."""

    def __init__(self, **kwargs) -> None:
        words = {"invalid": _("Please write day and hour."), "required": _("Please write day and hour.")}
        widget = forms.DateTimeInput(MOMENT, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, error_messages=words, **kwargs)

    def clean(self, value) -> datetime | None:
        moment = super().clean(value)
        if moment and moment > now():
            raise forms.ValidationError(_("This moment has not come yet."))
        return moment


def of_the_law() -> forms.Select:
    return forms.Select(attrs={"class": "nb-input"})


class RestrictForm(CleanForm):
    kind = forms.ChoiceField(label=_("Why?"), choices=RestrictionKind.choices, widget=of_the_law())
    since = PastMomentField(
        label=_("Since when is it known?"),
        required=False,
        help_text=_(
            "For a breach when it was learned of, for an application when it arrived. Empty: when it was filed."
        ),
    )


class NameForm(CleanForm):
    """Anybody who would see it if it were not restricted, and is not named yet."""

    person = forms.ModelChoiceField(
        label=_("Who else?"), queryset=Person.objects.none(), empty_label=_("Choose a person"), widget=of_the_law()
    )

    def __init__(self, *args, ticket: Ticket, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = nameable(ticket)


def nameable(ticket: Ticket):
    """The desk and the clerks of its municipality, in the order of a Turkish register."""
    desk, clerks = agents.at_the_desk().order_by(), agents.clerks_of(ticket.municipality).order_by()
    either = Q(pk__in=desk.values("pk")) | Q(pk__in=clerks.values("pk"))
    return Person.objects.filter(either).exclude(named_in__ticket=ticket).order_by("sort_key", "pk")


class ClockFactsForm(CleanForm):
    """What the Board's form asks of a breach; of an application only when it arrived."""

    since = PastMomentField(label=_("Learned of, or arrived"))
    affected = forms.IntegerField(
        label=_("How many people are affected?"), min_value=0, max_value=100_000_000, required=False
    )
    categories = forms.MultipleChoiceField(
        label=_("Which data?"), choices=DataCategory.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data=None, *, clock: StatutoryClock) -> None:
        known = {"since": clock.started_at, "affected": clock.affected, "categories": clock.categories}
        super().__init__(data, initial=known)
        if not clock.is_breach:
            del self.fields["affected"], self.fields["categories"]


class ClockEndForm(CleanForm):
    at = PastMomentField(label=_("When?"))
    reference = forms.CharField(label=_("Number of the notice or of the letter"), max_length=80, required=False)


class EnterForm(CleanForm):
    number = forms.CharField(label=_("Number of the ticket"), max_length=24)
    reason = forms.CharField(
        label=_("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody who is named reads it at once, and it stays in the record."),
    )
