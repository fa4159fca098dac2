"""What a page takes in about teams, their people, and queues. Field names are the verbs' keywords."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component, Municipality, Person
from foundation.language.forms import CleanForm
from helpdesk.models import Queue, Skill, Team
from helpdesk.teams.queues import QueueTerms

CODE = r"^(?!new$)[a-z][a-z0-9-]*$"
IN_THEIR_PLACE, WITH_THE_QUEUE = "stay", "move"


class NamesForm(CleanForm):
    """How a team is called in both languages."""

    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)


class CodeForm(CleanForm):
    """The code that stays for good, beside names that may change."""

    code = forms.RegexField(
        CODE,
        max_length=50,
        label=_("Code"),
        help_text=_("Stays for good: small letters a–z, digits and hyphens, like “gelirler”."),
        error_messages={"invalid": _("Small letters a–z, digits and hyphens only, a letter first; not “new”.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewTeamForm(CodeForm, NamesForm):
    """Fields are the keywords of `teams.open_team`."""

    field_order = ("name_tr", "name_en", "code")


class JoiningForm(CleanForm):
    """Somebody by e-mail address."""

    person: Person
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off", "list": "colleagues"})
    )

    def clean_email(self) -> str:
        """The address; the person behind it is kept."""
        email = self.cleaned_data["email"].lower()
        found = Person.objects.filter(email=email, is_active=True).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no open account with this address. Please invite the person first.")
            )
        self.person = found
        return email


class SkillsForm(CleanForm):
    """The modules that somebody knows well."""

    components = forms.ModelMultipleChoiceField(
        Component.objects.current(), required=False, label=_("Modules"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        known = Skill.objects.filter(person=person).values_list("component", flat=True)
        super().__init__(data, initial={"components": list(known)})


class QueueForm(NamesForm):
    """What a queue is called and takes; `queue` is the one to be changed."""

    team = forms.ModelChoiceField(
        Team.objects.standing(), to_field_name="code", label=_("Team that looks after it"), empty_label=None
    )
    components = forms.ModelMultipleChoiceField(
        Component.objects.current(),
        required=False,
        label=_("Modules it takes"),
        help_text=_("A module that another queue takes for the same municipalities is taken from there."),
        widget=forms.CheckboxSelectMultiple,
    )
    types = forms.MultipleChoiceField(
        label=_("Kinds of municipality"),
        choices=Municipality.Type.choices,
        required=False,
        help_text=_("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )
    open_tickets = forms.ChoiceField(
        label=_("Open tickets of the modules that move"),
        choices=[
            (IN_THEIR_PLACE, _("stay where they lie; only new ones come by the new rule")),
            (WITH_THE_QUEUE, _("move to the queue that takes them now; whoever has claimed one keeps it")),
        ],
        initial=IN_THEIR_PLACE,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, queue: Queue | None = None) -> None:
        super().__init__(data, initial=initial_of(queue))

    @property
    def terms(self) -> QueueTerms:
        """What the valid form wishes."""
        facts = self.cleaned_data
        return QueueTerms(
            name_tr=facts["name_tr"],
            name_en=facts["name_en"],
            team=facts["team"],
            components=list(facts["components"]),
            types=facts["types"],
        )

    @property
    def moves_tickets(self) -> bool:
        return self.cleaned_data["open_tickets"] == WITH_THE_QUEUE


class NewQueueForm(CodeForm, QueueForm):
    field_order = ("name_tr", "name_en", "code")


def initial_of(queue: Queue | None) -> dict[str, Any]:
    if queue is None:
        return {}
    return {
        "name_tr": queue.name_tr,
        "name_en": queue.name_en,
        "team": queue.team.code,
        "components": list(queue.components.values_list("pk", flat=True)),
        "types": queue.types,
    }


class LimitForm(CleanForm):
    """How many open tickets somebody can look after; empty: no limit."""

    most_open = forms.IntegerField(
        label=_("Open tickets at most"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("Empty: no limit. Whoever hands tickets over sees it."),
    )
