"""What people type. Field names are the verbs' keywords."""

import uuid

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.directory.models import Component, Municipality, Person
from foundation.language.forms import CleanForm, TelephoneField
from foundation.wire.files import draft_uploads, scanning, uploads
from helpdesk import tickets
from helpdesk.models import RestrictionKind, Ticket
from helpdesk.tickets import agents
from monitoring.models import Outage
from monitoring.outages.forms import NEXT

# Six choices for nine tickets of ten; the rest stands in the list behind "another module".
COMMON_MODULES = ("TAHSILAT", "EODEME", "EMLAK", "EBYS", "KIMLIK")
ANOTHER = "other"
UNKNOWN_MODULE = "DIGER"
OUTSIDE_PROVIDER = "X"


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Files that `foundation.wire.files.uploads` takes; cleans to a list."""

    widget = SeveralFilesInput

    def clean(self, data, initial=None) -> list:
        files = [super(SeveralFiles, self).clean(file, initial) for file in data or []]
        try:
            uploads.accept_all(files)
            scanning.refuse_infected(files)
        except uploads.FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return files


def new_token() -> str:
    return uuid.uuid4().hex


class References(forms.Field):
    """Signed names of files kept from an earlier try; cleans to a list."""

    widget = forms.MultipleHiddenInput


class SeenOutages(forms.Field):
    """Keys of the outages that stood above the form when it was sent; cleans to a set."""

    widget = forms.MultipleHiddenInput

    def clean(self, data) -> set[int]:
        return {int(key) for key in data or [] if key.isascii() and key.isdecimal() and len(key) < 10}


class FormWithFiles(CleanForm):
    """A form whose files are not lost when it comes back with an error.

    `by` is who fills it in. Whoever shows it again calls `keep_files`, whoever has
    used it `let_go_of_files`. `kept_files` are drawn beside the input.
    """

    attachments = SeveralFiles(label=_("Add a file"), required=False)
    kept = References(required=False)

    def __init__(self, *args, by: Person, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.kept_files = draft_uploads.find(self.references_in(self.data), by=by) if self.is_bound else []

    def references_in(self, data) -> list[str]:
        return self.fields["kept"].widget.value_from_datadict(data, self.files, self.add_prefix("kept")) or []

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("kept", None)
        cleaned["attachments"] = [*(cleaned.get("attachments") or []), *map(draft_uploads.opened, self.kept_files)]
        if len(cleaned["attachments"]) > uploads.MOST:
            self.add_error("attachments", _("Please send at most %(most)d files.") % {"most": uploads.MOST})
        return cleaned

    def keep_files(self) -> None:
        """The page is shown again: what was chosen stays chosen."""
        self.kept_files += draft_uploads.keep(self.files.getlist("attachments"), by=self.by) if self.files else []

    def let_go_of_files(self) -> None:
        for kept in self.kept_files:
            draft_uploads.drop(kept)

    def references(self) -> list[tuple[str, str, int]]:
        """(reference, name, bytes) of each kept file, to draw."""
        return [(draft_uploads.reference(kept), kept.name, kept.file.size) for kept in self.kept_files]


class TicketForm(FormWithFiles):
    """A clerk's report, in everyday words. Cleans to the keywords of `tickets.submit`."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_token)
    subject = forms.CharField(
        label=_("What happened?"),
        max_length=160,
        help_text=_("The error you see on the screen is enough."),
        error_messages={"required": _("Please write what happened, in one sentence.")},
    )
    module = forms.ChoiceField(label=_("Module"), error_messages={"required": _("Please choose a module.")})
    other_module = forms.ChoiceField(label=_("Another module"), required=False)
    impact = forms.ChoiceField(
        label=_("How many people cannot work?"),
        choices=Ticket.Impact.choices,
        error_messages={"required": _("Please say how many people it stops.")},
    )
    urgency = forms.ChoiceField(
        label=_("What does it stop?"),
        choices=Ticket.Urgency.choices,
        error_messages={"required": _("Please say whether work has stopped.")},
    )
    body = forms.CharField(label=_("Details"), max_length=20_000, required=False)
    phone = TelephoneField(
        label=_("Telephone where we reach you"),
        required=False,
        error_messages={"invalid": _("This number is not complete. It has 11 digits: 0532 000 00 00")},
    )
    attachments = SeveralFiles(label=_("Add a screenshot"), required=False)
    restriction = forms.ChoiceField(
        label=_("Should only few people see it?"),
        choices=[("", _("No, an ordinary ticket")), *RestrictionKind.choices],
        required=False,
    )
    outage_seen = SeenOutages(required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.components = {c.pk: c for c in Component.objects.current().exclude(tier=OUTSIDE_PROVIDER)}
        common = [code for code in COMMON_MODULES if code in self.components]
        self.offer(
            "module",
            [
                *((code, self.components[code].name) for code in common),
                (ANOTHER, _("Another one, or I do not know")),
            ],
        )
        others = [(c.pk, c.name) for c in self.components.values() if c.pk not in (*common, UNKNOWN_MODULE)]
        self.offer("other_module", [(UNKNOWN_MODULE, _("I do not know")), *others])

    def offer(self, name: str, choices: list[tuple]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        module = cleaned.pop("module", "")
        other = cleaned.pop("other_module", "") or UNKNOWN_MODULE
        cleaned["component"] = self.components.get(other if module == ANOTHER else module)
        cleaned["body"] = cleaned.get("body") or cleaned.get("subject", "")
        cleaned["phone"] = str(cleaned.get("phone") or "")
        return cleaned


class PhoneLogForm(TicketForm):
    """The desk files for a municipality that rings."""

    municipality = forms.CharField(
        label=_("Municipality"),
        max_length=120,
        help_text=_("Name or code"),
        error_messages={"required": _("Please say which municipality calls.")},
    )

    requester = forms.CharField(
        label=_("Who calls?"),
        max_length=120,
        required=False,
        help_text=_("Name or e-mail address; letters about the ticket go there"),
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        text, municipality = cleaned.get("requester"), cleaned.get("municipality")
        cleaned["requester"] = self.clerk_called(text, municipality) if text and municipality else None
        return cleaned

    def clerk_called(self, text: str, municipality: Municipality) -> Person | None:
        clerks = agents.clerks_of(municipality)
        found = list(clerks.filter(email=text.lower())[:1]) or list(clerks.matching(text)[:6])
        if len(found) == 1:
            return found[0]
        names = " · ".join(f"{person.name} {person.email}" for person in found[:5])
        several = _("Several people fit. Please type the address: %(names)s") % {"names": names}
        self.add_error("requester", several if found else _("Nobody of this municipality is called that."))
        return None

    def clean_municipality(self) -> Municipality:
        return municipality_named(self.cleaned_data["municipality"])


def municipality_named(text: str) -> Municipality:
    """The one with this code, or the only one whose name fits. Raises `ValidationError` with those that fit."""
    exact = Municipality.objects.current().filter(code=text).first()
    municipalities = [exact] if exact else list(Municipality.objects.current().matching(text)[:6])
    if len(municipalities) == 1:
        return municipalities[0]
    if not municipalities:
        raise forms.ValidationError(_("No municipality is called that."))
    names = " · ".join(f"{m.full_name} {m.code}" for m in municipalities[:5])
    raise forms.ValidationError(_("Several municipalities fit. Please type the code: %(names)s") % {"names": names})


class ReplyForm(FormWithFiles):
    """What the municipality says."""

    body = forms.CharField(
        label=_("Your reply"),
        max_length=20_000,
        help_text=_("Please write no personal data (T.C. identity or card numbers); a transaction number is enough."),
        error_messages={"required": _("Please write something first.")},
    )

    def say(self, ticket: Ticket, by: Person) -> None:
        tickets.reply(ticket, by=by, body=self.cleaned_data["body"], attachments=self.cleaned_data["attachments"])


class MessageForm(ReplyForm):
    """What the desk says, and what follows from it: one text, one choice, one button."""

    class Move(models.TextChoices):
        REPLY = "reply", _("Reply, our turn")
        WAIT = "wait", _("Reply, their turn")
        THIRD_PARTY = "third_party", _("Reply, a third party has to act")
        NOTE = "note", _("Internal note")
        RESOLVE = "resolve", _("Resolve with this text")

    move = forms.ChoiceField(label=_("What is it?"), choices=Move.choices, initial=Move.REPLY)

    def say(self, ticket: Ticket, by: Person) -> None:
        body, files = self.cleaned_data["body"], self.cleaned_data["attachments"]
        match self.cleaned_data["move"]:
            case self.Move.WAIT:
                tickets.wait(ticket, by=by, body=body, attachments=files)
            case self.Move.THIRD_PARTY:
                tickets.wait(ticket, by=by, body=body, third_party=True, attachments=files)
            case self.Move.NOTE:
                tickets.note(ticket, by=by, body=body, attachments=files)
            case self.Move.RESOLVE:
                tickets.resolve(ticket, by=by, note=body, attachments=files)
            case _:
                super().say(ticket, by)


class ReasonForm(CleanForm):
    reason = forms.CharField(label=_("Why?"), max_length=2_000, error_messages={"required": _("Please say why.")})


class WithdrawalForm(CleanForm):
    reason = forms.CharField(label=_("Why?"), max_length=2_000, required=False)


class AssignmentForm(CleanForm):
    to = forms.ModelChoiceField(label=_("Colleague"), queryset=Person.objects.none())

    def __init__(self, *args, colleagues, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues


class SeverityForm(CleanForm):
    severity = forms.ChoiceField(label=_("Severity"), choices=Ticket.Severity.choices)
    reason = forms.CharField(label=_("Why?"), max_length=2_000, required=False)


class SatisfactionForm(CleanForm):
    score = forms.TypedChoiceField(label=_("How did we do?"), coerce=int, choices=[(n, str(n)) for n in range(1, 6)])
    comment = forms.CharField(label=_("Would you like to add something?"), max_length=2_000, required=False)


class LinkForm(CleanForm):
    outage = forms.ModelChoiceField(queryset=Outage.objects.open())


def stages_to_choose() -> list[tuple[str, str]]:
    """A stage is chosen or stays; the last one is said on the page of the outage's words."""
    later = [(value, str(label)) for value, label in Outage.Stage.choices if value != Outage.Stage.RESOLVED]
    return [("", gettext("as it stands")), *later]


def next_words_to_choose() -> list[tuple[int | str, str]]:
    return [("", gettext("as announced")), *((minutes, str(label)) for minutes, label in NEXT)]


def chosen_from_list() -> forms.Select:
    return forms.Select(attrs={"class": "nb-input"})


class AnswerForm(CleanForm):
    """One text for every linked ticket; shown as a preview until it is confirmed."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_token)
    text = forms.CharField(
        label=_("Word to everyone"),
        max_length=2_000,
        help_text=_("What happened, what we do, when you hear next."),
        error_messages={"required": _("Please write something first.")},
    )
    text_en = forms.CharField(label=_("The same in English"), max_length=2_000, required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=stages_to_choose, required=False, widget=chosen_from_list())
    minutes = forms.TypedChoiceField(
        label=_("Next word"),
        choices=next_words_to_choose,
        coerce=int,
        empty_value=None,
        required=False,
        widget=chosen_from_list(),
    )
    alone_because = forms.CharField(
        label=_("Nobody else can look at it now, because"),
        max_length=300,
        required=False,
        help_text=_("Only the watch, and only without a second person: the public reads it at once."),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
