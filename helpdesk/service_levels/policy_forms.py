"""The form of a policy's terms: for whom, what, when it rests, who is told, and the rules."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from django_sla.models import BETWEEN_TEAMS, Calendar, Metric, Policy, PolicyVersion, Target
from foundation import now
from foundation.directory.models import Component, Municipality, Province
from foundation.language.formatting import ISTANBUL
from foundation.language.forms import CleanForm, DayPicker
from helpdesk.models import Queue, Ticket

HOUR = 3600
MOST_LEVELS = 6
REST_KINDS = {
    "requester": _("the municipality is awaited"),
    "supplier": _("an outside party is awaited"),
    "major_incident": _("it is part of an open major incident"),
}
ACTIONS = (
    ("notify", _("tell")),
    ("raise", _("raise to")),
    ("reassign", _("hand the ticket to")),
    ("page", _("call")),
)
WHOM = (
    ("assignee", _("the person responsible")),
    ("team", _("the team of the queue")),
    ("shift_lead", _("the shift lead")),
    ("manager", _("the manager")),
    ("next_on_call", _("the next person on call")),
)
CODES_OF = {"province": (Province.objects, "plate_code"), "municipality": (Municipality.objects, "code")}


def metrics_of(kind: str) -> list[str]:
    """What a policy of this kind may promise."""
    return [metric for metric in Metric if (metric in BETWEEN_TEAMS) == (kind == Policy.Kind.OLA)]


def offer(form: forms.Form, name: str, choices: list) -> None:
    """Give a field of this form the choices that only the database knows."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class Several(forms.MultipleChoiceField):
    """Boxes to tick; none ticked means any."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label, choices=()) -> None:
        super().__init__(label=label, choices=choices, required=False)


class ConditionsForm(CleanForm):
    """Which tickets a policy is for, its place in the order, and whether it is in use."""

    position = forms.IntegerField(label=_("Place in the order"), min_value=1, max_value=9999)
    is_active = forms.BooleanField(label=_("In use"), required=False)
    severity = Several(_("Severity"), [(value, value) for value in Ticket.Severity.values])
    tier = Several(_("Class of the module"), Component.Tier.choices)
    municipality_type = Several(_("Kind of municipality"), Municipality.Type.choices)
    queue = Several(_("Queue"))
    province = forms.CharField(
        label=_("Provinces"), required=False, max_length=400, help_text=_("Plate codes, for example 26 05")
    )
    municipality = forms.CharField(
        label=_("Municipalities, for example of one contract"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Codes, for example 26010 05004; empty means all"),
    )
    FACTS = ("severity", "tier", "municipality_type", "queue", "province", "municipality")

    def __init__(self, data=None, *, version: PolicyVersion) -> None:
        policy, conditions = version.policy, version.conditions
        initial = {fact: conditions.get(fact, []) for fact in self.FACTS}
        initial |= {fact: " ".join(conditions.get(fact, [])) for fact in CODES_OF}
        super().__init__(data, initial=initial | {"position": policy.position, "is_active": policy.is_active})
        self.kind = policy.kind
        offer(self, "queue", [(queue.code, queue.name) for queue in Queue.objects.all()])

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[name] for name in ("severity", "tier", "municipality_type", "queue")]

    @property
    def lists(self) -> list[forms.BoundField]:
        return [self[name] for name in CODES_OF]

    def clean_severity(self) -> list[str]:
        chosen = self.cleaned_data["severity"]
        if self.kind == Policy.Kind.SLA and len(chosen) != 1:
            raise ValidationError(_("A promise to municipalities is for one class: figures are counted by it."))
        return chosen

    def clean_province(self) -> list[str]:
        return known_codes("province", self.cleaned_data["province"])

    def clean_municipality(self) -> list[str]:
        return known_codes("municipality", self.cleaned_data["municipality"])

    def conditions(self) -> dict[str, list[str]]:
        return {fact: self.cleaned_data[fact] for fact in self.FACTS if self.cleaned_data[fact]}


def known_codes(fact: str, text: str) -> list[str]:
    """The codes in `text`, each one known; else a sentence that names those that are not."""
    codes = list(dict.fromkeys(text.replace(",", " ").split()))
    places, field = CODES_OF[fact]
    existing = set(places.filter(**{f"{field}__in": codes}).values_list(field, flat=True))
    unknown = [code for code in codes if code not in existing]
    if unknown:
        raise ValidationError(_("Unknown code: %(codes)s"), params={"codes": ", ".join(unknown[:5])})
    return codes


FACT_NAMES = {
    "severity": _("class"),
    "tier": _("module class"),
    "component": _("module"),
    "queue": _("queue"),
    "municipality_type": _("kind of municipality"),
    "province": _("province"),
    "municipality": _("municipality"),
}
SHOWN_VALUES = 6


def spoken_conditions(version: PolicyVersion) -> list[str]:
    """Each condition in words: "class: S2", long lists cut short."""
    labels = {"tier": dict(Component.Tier.choices), "municipality_type": dict(Municipality.Type.choices)}
    spoken = []
    for fact, values in version.conditions.items():
        names = [str(labels.get(fact, {}).get(value, value)) for value in values[:SHOWN_VALUES]]
        more = f" +{len(values) - SHOWN_VALUES}" if len(values) > SHOWN_VALUES else ""
        spoken.append(f"{FACT_NAMES.get(fact, fact)}: {', '.join(names)}{more}")
    return spoken


class TargetForm(CleanForm):
    """One promise: an amount, its unit and calendar, when it starts, the share to be kept. No amount, no promise."""

    UNITS = (("minutes", _("minutes")), ("days", _("working days")))

    amount = forms.IntegerField(label=_("Amount"), min_value=1, max_value=100_000, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    calendar = forms.ModelChoiceField(
        label=_("Calendar"), queryset=Calendar.objects.filter(scope=""), to_field_name="code", empty_label=None
    )
    starts = forms.ChoiceField(label=_("Starts"), choices=Target.Starts.choices)
    rhythm = forms.ChoiceField(label=_("Repeats"), choices=Target.Rhythm.choices)
    goal_percent = forms.IntegerField(label=_("Goal (%)"), min_value=1, max_value=100)

    def __init__(self, data=None, *, metric: str, target: Target | None) -> None:
        self.metric = metric
        super().__init__(data, initial=initial_of(metric, target), prefix=metric)

    @property
    def name(self) -> str:
        return str(Metric(self.metric).label)

    def row(self) -> Target | None:
        """The unsaved target; None where nothing is promised."""
        facts = self.cleaned_data
        if not facts["amount"]:
            return None
        in_days = facts["unit"] == "days"
        return Target(
            metric=self.metric,
            seconds=None if in_days else facts["amount"] * 60,
            working_days=facts["amount"] if in_days else None,
            calendar=facts["calendar"],
            starts=facts["starts"],
            rhythm=facts["rhythm"],
            goal_percent=facts["goal_percent"],
        )


def initial_of(metric: str, target: Target | None) -> dict:
    if target is None:
        rhythm = Target.Rhythm.PERIODIC if metric == Metric.NEXT_UPDATE else Target.Rhythm.ONCE
        starts = Target.Starts.ASSIGNED if metric == Metric.HANDLING else Target.Starts.CREATED
        return {"unit": "minutes", "calendar": "tr-mesai", "goal_percent": 90, "starts": starts, "rhythm": rhythm}
    in_days = target.working_days is not None
    return {
        "amount": target.working_days if in_days else (target.seconds or 60) // 60,
        "unit": "days" if in_days else "minutes",
        "calendar": target.calendar.code,
        "starts": target.starts,
        "rhythm": target.rhythm,
        "goal_percent": target.goal_percent,
    }


class RestForm(CleanForm):
    """One reason to rest: whether it counts, for which promises, for how long at most."""

    rests = forms.BooleanField(label=_("Rests"), required=False)
    cap = forms.IntegerField(
        label=_("At most (working hours)"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Empty: as long as it lasts"),
    )
    metrics = Several(_("Only these promises"))

    def __init__(self, data=None, *, kind: str, version: PolicyVersion) -> None:
        rule = version.rests.get(kind)
        cap = (rule or {}).get("cap")
        initial = {"rests": rule is not None, "cap": cap // HOUR if cap else None}
        super().__init__(data, initial=initial | {"metrics": (rule or {}).get("metrics", [])}, prefix=f"rest-{kind}")
        self.kind, self.name = kind, REST_KINDS[kind]
        offer(self, "metrics", [(metric, Metric(metric).label) for metric in metrics_of(version.policy.kind)])

    def rule(self) -> dict | None:
        facts = self.cleaned_data
        if not facts["rests"]:
            return None
        cap = {"cap": facts["cap"] * HOUR if facts["cap"] else None}
        return cap | ({"metrics": facts["metrics"]} if facts["metrics"] else {})


class LevelForm(CleanForm):
    """One level: at which share of the time, or after how many minutes, what is done and who hears of it."""

    UNITS = (("percent", _("% of the time")), ("minutes", _("minutes")))

    amount = forms.IntegerField(label=_("At"), min_value=1, max_value=10_000, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    action = forms.ChoiceField(label=_("What is done"), choices=ACTIONS)
    to = forms.ChoiceField(label=_("Whom"), choices=WHOM)
    metric = forms.ChoiceField(label=_("Of which promise"), required=False)

    def __init__(self, data=None, *, number: int, level: dict | None, kind: str) -> None:
        level = level or {"percent": None, "action": "notify", "to": "assignee"}
        in_seconds = "seconds" in level
        initial = {
            "amount": level["seconds"] // 60 if in_seconds else level["percent"],
            "unit": "minutes" if in_seconds else "percent",
            **{name: level.get(name, "") for name in ("action", "to", "metric")},
        }
        super().__init__(data, initial=initial, prefix=f"level-{number}")
        names = [(metric, Metric(metric).label) for metric in metrics_of(kind)]
        offer(self, "metric", [("", _("of each")), *names])

    def level(self) -> dict | None:
        facts = self.cleaned_data
        if not facts["amount"]:
            return None
        at = {"seconds": facts["amount"] * 60} if facts["unit"] == "minutes" else {"percent": facts["amount"]}
        own = {"metric": facts["metric"]} if facts["metric"] else {}
        return at | own | {"action": facts["action"], "to": facts["to"]}


class RulesForm(CleanForm):
    """From when the terms hold, and what happens on a change of class, a reopening, a reply."""

    effective_from = forms.DateField(label=_("In force from"), widget=DayPicker)
    on_change = forms.ChoiceField(label=_("When the class changes"), choices=PolicyVersion.OnChange.choices)
    on_reopen = forms.ChoiceField(label=_("When a ticket is reopened"), choices=PolicyVersion.OnReopen.choices)
    automatic_replies_count = forms.BooleanField(label=_("An automatic reply counts as an answer"), required=False)
    bulk_replies_count = forms.BooleanField(label=_("One notice to many tickets counts as an answer"), required=False)
    NAMES = ("on_change", "on_reopen", "automatic_replies_count", "bulk_replies_count")

    def __init__(self, data=None, *, version: PolicyVersion) -> None:
        initial = {name: getattr(version, name) for name in self.NAMES}
        super().__init__(data, initial=initial | {"effective_from": now().astimezone(ISTANBUL).date()})

    def effective_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["effective_from"], time(), ISTANBUL).astimezone(UTC)


class TermsForm:
    """New terms of a policy: the parts above as one form."""

    def __init__(self, data=None, *, version: PolicyVersion) -> None:
        kind = version.policy.kind
        self.version = version
        self.conditions = ConditionsForm(data, version=version)
        self.targets = [TargetForm(data, metric=each, target=version.target(each)) for each in metrics_of(kind)]
        self.rests = [RestForm(data, kind=rest, version=version) for rest in REST_KINDS]
        levels = [*version.levels, *[None] * MOST_LEVELS][: max(MOST_LEVELS, len(version.levels))]
        self.levels = [LevelForm(data, number=n, level=level, kind=kind) for n, level in enumerate(levels)]
        self.rules = RulesForm(data, version=version)
        self.nothing_promised = False

    @property
    def parts(self) -> Iterable[forms.Form]:
        return (self.conditions, *self.targets, *self.rests, *self.levels, self.rules)

    def is_valid(self) -> bool:
        faults = [part.errors for part in self.parts]  # of every part, so that all are shown at once
        valid = not any(faults) and not self._critical_rests()
        self.nothing_promised = valid and not self.rows()
        return valid and not self.nothing_promised

    def _critical_rests(self) -> bool:
        """Refuse what S1 may not rest for; whether anything was refused."""
        promise = self.version.policy.kind == Policy.Kind.SLA
        if not promise or Ticket.Severity.S1 not in self.conditions.cleaned_data["severity"]:
            return False
        wrong = [part for part in self.rests if part.kind != "major_incident" and part.cleaned_data["rests"]]
        for part in wrong:
            part.add_error("rests", _("S1 rests only as part of an open major incident."))
        return bool(wrong)

    def draft(self) -> PolicyVersion:
        """An unsaved version of the valid form; `rows` are its targets."""
        conditions, rules = self.conditions.conditions(), self.rules.cleaned_data
        classes = conditions.get("severity", [])
        return PolicyVersion(
            policy=self.version.policy,
            effective_from=self.rules.effective_at(),
            severity=classes[0] if len(classes) == 1 else "",
            conditions=conditions,
            rests={part.kind: rule for part in self.rests if (rule := part.rule()) is not None},
            levels=in_order(level for part in self.levels if (level := part.level())),
            **{name: rules[name] for name in RulesForm.NAMES},
        )

    def rows(self) -> list[Target]:
        return [target for part in self.targets if (target := part.row())]


def in_order(levels: Iterable[dict]) -> list[dict]:
    """Levels counted in minutes first, then by rising share."""
    return sorted(levels, key=lambda level: (level.get("percent", 0), level.get("seconds", 0)))


class NewPolicyForm(CleanForm):
    """A policy that starts with the terms of another and is not in use until it is published."""

    name_tr = forms.CharField(label=_("Name in Turkish"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Policy.Kind.choices)
    like = forms.ModelChoiceField(
        label=_("Starts with the terms of"), queryset=Policy.objects.all(), to_field_name="code", required=False
    )

    def clean(self) -> dict:
        super().clean()
        facts = self.cleaned_data
        like = facts.get("like")
        if like and like.kind != facts.get("kind"):
            self.add_error("like", _("Choose a policy of the same kind."))
        facts["code"] = slugify(facts.get("name_en", ""))[:40]
        if not facts["code"] or Policy.objects.filter(code=facts["code"]).exists():
            self.add_error("name_en", _("Choose another name: its short form is taken or empty."))
        return facts
