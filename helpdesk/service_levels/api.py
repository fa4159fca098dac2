"""Calendars and terms for other programs; what is wrong is said by the forms of the pages."""

from datetime import date, datetime

from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from django_sla import policies
from django_sla.models import Calendar, Policy, SpecialDay, Target
from foundation import Refusal, now
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import Ticket
from helpdesk.service_levels import keeping
from helpdesk.service_levels.calendar_forms import DaysForm, OverlayForm, WeekForm
from helpdesk.service_levels.policy_forms import NewPolicyForm, metrics_of

router = Router(tags=["service levels"])
NOT_FOR_S1 = ("requester", "supplier")


class FormDisagrees(Refusal):
    """Says what the form of the page says, field by field."""

    status = 422

    def __init__(self, form: forms.Form) -> None:
        said = [f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
        super().__init__(" · ".join(said))


class MetricUnknown(Refusal):
    sentence = _("A policy of this kind promises other things, each once.")
    status = 422


class S1DoesNotRest(Refusal):
    sentence = _("S1 rests only as part of an open major incident.")
    status = 422


class OneClassEach(Refusal):
    sentence = _("A promise to municipalities is for one class: figures are counted by it.")
    status = 422


class CalendarOut(Schema):
    code: str
    name_tr: str
    name_en: str
    base: str | None
    scope: str

    @staticmethod
    def resolve_base(calendar: Calendar) -> str | None:
        return calendar.base.code if calendar.base else None


class OverlayIn(Body):
    base: str = Field(max_length=40, description="code of the calendar it is laid over")
    place: str = Field(max_length=5, description="plate code or code of the municipality")


class SpecialDayOut(Schema):
    id: int
    date: date
    kind: str
    opens: bool
    start_minute: int
    end_minute: int
    name_tr: str
    name_en: str


class SpecialDaysIn(Body):
    first: date
    last: date
    kind: SpecialDay.Kind
    opens: bool = False
    start: str = Field("00:00", max_length=5)
    end: str = Field("24:00", max_length=5)
    name_tr: Line = Field(min_length=1, max_length=120)
    name_en: Line = Field(min_length=1, max_length=120)
    rejudge: bool = Field(False, description="judge ended promises anew, too")


class WeekIn(Body):
    effective_from: date
    days: list[str] = Field(min_length=7, max_length=7, description='Monday first, "08:30-12:30 13:30-17:30"')


class RecountedOut(Schema):
    recounted: int = Field(description="running promises counted anew; the rest follows in the background")


class TargetModel(Schema):
    metric: str = Field(max_length=20)
    seconds: int | None = Field(None, ge=1, le=31_536_000)
    working_days: int | None = Field(None, ge=1, le=365)
    calendar: str = Field(max_length=40)
    starts: Target.Starts = Target.Starts.CREATED
    rhythm: Target.Rhythm = Target.Rhythm.ONCE
    goal_percent: int = Field(90, ge=1, le=100)


class PolicyOut(Schema):
    code: str
    name_tr: str
    name_en: str
    kind: str
    position: int
    is_active: bool


class PolicyIn(Body):
    name_tr: Line = Field(min_length=1, max_length=120)
    name_en: Line = Field(min_length=1, max_length=120)
    kind: Policy.Kind
    like: str = Field("", max_length=40, description="code of a policy whose terms it starts with")


class TermsIn(Body):
    """Rests, levels and rules stay as they are in force; they are changed on the page."""

    position: int = Field(ge=1, le=9999)
    is_active: bool
    severity: list[Ticket.Severity] = Field(max_length=4)
    effective_from: date
    targets: list[TargetModel] = Field(min_length=1, max_length=20)


def valid(form: forms.Form) -> None:
    if not form.is_valid():
        raise FormDisagrees(form)


@router.get("/calendars/", response=list[CalendarOut])
@paginate(Keyset, order=("code",))
def list_calendars(request) -> QuerySet[Calendar]:
    """Working calendars and what each is laid over; for platform administrators."""
    keeping.require_keeper(request.user)
    return Calendar.objects.select_related("base")


@router.post("/calendars/", response={201: CalendarOut})
def lay_over(request, wanted: OverlayIn) -> Status:
    """A calendar of one place's own over one that all share."""
    keeping.require_keeper(request.user)
    form = OverlayForm(wanted.dict())
    valid(form)
    return Status(201, keeping.lay_over(form, by=request.user))


@router.get("/calendars/{code}/days/", response=list[SpecialDayOut])
@paginate(Keyset, order=("date", "pk"))
def list_days(request, code: str) -> QuerySet[SpecialDay]:
    """Its own special days in force: holidays, half days, leaves."""
    keeping.require_keeper(request.user)
    return get_object_or_404(Calendar, code=code).days.in_force()


@router.post("/calendars/{code}/days/", response={201: RecountedOut})
def declare_days(request, code: str, wanted: SpecialDaysIn) -> Status:
    """Declare special days; running promises are counted anew."""
    keeping.require_keeper(request.user)
    calendar = get_object_or_404(Calendar, code=code)
    form = DaysForm(wanted.dict())
    valid(form)
    keeping.declare_days(calendar, form.days(at=now(), by=request.user.name), by=request.user)
    if wanted.rejudge:
        keeping.request_rejudgement(calendar, form.reaches_back_to, by=request.user)
    return Status(201, {"recounted": keeping.recalculate(request.user)})


@router.delete("/calendars/{code}/days/{pk}/", response=RecountedOut)
def withdraw_day(request, code: str, pk: int) -> dict:
    """Take a special day back; running promises are counted anew."""
    keeping.require_keeper(request.user)
    days = SpecialDay.objects.in_force().select_related("calendar")
    keeping.withdraw_day(get_object_or_404(days, pk=pk, calendar__code=code), by=request.user)
    return {"recounted": keeping.recalculate(request.user)}


@router.put("/calendars/{code}/week/", response=RecountedOut)
def publish_week(request, code: str, wanted: WeekIn) -> dict:
    """Other weekly hours from a day on; running promises are counted anew."""
    keeping.require_keeper(request.user)
    calendar = get_object_or_404(Calendar, code=code)
    form = WeekForm(
        {f"day_{number}": hours for number, hours in enumerate(wanted.days)} | {"effective_from": wanted.effective_from}
    )
    valid(form)
    keeping.publish_week(calendar, form.week, effective_from=wanted.effective_from, by=request.user)
    return {"recounted": keeping.recalculate(request.user)}


@router.get("/policies/", response=list[PolicyOut])
@paginate(Keyset, order=("position", "code"))
def list_policies(request) -> QuerySet[Policy]:
    """Promises and agreements between teams, in the order of choice; for platform administrators."""
    keeping.require_keeper(request.user)
    return Policy.objects.all()


@router.post("/policies/", response={201: PolicyOut})
def open_policy(request, wanted: PolicyIn) -> Status:
    """A policy that takes no ticket before its terms are published."""
    keeping.require_keeper(request.user)
    form = NewPolicyForm(wanted.dict())
    valid(form)
    return Status(201, keeping.open_policy(form, by=request.user))


@router.put("/policies/{code}/terms/", response=PolicyOut)
def publish_terms(request, code: str, wanted: TermsIn) -> Policy:
    """New terms: for which classes, how long, in which place of the order; one that is not active is out of use."""
    keeping.require_keeper(request.user)
    policy = get_object_or_404(Policy, code=code)
    draft = policies.copied(keeping.version_of(policy), policy)
    check_terms(policy, wanted, draft.rests)
    classes = [severity.value for severity in wanted.severity]
    draft.conditions = {fact: values for fact, values in draft.conditions.items() if fact != "severity"}
    draft.conditions |= {"severity": classes} if classes else {}
    draft.severity = classes[0] if len(classes) == 1 else ""
    draft.effective_from = datetime.combine(wanted.effective_from, datetime.min.time(), now().tzinfo)
    targets = [target_of(target) for target in wanted.targets]
    keeping.publish_terms(draft, targets, position=wanted.position, is_active=wanted.is_active, by=request.user)
    policy.refresh_from_db()
    return policy


def check_terms(policy: Policy, wanted: TermsIn, rests: dict) -> None:
    """What the form of the page refuses, too."""
    metrics = [target.metric for target in wanted.targets]
    if not set(metrics) <= set(metrics_of(policy.kind)) or len(set(metrics)) < len(metrics):
        raise MetricUnknown
    if any((target.seconds is None) == (target.working_days is None) for target in wanted.targets):
        raise MetricUnknown
    if policy.kind == Policy.Kind.SLA:
        if len(wanted.severity) != 1:
            raise OneClassEach
        if Ticket.Severity.S1 in wanted.severity and any(kind in rests for kind in NOT_FOR_S1):
            raise S1DoesNotRest


def target_of(wanted: TargetModel) -> Target:
    fields = wanted.dict() | {"calendar": get_object_or_404(Calendar, code=wanted.calendar)}
    return Target(**fields)
