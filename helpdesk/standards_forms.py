"""Forms for those who keep calendars and terms."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from django_sla import calendars
from django_sla.models import Calendar, PolicyVersion, SpecialDay, Target
from django_sla.models.calendars import clock_face

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


class DayPicker(forms.DateInput):
    """The browser's own calendar; without one, a date typed as 2026-06-09."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class ClockFace(forms.Field):
    """ "13:00" or "13.00" as minutes after midnight."""

    widget = forms.TextInput(attrs={"maxlength": 5})

    def to_python(self, value):
        if not value:
            return None
        try:
            return calendars.minutes(value)
        except ValueError:
            raise ValidationError(_("Write the time as 13:00.")) from None


class DaysForm(forms.Form):
    """Special days to declare: an administrative leave, a local day, a longer day."""

    first = forms.DateField(label=_("First day"), widget=DayPicker)
    last = forms.DateField(label=_("Last day"), widget=DayPicker)
    kind = forms.ChoiceField(label=_("Kind"), choices=SpecialDay.Kind.choices, initial=SpecialDay.Kind.LEAVE)
    opens = forms.BooleanField(label=_("Work is done then (otherwise closed)"), required=False)
    start = ClockFace(label=_("From"), initial="00:00")
    end = ClockFace(label=_("To"), initial="24:00")
    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)

    def clean(self):
        super().clean()
        facts = self.cleaned_data
        first, last = facts.get("first"), facts.get("last")
        if first and last and not 0 <= (last - first).days < LONGEST_RANGE:
            self.add_error("last", _("The last day comes after the first, at most 31 days."))
        start, end = facts.get("start"), facts.get("end")
        if start is not None and end is not None and start >= end:
            self.add_error("end", _("The end comes after the start."))
        return facts

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


class WeekForm(forms.Form):
    """Weekly hours in force from a date on; a day is "08:30-12:30 13:30-17:30", empty when closed."""

    effective_from = forms.DateField(label=_("In force from"), widget=DayPicker)

    def __init__(self, *args, week: list | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            ranges = (week or [[]] * 7)[number]
            text = " ".join(f"{clock_face(start)}-{clock_face(end)}" for start, end in ranges)
            self.fields[f"day_{number}"] = forms.CharField(label=name, required=False, initial=text, max_length=80)

    def clean(self):
        super().clean()
        facts = self.cleaned_data
        for number in range(7):
            try:
                facts[f"day_{number}"] = ranges_in(facts.get(f"day_{number}", ""))
            except ValueError:
                self.add_error(f"day_{number}", _("Write hours as 08:30-12:30 13:30-17:30, in order."))
        return facts

    @property
    def week(self) -> list:
        return [self.cleaned_data[f"day_{number}"] for number in range(7)]

    @property
    def day_fields(self):
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


class TermsForm(forms.Form):
    """New terms of a policy: what changes; everything else is taken from the version in force."""

    effective_from = forms.DateField(label=_("In force from"), widget=DayPicker)
    on_change = forms.ChoiceField(label=_("When the class changes"), choices=PolicyVersion.OnChange.choices)
    on_reopen = forms.ChoiceField(label=_("When a ticket is reopened"), choices=PolicyVersion.OnReopen.choices)
    rests_for_requester = forms.BooleanField(label=_("Rests while the municipality is awaited"), required=False)
    rests_for_supplier = forms.BooleanField(label=_("Rests while an outside party is awaited"), required=False)
    rests_for_major_incident = forms.BooleanField(label=_("Rests as part of an open major incident"), required=False)

    REST_KINDS = ("requester", "supplier", "major_incident")

    def __init__(self, data=None, *, version: PolicyVersion):
        initial = {"on_change": version.on_change, "on_reopen": version.on_reopen, "effective_from": date.today()}
        initial |= {f"rests_for_{kind}": kind in version.rests for kind in self.REST_KINDS}
        super().__init__(data, initial=initial)
        self.version = version
        self.targets = [TargetForm(data, target=target) for target in version.targets_in_order]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(target.is_valid() for target in self.targets)])

    def draft(self) -> PolicyVersion:
        """An unsaved version with the old one's terms and this form's changes; `rows` are its targets."""
        facts, old = self.cleaned_data, self.version
        rests = {kind: old.rests.get(kind, {"cap": None}) for kind in self.REST_KINDS if facts[f"rests_for_{kind}"]}
        return PolicyVersion(
            policy=old.policy,
            effective_from=facts["effective_from"],
            severity=old.severity,
            conditions=old.conditions,
            rests=rests,
            levels=old.levels,
            on_change=facts["on_change"],
            on_reopen=facts["on_reopen"],
            automatic_replies_count=old.automatic_replies_count,
            bulk_replies_count=old.bulk_replies_count,
        )

    def rows(self) -> list[Target]:
        return [target.row() for target in self.targets]


class TargetForm(forms.Form):
    """One promise: an amount, its unit, the calendar it is counted in, the share to be kept."""

    UNITS = (("minutes", _("minutes")), ("days", _("working days")))

    amount = forms.IntegerField(label=_("Amount"), min_value=1, max_value=100_000)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    calendar = forms.ModelChoiceField(label=_("Calendar"), queryset=Calendar.objects.all(), to_field_name="code")
    goal_percent = forms.IntegerField(label=_("Goal (%)"), min_value=1, max_value=100)

    def __init__(self, data=None, *, target: Target):
        self.target = target
        in_days = target.working_days is not None
        initial = {
            "amount": target.working_days if in_days else (target.seconds or 60) // 60,
            "unit": "days" if in_days else "minutes",
            "calendar": target.calendar.code,
            "goal_percent": target.goal_percent,
        }
        super().__init__(data, initial=initial, prefix=target.metric)

    def row(self) -> Target:
        facts = self.cleaned_data
        in_days = facts["unit"] == "days"
        return Target(
            metric=self.target.metric,
            seconds=None if in_days else facts["amount"] * 60,
            working_days=facts["amount"] if in_days else None,
            calendar=facts["calendar"],
            starts=self.target.starts,
            rhythm=self.target.rhythm,
            goal_percent=facts["goal_percent"],
        )
