"""What a hand-over asks for: who takes it, what they should know, which tickets."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.directory.models import Person
from foundation.language.forms import CleanForm
from helpdesk.handovers.receivers import colleagues_of
from helpdesk.models import Queue
from helpdesk.tickets import agents

TO_QUEUE = "queue:"


class ShiftEndForm(CleanForm):
    """`receiver` is a colleague's key, or "queue:" and the code of a queue."""

    receiver = forms.ChoiceField(
        label=gettext_lazy("Who takes it"),
        error_messages={"required": gettext_lazy("Please choose who takes the tickets.")},
        widget=forms.Select(attrs={"class": "nb-input", "autofocus": True}),
    )
    summary = forms.CharField(
        label=gettext_lazy("What they should know"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please write a short summary; the receiver reads it first.")},
    )

    def __init__(self, *args, giver: Person, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(each.pk), str(each)) for each in colleagues_of(giver)]
        queues = [(f"{TO_QUEUE}{queue.code}", queue.name) for queue in Queue.objects.standing()]
        field = self.fields["receiver"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), (_("Colleague"), people), (_("Queue"), queues)]

    @property
    def to(self) -> Person | None:
        chosen = self.cleaned_data["receiver"]
        return None if chosen.startswith(TO_QUEUE) else agents.at_the_desk().get(pk=chosen)

    @property
    def queue(self) -> Queue | None:
        chosen = self.cleaned_data["receiver"]
        return Queue.objects.get(code=chosen.removeprefix(TO_QUEUE)) if chosen.startswith(TO_QUEUE) else None
