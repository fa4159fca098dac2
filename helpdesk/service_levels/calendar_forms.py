"""Forms for those who keep calendars."""

from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from django_sla import calendars
from django_sla.models import Calendar, SpecialDay
from django_sla.models.calendars import clock_face
from foundation.directory.models import Municipality, Province
from foundation.language.formatting import ISTANBUL
from foundation.language.forms import CleanForm, DayPicker

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
LONGEST_RANGE = 31


class ClockFace(forms.Field):
    """ "13:00" or "13.00" as minutes after midnight."""

    widget = forms.TextInput(attrs={"maxlength": 5})

    def to_python(self, value) -> int | None:
        if not value:
            return None
        try:
            return calendars.minutes(value)
        except ValueError:
            raise ValidationError(_("Write the time as 13:00.")) from None


class DaysForm(CleanForm):
    """Special days to declare: an administrative leave, a local day, a longer day."""

    first = forms.DateField(label=_("First day"), widget=DayPicker)
    last = forms.DateField(label=_("Last day"), widget=DayPicker)
    kind = forms.ChoiceField(label=_("Kind"), choices=SpecialDay.Kind.choices, initial=SpecialDay.Kind.LEAVE)
    opens = forms.BooleanField(label=_("Work is done then (otherwise closed)"), required=False)
    start = ClockFace(label=_("From"), initial="00:00")
    end = ClockFace(label=_("To"), initial="24:00")
    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)

    def clean(self) -> dict:
        super().clean()
        facts = self.cleaned_data
        first, last = facts.get("first"), facts.get("last")
        if first and last and not 0 <= (last - first).days < LONGEST_RANGE:
            self.add_error("last", _("The last day comes after the first, at most 31 days."))
        start, end = facts.get("start"), facts.get("end")
        if start is not None and end is not None and start >= end:
            self.add_error("end", _("The end comes after the start."))
        return facts

    @property
    def reaches_back_to(self) -> datetime:
        """The first instant at which the valid form changes anything."""
        return datetime.combine(self.cleaned_data["first"], time(), ISTANBUL)

    def days(self, *, at, by: str) -> list[SpecialDay]:
        """Unsaved rows of the valid form."""
        facts = self.cleaned_data
        rows = calendars.leave(
            facts["first"], facts["last"], at=at, name_tr=facts["name_tr"], name_en=facts["name_en"], by=by
        )
        for row in rows:
            row.kind, row.opens = facts["kind"], facts["opens"]
            row.start_minute, row.end_minute = facts["start"], facts["end"]
        return rows


class WeekForm(CleanForm):
    """Weekly hours in force from a date on; a day is "08:30-12:30 13:30-17:30", empty when closed."""

    effective_from = forms.DateField(label=_("In force from"), widget=DayPicker)

    def __init__(self, *args, week: list | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            ranges = (week or [[]] * 7)[number]
            text = " ".join(f"{clock_face(start)}-{clock_face(end)}" for start, end in ranges)
            self.fields[f"day_{number}"] = forms.CharField(label=name, required=False, initial=text, max_length=80)

    def clean(self) -> dict:
        super().clean()
        facts = self.cleaned_data
        for number in range(7):
            try:
                facts[f"day_{number}"] = ranges_in(facts.get(f"day_{number}", ""))
            except ValueError:
                self.add_error(f"day_{number}", _("Write hours as 08:30-12:30 13:30-17:30, in order."))
        return facts

    @property
    def reaches_back_to(self) -> datetime:
        return datetime.combine(self.cleaned_data["effective_from"], time(), ISTANBUL)

    @property
    def week(self) -> list:
        return [self.cleaned_data[f"day_{number}"] for number in range(7)]

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]


def ranges_in(text: str) -> list[list[int]]:
    """ "08:30-12:30 13:30-17:30" as [[510, 750], [810, 1050]]; ValueError unless in order and disjoint."""
    ranges = []
    for part in text.replace("–", "-").split():
        start, _dash, end = part.partition("-")
        ranges.append([calendars.minutes(start), calendars.minutes(end)])
    edges = [edge for pair in ranges for edge in pair]
    if edges != sorted(set(edges)):
        raise ValueError(text)
    return ranges


class OverlayForm(CleanForm):
    """A calendar of a province's or a municipality's own, laid over one that all share."""

    base = forms.ModelChoiceField(
        label=_("Laid over"), queryset=Calendar.objects.filter(scope=""), to_field_name="code", empty_label=None
    )
    place = forms.CharField(
        label=_("Plate code of the province or code of the municipality"), max_length=5, help_text=_("26 or 26010")
    )

    def clean_place(self) -> Municipality | Province:
        code = self.cleaned_data["place"].strip()
        place = Municipality.objects.filter(code=code).first() or Province.objects.filter(pk=code).first()
        if place is None:
            raise ValidationError(_("There is no province or municipality with this code."))
        return place

    def clean(self) -> dict:
        super().clean()
        facts = self.cleaned_data
        if {"base", "place"} <= facts.keys() and Calendar.objects.filter(base=facts["base"], scope=self.scope).exists():
            self.add_error("place", _("This place has a calendar of its own over it already."))
        return facts

    @property
    def scope(self) -> str:
        place = self.cleaned_data["place"]
        return f"municipality:{place.code}" if isinstance(place, Municipality) else f"province:{place.pk}"

    @property
    def reach(self) -> dict:
        """Which tickets the place's calendar holds for, as a filter."""
        place = self.cleaned_data["place"]
        return {"municipality": place} if isinstance(place, Municipality) else {"municipality__province": place}

    @property
    def code(self) -> str:
        return f"{self.cleaned_data['base'].code}-{self.scope.partition(':')[2]}"
