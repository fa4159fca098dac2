"""What an act for many tickets asks for: the fields of its kind, no others."""

from collections.abc import Callable, Mapping
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Component, Person
from foundation.language.forms import CleanForm, DayPicker
from helpdesk.bulk.running import BulkTerms
from helpdesk.incidents import major_incidents
from helpdesk.models import BulkAct, Queue, SnoozeMoment, Ticket
from helpdesk.models.snoozes import FURTHEST
from helpdesk.snoozes import moments
from helpdesk.tickets import agents
from monitoring.models import Outage

Kind = BulkAct.Kind
FIELDS: Mapping[str, tuple[str, ...]] = {
    Kind.CLAIM: (),
    Kind.RELEASE: (),
    Kind.ASSIGN: ("to",),
    Kind.MODULE: ("component",),
    Kind.QUEUE: ("queue",),
    Kind.SEVERITY: ("severity", "text"),
    Kind.LINK: ("outage",),
    Kind.SNOOZE: ("moment", "day"),
}
ONLY_WORDS = ("text",)
MAY_STAY_EMPTY: Mapping[str, tuple[str, ...]] = {Kind.SEVERITY: ("text",)}
TO_CHOOSE_FROM: Mapping[str, Callable[[], QuerySet]] = {
    "to": agents.at_the_desk,
    "component": lambda: Component.objects.current(),
    "queue": lambda: Queue.objects.standing(),
    "outage": lambda: Outage.objects.open(),
}


class BulkActForm(CleanForm):
    """The fields of one kind of act."""

    to = forms.ModelChoiceField(label=_("Colleague"), queryset=Person.objects.none())
    component = forms.ModelChoiceField(label=_("Module"), queryset=Component.objects.none())
    queue = forms.ModelChoiceField(label=_("Queue"), queryset=Queue.objects.none())
    severity = forms.ChoiceField(label=_("Severity"), choices=Ticket.Severity.choices)
    outage = forms.ModelChoiceField(
        label=_("Outage"),
        queryset=Outage.objects.none(),
        error_messages={"invalid_choice": _("This outage is over. Please choose another one.")},
    )
    moment = forms.ChoiceField(label=_("Until when"), choices=SnoozeMoment.choices, required=False)
    day = forms.DateField(label=_("Or until the morning of a day"), required=False, widget=DayPicker())
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Please write something first.")},
    )

    def __init__(self, *args, kind: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        wanted = FIELDS.get(kind, ONLY_WORDS)
        self.fields = {name: field for name, field in self.fields.items() if name in wanted}
        for name in MAY_STAY_EMPTY.get(kind, ()):
            self.fields[name].required = False
            self.fields[name].label = _("Why? Lowering needs a reason, and the municipality reads it.")
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = TO_CHOOSE_FROM[name]()

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is None and not self.cleaned_data.get("moment"):
            raise forms.ValidationError(_("Please choose a moment or a day."))
        if day and not now() < moments.morning_of(day) <= now() + FURTHEST:
            raise forms.ValidationError(_("A ticket is put aside until a moment to come, a year ahead at most."))
        return day

    def terms(self, by: Person) -> BulkTerms:
        """What was filled in, for `running.order`. An outage is linked to through the desk's hold on it."""
        words = dict(self.cleaned_data)
        outage = words.pop("outage", None)
        if self.kind == Kind.SNOOZE:
            day = words.pop("day")
            moment = moments.after(words.pop("moment"), now())
            words["until"] = moments.morning_of(day) if day else moment
        incident = major_incidents.declare(outage, by=by) if outage else None
        return BulkTerms(self.kind, incident=incident, **words)


class ActIsWrong(Refusal):
    """For a program: the first thing that is missing or wrong, by its field."""

    status = 422

    def __init__(self, form: BulkActForm) -> None:
        name, errors = next(iter(form.errors.items()))
        super().__init__(f"{name}: {errors[0]}")
