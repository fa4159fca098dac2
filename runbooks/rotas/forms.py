"""What people type about rotas. Field names are the verbs' keywords."""

from datetime import time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person
from foundation.language.forms import CleanForm
from runbooks.models import Rota, RotaLayer, Shift
from runbooks.models.rotas import WHOLE_WEEK, Rank
from runbooks.rotas.permissions import eligible
from runbooks.rotas.rotation import ISTANBUL

WEEKDAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)
LARGEST_FILE = 2 * 1024 * 1024
LONGEST_TEXT = 1_000_000
LONGEST_KEY = 18  # digits


class ClockField(forms.TimeField):
    """An hour of the day; browsers draw their own clock."""

    def __init__(self, **options) -> None:
        super().__init__(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
            **options,
        )


class DayField(forms.DateField):
    def __init__(self, **options) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)


class MomentField(forms.DateTimeField):
    """Wall time of this country."""

    def __init__(self, **options) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(
            widget=widget,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M"],
            **options,
        )


class WeekdaysField(forms.MultipleChoiceField):
    """Cleans to digits, Monday is 1: "12345"."""

    def __init__(self, **options) -> None:
        super().__init__(choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, **options)

    def prepare_value(self, value: Any) -> Any:
        return list(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return "".join(sorted(set(super().clean(value)))) or WHOLE_WEEK


class BelievableKeys(forms.Field):
    """Mixin of a field of rows: what is no key of any table is refused before the database is asked."""

    def clean(self, value: Any) -> Any:
        typed = value if isinstance(value, list | tuple) else [value]
        if any(len(str(key)) > LONGEST_KEY for key in typed):
            raise forms.ValidationError(_("Please choose from the list."))
        return super().clean(value)


class PeopleField(BelievableKeys, forms.ModelMultipleChoiceField):
    """Several people, ticked."""


class PersonField(BelievableKeys, forms.ModelChoiceField):
    """Somebody who may carry a rota."""

    def __init__(self, **options) -> None:
        super().__init__(queryset=Person.objects.none(), **options)

    def offer(self, people: list[Person]) -> None:
        """Whom to choose from; asked once for a page."""
        self.queryset = Person.objects.filter(pk__in=[person.pk for person in people]).order_by("sort_key")


class SignedForm(CleanForm):
    """A form about people; the signature for those who are hard to reach is asked for when it is needed."""

    signed = forms.BooleanField(
        label=_("I know that somebody here cannot be reached in two ways, and sign for it."),
        required=False,
        widget=forms.HiddenInput,
    )

    def ask_signature(self) -> None:
        self.fields["signed"].widget = forms.CheckboxInput()


class RotaForm(CleanForm):
    """A new rota: what it is called, and when somebody has to be there."""

    key = forms.CharField(
        label=_("Short name"), max_length=30, help_text=_("Small letters, for addresses: “nobet”. It stays for good.")
    )
    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    days = WeekdaysField(label=_("Days on which somebody has to be there"), initial=WHOLE_WEEK)
    opens = ClockField(label=_("From"), initial=time(0))
    closes = ClockField(
        label=_("Until"), initial=time(0), help_text=_("The same hour twice is the whole day. Europe/Istanbul.")
    )
    has_backup = forms.BooleanField(label=_("A backup has to be there, too"), required=False)

    def __init__(self, *arguments, rota: Rota | None = None, **kwargs) -> None:
        if rota:
            fields = ("name_tr", "name_en", "days", "opens", "closes", "has_backup")
            kwargs["initial"] = {name: getattr(rota, name) for name in fields}
        super().__init__(*arguments, **kwargs)
        if rota:
            del self.fields["key"]


class RotaLayerForm(SignedForm):
    """A rule: who, in which order, how long, in which hours."""

    rank = forms.TypedChoiceField(label=_("Called"), choices=Rank.choices, coerce=int, initial=Rank.FIRST)
    people = PeopleField(label=_("People"), queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple)
    order = forms.CharField(
        label=_("Order"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One name a line, the first takes the first turn. Empty: as ticked above, by name."),
    )
    starts_on = DayField(label=_("First day"))
    every = forms.IntegerField(label=_("A turn lasts"), min_value=1, max_value=365, initial=1)
    unit = forms.ChoiceField(label=_("days or weeks"), choices=RotaLayer.Unit.choices, initial=RotaLayer.Unit.WEEK)
    days = WeekdaysField(label=_("On these days"), initial=WHOLE_WEEK)
    opens = ClockField(label=_("From (and hand-over)"), initial=time(9))
    closes = ClockField(
        label=_("Until"), initial=time(9), help_text=_("The same hour twice is the whole day. Europe/Istanbul.")
    )
    holidays = forms.ChoiceField(label=_("On public holidays"), choices=RotaLayer.Holidays.choices, initial="as_usual")

    def __init__(self, *arguments, layer: RotaLayer | None = None, **kwargs) -> None:
        fields = ("rank", "every", "unit", "days", "opens", "closes", "holidays")
        initial: dict[str, Any] = {"starts_on": now().astimezone(ISTANBUL).date()}
        if layer:
            initial |= {name: getattr(layer, name) for name in fields} | {"people": [each.pk for each in layer.people]}
            initial["order"] = "\n".join(each.name for each in layer.people)
        kwargs["initial"] = initial
        super().__init__(*arguments, **kwargs)
        people = self.fields["people"]
        assert isinstance(people, PeopleField)
        people.queryset = Person.objects.filter(pk__in=[each.pk for each in eligible()]).order_by("sort_key")

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned: dict[str, Any] = self.cleaned_data
        ticked = sorted(cleaned.get("people") or (), key=lambda person: person.sort_key)
        cleaned["people"] = self._in_order(ticked, cleaned.pop("order", "") or "")
        return cleaned

    def _in_order(self, ticked: list[Person], typed: str) -> list[Person]:
        """Those named first as they are named; whoever is ticked and not named comes after."""
        by_name = {person.name.casefold(): person for person in ticked}
        named = []
        for line in filter(None, (line.strip() for line in typed.splitlines())):
            if line.casefold() not in by_name:
                self.add_error("order", _("“%(name)s” is not ticked above.") % {"name": line[:80]})
            else:
                named.append(by_name[line.casefold()])
        return list(dict.fromkeys(named + ticked))


class ShiftForm(SignedForm):
    """Somebody for a while, whatever the rules say."""

    person = PersonField(label=_("Person"))
    rank = forms.TypedChoiceField(label=_("Called"), choices=Rank.choices, coerce=int, initial=Rank.FIRST)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"), help_text=_("Europe/Istanbul"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *arguments, **kwargs) -> None:
        super().__init__(*arguments, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, PersonField)
        person.offer(eligible())


class LeaveForm(CleanForm):
    """Whole days, both included. `person` stands there for leads alone."""

    person = PersonField(label=_("Person"), required=False, empty_label=_("myself"))
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))

    def __init__(self, *arguments, for_all: bool, **kwargs) -> None:
        super().__init__(*arguments, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, PersonField)
        if for_all:
            person.offer(eligible())
        else:
            del self.fields["person"]


class ShiftField(BelievableKeys, forms.ModelChoiceField):
    """A shift by its hours and its person."""

    def label_from_instance(self, obj: Any) -> str:
        start, end = obj.starts_at.astimezone(ISTANBUL), obj.ends_at.astimezone(ISTANBUL)
        return f"{start:%d.%m %H.%M} – {end:%d.%m %H.%M} · {obj.person.name} · {obj.get_rank_display()}"


class SwapForm(CleanForm):
    """Whom to ask, and what one wants in return."""

    to = PersonField(label=_("Whom do you ask?"), required=False, empty_label="–")
    wanted = ShiftField(
        label=_("or which shift do you want in return?"), queryset=Shift.objects.none(), required=False, empty_label="–"
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *arguments, given: Shift, **kwargs) -> None:
        super().__init__(*arguments, **kwargs)
        to, wanted = self.fields["to"], self.fields["wanted"]
        assert isinstance(to, PersonField) and isinstance(wanted, ShiftField)
        to.offer([person for person in eligible() if person.pk != given.person_id])
        others = Shift.objects.filter(rota=given.rota_id, ends_at__gt=now()).exclude(person=given.person_id)
        soon = others.filter(starts_at__lt=now() + timedelta(days=62)).order_by("starts_at", "rank")
        wanted.queryset = soon.select_related("person")

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned: dict[str, Any] = self.cleaned_data
        if wanted := cleaned.get("wanted"):
            cleaned["to"] = wanted.person
        if not cleaned.get("to") and not self.errors:
            self.add_error("to", _("Please choose a person, or a shift you want in return."))
        return cleaned


class HandoverForm(CleanForm):
    text = forms.CharField(
        label=_("Note for whoever comes next"), max_length=4000, widget=forms.Textarea(attrs={"rows": 10})
    )


class RotaFileForm(SignedForm):
    """A file, or its text as it was shown; the short name and name are for calendars, which hold none."""

    file = forms.FileField(label=_("File (Opsgenie .json or calendar .ics)"), required=False)
    key = forms.CharField(label=_("Short name of the rota"), max_length=30, required=False)
    name = forms.CharField(label=_("Name of the rota"), max_length=80, required=False)

    def __init__(self, *arguments, **kwargs) -> None:
        super().__init__(*arguments, **kwargs)
        self.text = ""

    def clean(self) -> dict[str, Any]:
        """`text` is what was uploaded now, or what the shown difference was made of."""
        super().clean()
        upload = self.cleaned_data.get("file")
        self.text = str(self.data.get("text", ""))[:LONGEST_TEXT]
        if upload:
            self.text = self._read(upload)
        if not self.text.strip() and not self.errors:
            self.add_error("file", _("Please choose a file."))
        return self.cleaned_data

    def _read(self, upload: Any) -> str:
        if upload.size > LARGEST_FILE:
            self.add_error("file", _("The file is larger than 2 MB."))
            return ""
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not UTF-8 text."))
            return ""
