"""What a page takes in about a saved view: a field for each condition, the rest in the words of the search."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component, Municipality, Person, Province
from foundation.language.forms import CleanForm
from helpdesk.models import Queue, SavedView, Team, Ticket
from helpdesk.models.saved_views import QueueColumn, Sorting, usual_columns
from helpdesk.placing.forms import Ticked
from helpdesk.saved_views import conditions
from helpdesk.saved_views.keeping import ViewNameTaken, teams_of
from helpdesk.search import finding
from helpdesk.tickets import agents

ANY = ("", _("any"))
STATUSES = [
    ("bizde", Ticket.Status.WAITING_ON_US.label),
    ("belediyede", Ticket.Status.WAITING_ON_THEM.label),
    ("üçüncü", Ticket.Status.WAITING_ON_OTHERS.label),
    ("ertelenen", _("put aside")),
    ("çözüldü", Ticket.Status.RESOLVED.label),
    ("iptal", Ticket.Status.WITHDRAWN.label),
]
DUES = [
    ANY,
    ("geçti", _("overdue")),
    ("yakın", _("due within the hour")),
    ("bugün", _("due until midnight")),
    ("duran", _("paused")),
]
WAITS = [
    ANY,
    ("4s", _("for more than 4 hours")),
    ("1g", _("for more than a day")),
    ("3g", _("for more than 3 days")),
    ("7g", _("for more than a week")),
]
DAYS = _("A day or a span: 2026-11-01..2026-11-08, >=01.11.2026, bugün; >=7g is the last seven days.")
TITLES = {
    "queue": _("Queue"),
    "team": _("Team"),
    "assignee": _("Assignee"),
    "due": _("Due"),
    "waiting": _("Waits for us"),
    "province": _("Province"),
}


def people() -> list[tuple[str, str]]:
    return [(person.email, person.name) for person in agents.at_the_desk()]


class SavedViewForm(CleanForm):
    """`terms` are those of a `SavedView`. What is gone meanwhile stays among the choices."""

    name = forms.CharField(label=_("Name"), max_length=60)
    queue = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)
    module = Ticked(label=_("Modules"), choices=Component.objects.choices)
    severity = Ticked(label=_("Severity"), choices=Ticket.Severity.choices)
    status = Ticked(label=_("Status"), choices=STATUSES, help_text=_("None ticked: the open ones."))
    assignee = forms.ChoiceField(required=False)
    municipality = forms.CharField(
        label=_("Municipality"), required=False, max_length=100, help_text=_("Name or code; several with commas.")
    )
    province = forms.ChoiceField(required=False)
    type = Ticked(label=_("Kind of municipality"), choices=Municipality.Type.choices)
    due = forms.ChoiceField(required=False)
    waiting = forms.ChoiceField(required=False)
    opened = forms.CharField(label=_("Opened"), required=False, max_length=40, help_text=DAYS)
    updated = forms.CharField(label=_("Last word"), required=False, max_length=40, help_text=DAYS)
    words = forms.CharField(
        label=_("Words"), required=False, max_length=200, help_text=_("As in the search box, operators included.")
    )
    columns = Ticked(label=_("Columns"), choices=QueueColumn.choices, help_text=_("The subject always stands there."))
    sorting = forms.ChoiceField(label=_("Order"), choices=Sorting.choices)
    share = forms.ModelChoiceField(
        label=_("Share with a team"), queryset=Team.objects.none(), required=False, empty_label=_("nobody: my own view")
    )
    pinned = forms.BooleanField(label=_("Pin it beside the fixed views"), required=False)

    def __init__(self, *args, view: SavedView, by: Person, **kwargs) -> None:
        self.view, self.by = view, by
        kwargs["initial"] = initial_of(view) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.offer("queue", [(queue.code, queue.name) for queue in Queue.objects.standing()])
        self.offer("team", [("ben", _("my own team")), *((t.code, t.name) for t in Team.objects.standing())])
        self.offer("assignee", [("ben", _("whoever reads it")), ("kimse", _("nobody")), *people()])
        self.offer("province", list(Province.objects.current().values_list("pk", "name")))
        self.offer("due", DUES[1:])
        self.offer("waiting", WAITS[1:])
        for name in conditions.SEVERAL:
            self.keep_what_is_gone(name)
        share = self.fields["share"]
        assert isinstance(share, forms.ModelChoiceField)
        share.queryset = Team.objects.filter(Q(pk__in=teams_of(by)) | Q(pk=view.team_id))

    def offer(self, name: str, choices: list) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = TITLES[name], [ANY, *choices]
        self.keep_what_is_gone(name)

    def keep_what_is_gone(self, name: str) -> None:
        field, initial = self.fields[name], self.initial.get(name) or []
        assert isinstance(field, forms.ChoiceField)
        choices = list(field.choices)  # type: ignore[arg-type]  # a list since `offer`
        values = initial if isinstance(initial, list) else [initial]
        field.choices = [*choices, *((value, value) for value in values if value not in dict(choices))]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        question = conditions.question_of(fields, fields.get("words", ""))
        if len(question) > (SavedView._meta.get_field("question").max_length or 0):
            raise forms.ValidationError(_("These are too many conditions for one view. Please leave some out."))
        for problem in finding.narrowing(question, self.by).problems:
            self.add_error(None, problem)
        same = SavedView.objects.filter(owner=self.view.owner, name=fields.get("name", "")).exclude(pk=self.view.pk)
        if same.exists():
            self.add_error("name", ViewNameTaken().sentence)
        self.question = question
        return fields

    def filled(self) -> SavedView:
        """The view as it is wanted, for `keeping.write`."""
        fields = self.cleaned_data
        self.view.name, self.view.question, self.view.team = fields["name"], self.question, fields["share"]
        self.view.sorting, self.view.columns = fields["sorting"], fields["columns"] or usual_columns()
        return self.view


def initial_of(view: SavedView) -> dict[str, Any]:
    fields, words = conditions.fields_of(view.question)
    plain = {"name": view.name, "words": words, "columns": view.columns, "sorting": view.sorting, "share": view.team}
    return plain | fields
