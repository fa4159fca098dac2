"""What the pages of paging take in. Field names are the verbs' keywords."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_sla.models import Calendar
from foundation import now
from foundation.directory.models import Component, Membership, Person, Province
from foundation.language.forms import CleanForm
from helpdesk.models import Team
from monitoring.models import Scope, Severity
from runbooks.models import ContactWay, Matter, Page, PagingPolicy, PolicyStep, Rota
from runbooks.paging import answering
from runbooks.paging.policies import Hours, MatterFacts, PolicyDraft, Who

ROLES = (
    Membership.Role.SHIFT_LEAD,
    Membership.Role.OPERATOR,
    Membership.Role.APPROVER,
    Membership.Role.AGENT,
    Membership.Role.PLATFORM_ADMIN,
)
BLANK_STEPS = 2
MOST_ROWS = 12


class HandOverForm(CleanForm):
    """To whom."""

    def __init__(self, *arguments, page: Page, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        people = Person.objects.filter(pk__in=[person.pk for person in answering.heirs(page)]).order_by("sort_key")
        self.fields["to"] = forms.ModelChoiceField(people, label=_("Hand over to"), empty_label=_("choose"))


class WayForm(CleanForm):
    """A way to add."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactWay.Kind.choices)
    address = forms.CharField(label=_("Number or e-mail address"), max_length=254)


class IfForm(CleanForm):
    """What would stop, how grave, and when: for the preview."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *arguments, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["component"] = forms.ChoiceField(
            label=_("What stops"), choices=[("", _("everything")), *Component.objects.choices()], required=False
        )
        self.fields["province"] = forms.ChoiceField(
            label=_("Where"),
            choices=[("", _("the whole country")), *Province.objects.values_list("plate_code", "name")],
            required=False,
        )
        self.order_fields(["component", "province", "severity", "at"])

    def clean_at(self) -> datetime:
        """Rotas reach so far; what is beyond shows nobody."""
        at: datetime = self.cleaned_data["at"]
        if abs(at - now()) > timedelta(days=366):
            raise forms.ValidationError(_("Please choose a moment within a year."))
        return at

    @property
    def facts(self) -> MatterFacts:
        """As an outage that a policy would look at."""
        given = self.cleaned_data
        province, component = given["province"], given["component"]
        return MatterFacts(
            kind=Matter.Kind.OUTAGE,
            severity=given["severity"],
            scope=Scope.REGIONAL if province else Scope.CENTRAL,
            province=province,
            components=(component,) if component else (),
        )


def next_sunday_night() -> datetime:
    """03:10 on the coming Sunday, in local time: when nobody looks at a board."""
    local = timezone.localtime(now())
    sunday = local + timedelta(days=(6 - local.weekday()) % 7 or 7)
    return sunday.replace(hour=3, minute=10, second=0, microsecond=0)


class PolicyForm(CleanForm):
    """The choice of a policy; its steps are `StepForm`s beside it. Cleans to a `PolicyDraft`."""

    name_tr = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    position = forms.IntegerField(
        label=_("Order"),
        min_value=0,
        max_value=1000,
        help_text=_("The first that fits is followed; lower comes first."),
    )
    is_on = forms.BooleanField(label=_("In use"), required=False)
    severities = forms.MultipleChoiceField(
        label=_("Severities"), choices=Severity.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label=_("What calls"), choices=Matter.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    scopes = forms.MultipleChoiceField(
        label=_("Reach"), choices=Scope.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    hours = forms.ChoiceField(label=_("Fits"), choices=Hours.choices)
    waits = forms.BooleanField(label=_("The first call waits for the hours of the calendar"), required=False)
    rounds = forms.IntegerField(label=_("Rounds before the end of the line"))
    taken_minutes = forms.IntegerField(
        label=_("Calls again without progress after (minutes)"),
        min_value=0,
        max_value=1440,
        help_text=_("0: an acknowledgement holds for good."),
    )

    def __init__(self, *arguments, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["components"] = forms.MultipleChoiceField(
            label=_("Modules"), choices=Component.objects.choices(), required=False
        )
        self.fields["provinces"] = forms.MultipleChoiceField(
            label=_("Provinces"), choices=list(Province.objects.values_list("plate_code", "name")), required=False
        )
        self.fields["calendar"] = forms.ChoiceField(
            label=_("Hours of the calendar"),
            choices=[("", "–"), *((one.code, one.name_tr) for one in Calendar.objects.order_by("code"))],
            required=False,
        )

    def draft(self, steps: Iterable[dict]) -> PolicyDraft:
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in self.cleaned_data.items()
        }
        return PolicyDraft(**given, steps=tuple(steps))


def targets() -> list[tuple[Any, Any]]:
    """Everyone a step may mean, as one list to choose from: "first:nobet", "role:operator", "person:12"."""
    rotas = [(rota.key, str(rota)) for rota in Rota.objects.all()] or [("nobet", "nobet")]
    of_rota = [
        (f"{who}:{key}", f"{name}: {PolicyStep.Who(who).label}") for key, name in rotas for who in PolicyStep.OF_ROTA
    ]
    people = Person.objects.holding(Membership.NATIONAL_ROLES).order_by("sort_key")
    return [
        ("", "–"),
        (_("Rotas"), of_rota),
        (_("Roles"), [(f"role:{role}", role.label) for role in ROLES]),
        (_("Teams"), [(f"team:{team.pk}", str(team)) for team in Team.objects.all()]),
        (_("People"), [(f"person:{person.pk}", person.name) for person in people]),
    ]


class StepForm(CleanForm):
    """One rung; without a target it is left out. Cleans to a rung."""

    minutes = forms.IntegerField(label=_("Minutes until the next"), required=False)
    ways = forms.MultipleChoiceField(
        label=_("Ways"), choices=ContactWay.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_end = forms.BooleanField(label=_("End of the line"), required=False)

    def __init__(self, *arguments, choices: list[tuple[Any, Any]], **keywords) -> None:
        super().__init__(*arguments, **keywords)
        target = self.initial.get("target", "")
        known = {value for _group, options in choices[1:] for value, _label in options}
        more = [(target, target)] if target and target not in known else []
        self.fields["target"] = forms.ChoiceField(label=_("Whom"), choices=[*choices, *more], required=False)
        self.order_fields(["target", "ways", "minutes", "is_end"])

    @property
    def rung(self) -> dict | None:
        who, _colon, name = self.cleaned_data.get("target", "").partition(":")
        if not who:
            return None
        field = {Who.PERSON: "person", Who.ROLE: "role", Who.TEAM: "team"}.get(Who(who), "rota")
        return {
            "who": who,
            field: int(name) if field in ("person", "team") else name,
            "ways": self.cleaned_data["ways"],
            "minutes": self.cleaned_data["minutes"] or 0,
            "is_end": self.cleaned_data["is_end"],
        }


def target_of(step: PolicyStep) -> str:
    name = {Who.PERSON: step.person_id, Who.ROLE: step.role, Who.TEAM: step.team_id}.get(Who(step.who), step.rota)
    return f"{step.who}:{name}"


def step_forms(policy: PagingPolicy | None, data=None) -> list[StepForm]:
    """The steps of a policy and some blank ones; of what was posted, as many as came."""
    choices = targets()
    kept = list(policy.steps.all()) if policy else []
    initial: list[dict] = [
        {"target": target_of(step), "ways": step.ways, "minutes": step.minutes, "is_end": step.is_end} for step in kept
    ]
    blank = {"ways": ["sms", "email"], "minutes": 5}
    number = min(len(initial) + BLANK_STEPS, MOST_ROWS)
    if data is not None:
        number = max(number, sum(f"step-{place}-minutes" in data for place in range(MOST_ROWS)))
    initial += [blank] * (number - len(initial))
    return [
        StepForm(data, prefix=f"step-{place}", initial=given, choices=choices) for place, given in enumerate(initial)
    ]


def policy_form(policy: PagingPolicy | None, data=None) -> PolicyForm:
    if policy is None:
        return PolicyForm(
            data, initial={"position": 50, "is_on": True, "hours": "any", "rounds": 1, "taken_minutes": 30}
        )
    return PolicyForm(data, initial={name: getattr(policy, name) for name in PolicyForm.base_fields} | {
        "components": policy.components, "provinces": policy.provinces, "calendar": policy.calendar,
    })  # fmt: skip
