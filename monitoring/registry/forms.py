"""Forms of the watch; field names are the verbs' keywords."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component, Municipality, Province
from foundation.language import collation
from foundation.language.forms import CleanForm, CleanModelForm
from monitoring.maintenance import repeats
from monitoring.models import Affected, Maintenance, Node, Outage, State
from monitoring.registry import csv_import

MOST_HINTS = 20


class NodeFilter(CleanForm):
    """What an operator looks for: words of a name, a state, a province."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *State.choices])
    province = forms.ModelChoiceField(
        label=_("Province"), required=False, queryset=Province.objects.all(), empty_label=_("all")
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("all")), ("municipality", _("municipalities")), ("component", _("components"))],
    )

    def narrow(self, nodes) -> QuerySet[Node]:
        """The nodes that match; an invalid filter narrows nothing."""
        if not self.is_valid():
            return nodes
        chosen = self.cleaned_data
        if chosen["state"]:
            nodes = nodes.filter(state=chosen["state"])
        if chosen["province"]:
            nodes = nodes.filter(municipality__province=chosen["province"])
        if chosen["kind"]:
            nodes = nodes.exclude(**{chosen["kind"]: None})
        text = chosen["q"].strip()
        if text:
            named = Q(municipality__search_text__contains=collation.fold(text))
            nodes = nodes.filter(named | Q(code__iexact=text) | Q(name__icontains=text))
        return nodes


class OverrideForm(CleanForm):
    """A person's word for how a node is."""

    HOURS = ((1, _("1 hour")), (4, _("4 hours")), (24, _("1 day")), (168, _("1 week")))

    state = forms.ChoiceField(label=_("State"), choices=State.choices)
    reason = forms.CharField(label=_("Why"), max_length=200)
    hours = forms.TypedChoiceField(label=_("For how long"), choices=HOURS, coerce=int)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "hours" in cleaned:
            cleaned["until"] = now() + timedelta(hours=cleaned.pop("hours"))
        return cleaned


class MaintenanceForm(CleanModelForm):
    """A window for components, provinces, municipalities and nodes by name or code, or everything."""

    REPEATS = (
        ("", _("once")),
        ("FREQ=DAILY", _("every day")),
        ("FREQ=WEEKLY", _("every week on the same day")),
        ("FREQ=MONTHLY", _("every month on the same date")),
        (repeats.LAST_DAY, _("every month on its last day")),
    )

    components = forms.ModelMultipleChoiceField(
        label=_("Components"),
        required=False,
        queryset=Component.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    provinces = forms.ModelMultipleChoiceField(
        label=_("Provinces"),
        required=False,
        queryset=Province.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    named = forms.CharField(
        label=_("Municipalities and nodes"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Odunpazarı, Merzifon, 26010-2"}),
        help_text=_("names or codes, separated by commas or lines; any spelling will do"),
    )
    repeats = forms.ChoiceField(label=_("Repeats"), required=False, choices=REPEATS)

    to_be_seen = ""  # what the page sends back once its reader has seen the rounds

    class Meta:
        model = Maintenance
        fields = ["title_tr", "title_en", "text_tr", "starts_at", "ends_at", "rule", "is_everywhere", "is_public"]
        labels = {
            "title_tr": _("Title in Turkish"),
            "title_en": _("Title in English"),
            "text_tr": _("What people should know"),
            "starts_at": _("Begins"),
            "ends_at": _("Ends"),
            "rule": _("A rule of your own"),
            "is_everywhere": _("Everything"),
            "is_public": _("On the public pages"),
        }
        help_texts = {"rule": _("an RRULE of RFC 5545, such as FREQ=MONTHLY;BYDAY=1SA; empty for once")}
        widgets = {
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "text_tr": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_named(self) -> dict[str, list]:
        """What each word means; one that means nothing, or several places, is sent back with what it could mean."""
        nodes, places, unclear = [], [], []
        for name in filter(None, (piece.strip() for piece in re.split(r"[,;\n]+", self.cleaned_data["named"]))):
            listed = list(Node.objects.filter(code__in=name.split()))
            if len(listed) == len(name.split()):
                nodes += listed
                continue
            matches = places_called(name)
            if len(matches) == 1:
                places += matches
            else:
                unclear.append(hint(name, matches))
        if unclear:
            raise ValidationError(unclear)
        return {"nodes": nodes, "municipalities": places}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["rule"] = cleaned.get("rule") or cleaned.get("repeats", "")
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end comes after the beginning."))
        if cleaned["rule"] and starts_at and ends_at:
            self.judge_rounds(cleaned["rule"], starts_at, ends_at)
        return cleaned

    def judge_rounds(self, rule: str, starts_at: datetime, ends_at: datetime) -> None:
        """The rule can be run, its rounds do not overlap, and whoever keeps it has seen the next ones."""
        first = timezone.make_naive(starts_at)
        field = "rule" if self.cleaned_data.get("repeats") != rule else "repeats"
        try:
            rounds = repeats.next_starts(rule, first)
        except repeats.UnusableRule as wrong:
            self.add_error(field, str(wrong))
            return
        if abs(now() - starts_at) > repeats.OLDEST:
            self.add_error("starts_at", _("A window that repeats begins within ten years of today."))
        elif any(later - earlier < ends_at - starts_at for earlier, later in pairwise(rounds)):
            self.add_error("ends_at", _("A round would begin before the one before it has ended."))
        elif self.data.get("seen") != self.seen(rule, starts_at):
            self.show_rounds(field, rule, first, rounds)

    @staticmethod
    def seen(rule: str, starts_at: datetime) -> str:
        return f"{rule} {starts_at.isoformat()}"

    def show_rounds(self, field: str, rule: str, first: datetime, rounds: list[datetime]) -> None:
        """The next rounds, before they are kept; months that have no such day are named, with the last day offered."""
        self.to_be_seen = self.seen(rule, self.cleaned_data["starts_at"])
        days = ", ".join(f"{start:%d.%m.%Y %H.%M}" for start in rounds)
        self.add_error(field, _("The next rounds: %(days)s. Save again to keep them.") % {"days": days})
        if repeats.skips_months(rule, first):
            sentence = _("Months without such a day are left out; “every month on its last day” takes place in each.")
            self.add_error(field, sentence)

    @property
    def places(self) -> dict:
        chosen = self.cleaned_data
        return {"components": chosen["components"], "provinces": chosen["provinces"], **chosen["named"]}

    @property
    def regions(self) -> list[tuple[str, list[tuple[Province, bool]], int]]:
        """The provinces as the page groups them: region, each with whether it is ticked, and how many are."""
        ticked = {str(code) for code in self["provinces"].value() or ()}
        groups: dict[str, list[tuple[Province, bool]]] = {}
        for province in Province.objects.all():
            groups.setdefault(province.region, []).append((province, province.pk in ticked))
        in_order = sorted(groups.items(), key=lambda group: collation.sort_key(group[0]))
        return [(region, group, sum(chosen for _province, chosen in group)) for region, group in in_order]

    @property
    def tiers(self) -> list[tuple[str, list[tuple[Component, bool]], int]]:
        """The components in the same way, by tier."""
        ticked = {str(code) for code in self["components"].value() or ()}
        groups: dict[str, list[tuple[Component, bool]]] = {}
        for component in Component.objects.order_by("tier"):
            groups.setdefault(str(component.get_tier_display()), []).append((component, component.pk in ticked))
        return [(tier, group, sum(chosen for _component, chosen in group)) for tier, group in groups.items()]


def places_called(name: str) -> list[Municipality]:
    """The municipality of that very name, else all that hold every word."""
    matches = list(Municipality.objects.matching(name).order_by("sort_key")[:MOST_HINTS])
    very = [
        place
        for place in matches
        if collation.fold(name) in (collation.fold(place.name), collation.fold(place.full_name))
    ]
    return very or matches


def hint(name: str, matches: list[Municipality]) -> str:
    if not matches:
        return _("Nothing is called %(words)s.") % {"words": name[:60]}
    could = ", ".join(f"{place.full_name} {place.code}" for place in matches[:5])
    return _("%(words)s could be: %(places)s. Write the code.") % {"words": name[:60], "places": could}


class SplitForm(CleanForm):
    """What of an open outage is a fault of its own: whole provinces, or single lines."""

    title_tr = forms.CharField(label=_("Title in Turkish"), max_length=160, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=160, required=False)
    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args, outage: Outage, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        lines = outage.affected.current().select_related("node", "municipality__province", "component")
        self.groups: dict[str, list[Affected]] = {}
        for line in lines.order_by("municipality__province__sort_key", "municipality__sort_key", "pk"):
            self.groups.setdefault(line.municipality.province_id if line.municipality else "", []).append(line)
        places = [(code, code) for code in self.groups]
        single = [(line.pk, line.pk) for group in self.groups.values() for line in group]
        self.fields["provinces"] = forms.MultipleChoiceField(required=False, choices=places)
        self.fields["lines"] = forms.TypedMultipleChoiceField(required=False, coerce=int, choices=single)

    @property
    def rows(self) -> list[dict]:
        """Groups as the page shows them, with what was ticked before."""
        places, ticked = set(self["provinces"].value() or ()), set(self["lines"].value() or ())
        return [
            {
                "code": code,
                "province": lines[0].municipality.province if lines[0].municipality else None,
                "is_chosen": code in places,
                "lines": [(line, str(line.pk) in ticked) for line in lines],
                "is_open": any(str(line.pk) in ticked for line in lines),
            }
            for code, lines in self.groups.items()
        ]

    @property
    def choice(self) -> dict:
        """As `outages.split` takes it."""
        chosen = self.cleaned_data
        whole = [line.pk for code in chosen["provinces"] for line in self.groups[code]]
        reasons = {name: chosen[name] for name in ("reason", "title_tr", "title_en")}
        return {"lines": {*whole, *chosen["lines"]}, **reasons}


class BulkForm(CleanForm):
    """What is changed on every chosen node; what stays empty stays as it is."""

    watched = forms.ChoiceField(
        label=_("Watched"),
        required=False,
        choices=[("", _("as it is")), ("yes", _("watched")), ("no", _("not watched"))],
    )
    by_tier = forms.BooleanField(label=_("Back to the defaults of the tier"), required=False)
    interval = forms.IntegerField(label=_("Asked every, seconds"), required=False, min_value=5, max_value=86_400)
    timeout = forms.FloatField(label=_("Time-out, seconds"), required=False, min_value=0.1, max_value=60)
    failures_to_confirm = forms.IntegerField(label=_("Failures in a row"), required=False, min_value=1, max_value=20)
    successes_to_recover = forms.IntegerField(
        label=_("Good answers in a row"), required=False, min_value=1, max_value=20
    )

    PACE = ("interval", "timeout", "failures_to_confirm", "successes_to_recover")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.values()):
            raise ValidationError(_("Say what is to be changed."))
        if cleaned.get("timeout") and cleaned.get("interval") and cleaned["timeout"] >= cleaned["interval"]:
            self.add_error("timeout", _("The time-out is shorter than the interval."))
        return cleaned

    @property
    def change(self) -> dict:
        """As `registering.change_many` takes it."""
        chosen = self.cleaned_data
        return {
            "is_watched": {"yes": True, "no": False}.get(chosen["watched"]),
            "by_tier": chosen["by_tier"],
            "pace": {name: chosen[name] for name in self.PACE if chosen[name]},
        }


class ParentsForm(CleanForm):
    """What a node leans on: `ALTYAPI HAT1@omurga HAT2@omurga`."""

    parents = forms.CharField(label=_("Leans on"), required=False, max_length=500)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [csv_import.parent_of(word) for word in self.cleaned_data["parents"].split()]
