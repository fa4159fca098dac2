"""What keepers of calendars and terms do; pages and API call the same verbs."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from django_sla import calendars, policies, recalculation, rejudgement
from django_sla.models import Calendar, Policy, PolicyVersion, SpecialDay, Target
from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from helpdesk.models import Ticket
from helpdesk.service_levels import ticket_clocks
from helpdesk.service_levels.calendar_forms import OverlayForm
from helpdesk.service_levels.policy_forms import NewPolicyForm

BATCH_SIZE = 4000  # promises counted anew while a person waits


class NotAKeeper(Refusal):
    sentence = _("Calendars and terms are kept by platform administrators.")
    status = 403


def require_keeper(by: Person) -> None:
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotAKeeper


@transaction.atomic
def lay_over(form: OverlayForm, *, by: Person) -> Calendar:
    """A calendar of one place's own; its running promises move over, no deadline with them."""
    require_keeper(by)
    place, base = form.cleaned_data["place"], form.cleaned_data["base"]
    names = {f"name_{code}": f"{base.name_in(code)} · {place}" for code in ("tr", "en")}
    made = calendars.lay_over(base, code=form.code, scope=form.scope, **names)
    recalculation.adopt(made, ticket_clocks.LABEL, Ticket.objects.open().filter(**form.reach).values("pk"))
    journal.record("calendar.laid_over", made, by=by, scope=made.scope)
    return made


@transaction.atomic
def declare_days(calendar: Calendar, days: Sequence[SpecialDay], *, by: Person) -> None:
    require_keeper(by)
    calendars.declare_days(calendar, days)
    journal.record("calendar.days_declared", calendar, by=by, dates=[str(day.date) for day in days])


@transaction.atomic
def withdraw_day(day: SpecialDay, *, by: Person) -> None:
    require_keeper(by)
    calendars.withdraw_day(day, at=now())
    journal.record("calendar.day_withdrawn", day.calendar, by=by, date=str(day.date))


@transaction.atomic
def publish_week(calendar: Calendar, week: list, *, effective_from: date, by: Person) -> None:
    require_keeper(by)
    calendars.publish_week(calendar, week, effective_from=effective_from, at=now(), by=by.name)
    journal.record("calendar.week_published", calendar, by=by, effective_from=str(effective_from))


def request_rejudgement(calendar: Calendar, since: datetime, *, by: Person) -> None:
    """Ended promises since then are judged anew, in the background."""
    if since < now():
        rejudgement.request(calendar, since, at=now(), by=by.name)
        journal.record("calendar.rejudgement_requested", calendar, by=by, since=since.isoformat())


def recalculate(by: Person) -> int:
    """Count running promises anew, as many as a person waits for; the rest follows in the background."""
    return recalculation.recalculate(at=now(), by=by.name, limit=BATCH_SIZE)


@transaction.atomic
def open_policy(form: NewPolicyForm, *, by: Person) -> Policy:
    """A policy that starts with another's terms; it takes no ticket before it is published."""
    require_keeper(by)
    facts = form.cleaned_data
    last = Policy.objects.order_by("-position").first()
    made = Policy.objects.create(
        **{name: facts[name] for name in ("code", "name_tr", "name_en", "kind")},
        position=last.position + 10 if last else 10,
        is_active=False,
    )
    if facts["like"]:
        like = version_of(facts["like"])
        policies.publish(policies.copied(like, made), like.targets_in_order, at=now(), by=by.name)
    journal.record("policy.opened", made, by=by)
    return made


@transaction.atomic
def publish_terms(
    draft: PolicyVersion, targets: Sequence[Target], *, position: int, is_active: bool, by: Person
) -> PolicyVersion:
    """A new version; the policy's place and use change with it."""
    require_keeper(by)
    policy = draft.policy
    Policy.objects.filter(pk=policy.pk).update(position=position, is_active=is_active)
    version = policies.publish(draft, targets, at=now(), by=by.name)
    journal.record("policy.published", policy, by=by, version=version.number)
    if not is_active:
        recalculation.withdraw_policy(policy, at=now(), by=by.name)
    return version


def version_of(policy: Policy) -> PolicyVersion:
    """The terms in force, else the newest, else none yet."""
    numbered = policy.versions.select_related("policy").order_by("number")
    current = numbered.filter(effective_from__lte=now()).last() or numbered.last()
    return current or PolicyVersion(policy=policy, number=0)
