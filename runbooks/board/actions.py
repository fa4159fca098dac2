"""What a person may do about one outage from its panel; field names are the verbs' keywords."""

from datetime import timedelta

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person
from foundation.language.forms import CleanForm
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node, Outage
from monitoring.registry.forms import OverrideForm
from runbooks.models import Runbook

MOST_NODES = 200  # offered for an override; beyond, the register of nodes is the better place


def nodes_of(outage: Outage) -> QuerySet[Node]:
    """The nodes that this outage holds down now."""
    return Node.objects.filter(affected__in=outage.affected.current()).distinct().order_by("code")


class PlanField(forms.ModelChoiceField):
    def label_from_instance(self, plan) -> str:
        return f"{plan.code} {plan.title}"


class NodeField(forms.ModelChoiceField):
    def label_from_instance(self, node) -> str:
        return f"{node.code} · {node.name}"


class JoinForm(CleanForm):
    """The wider outage that this one turned out to be a part of: its field is `into`."""

    def __init__(self, *arguments, outage: Outage, person: Person, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        others = Outage.objects.visible_to(person).open().filter(is_drill=outage.is_drill).exclude(pk=outage.pk)
        self.fields["into"] = forms.ModelChoiceField(others.order_by("started_at"), label=_("It is a part of"))


class RunForm(CleanForm):
    """The plan to begin: its field is `code`."""

    def __init__(self, *arguments, person: Person, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        plans = Runbook.objects.visible_to(person).current().order_by("code")
        self.fields["code"] = PlanField(plans, to_field_name="code", label=_("Runbook"))


class WindowForm(CleanForm):
    """Work that explains the outage: it stops alerts and leaves the SLA, from its first sign on."""

    text_tr = forms.CharField(
        label=_("What people should know"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    hours = forms.TypedChoiceField(label=_("For how long"), choices=OverrideForm.HOURS, coerce=int)
    is_public = forms.BooleanField(label=_("On the public pages"), required=False, initial=True)

    def plan(self, outage: Outage, *, by: Person) -> Maintenance:
        """Admit the work for what the outage holds down, or else for its components."""
        window = Maintenance(
            title_tr=outage.title_tr,
            title_en=outage.title_en,
            text_tr=self.cleaned_data["text_tr"],
            is_public=self.cleaned_data["is_public"],
            starts_at=outage.started_at,
            ends_at=now() + timedelta(hours=self.cleaned_data["hours"]),
        )
        return windows.plan(window, by=by, nodes=nodes_of(outage), components=outage.components.all())


class NodeWordForm(OverrideForm):
    """A person's word for how one `node` of the outage is."""

    def __init__(self, *arguments, outage: Outage, **keywords) -> None:
        super().__init__(*arguments, **keywords)
        held = Node.objects.filter(pk__in=nodes_of(outage).values("pk")[:MOST_NODES])
        self.fields["node"] = NodeField(held.order_by("code"), to_field_name="code", label=_("Node"))
        self.order_fields(["node", "state", "reason", "hours"])
