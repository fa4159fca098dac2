"""Which promise fits, what it says, and publishing new terms."""

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.base import ModelState
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from django_sla import calendars
from django_sla.models import Metric, Policy, PolicyVersion, Target


@dataclass(frozen=True)
class Promised:
    """What a requester is told before filing: `due_at` is UTC, `target_text` a short text such as "4 hours"."""

    metric: str
    due_at: datetime
    target_text: str


def choose(
    at: datetime, *, kind: str = Policy.Kind.SLA, among: Sequence[PolicyVersion] | None = None, **facts: str
) -> PolicyVersion | None:
    """The terms in force at `at` of the first policy, by position, whose conditions fit `facts`.

    `facts` are what the host knows: severity="S2", tier="A", municipality="26010", …
    Who asks for many at the same `at` reads `in_force` once and chooses `among` them.
    """
    versions = _newest(at, [kind]) if among is None else among
    return next((version for version in versions if fits(version.conditions, facts)), None)


def _newest(at: datetime, kinds: Iterable[str]) -> Iterable[PolicyVersion]:
    """As `in_force`, the targets left to be read of the one that is chosen: half the cost."""
    effective = PolicyVersion.objects.filter(policy__is_active=True, policy__kind__in=kinds, effective_from__lte=at)
    in_order = effective.select_related("policy").order_by("policy__position", "policy__code", "number")
    return {version.policy_id: version for version in in_order}.values()


def choose_each(at: datetime, **facts: str) -> list[PolicyVersion]:
    """The terms of each kind that fit: the promise to the requester and the agreement between teams."""
    chosen: dict[str, PolicyVersion] = {}
    for version in _newest(at, Policy.Kind):
        if version.policy.kind not in chosen and fits(version.conditions, facts):
            chosen[version.policy.kind] = version
    versions = {version.pk: version for version in chosen.values()}
    for version in versions.values():
        version.__dict__["targets_in_order"] = []
    for target in Target.objects.filter(version__in=versions).select_related("calendar").order_by("pk"):
        versions[target.version_id].targets_in_order.append(target)
    return list(versions.values())


def fits(conditions: dict, facts: Mapping[str, str]) -> bool:
    """Every condition names a fact with one of its allowed values; no condition fits all."""
    return all(facts.get(fact) in allowed for fact, allowed in conditions.items())


def in_force(at: datetime, *, kind: str | None = Policy.Kind.SLA) -> list[PolicyVersion]:
    """The newest terms in force of every active policy of `kind` (None: of all), in the order of choice.

    One query, targets included, however many policies there are.
    """
    targets = (
        Target.objects.filter(
            version__policy__is_active=True,
            version__policy__kind__in=Policy.Kind if kind is None else [kind],
            version__effective_from__lte=at,
        )
        .select_related("version__policy", "calendar")
        .order_by("version__policy__position", "version__policy__code", "version__number", "pk")
    )
    latest: dict[int, PolicyVersion] = {}
    for target in targets:
        version = target.version
        newest = latest.get(version.policy_id)
        if newest is None or newest.pk != version.pk:
            version.__dict__["targets_in_order"] = []
            latest[version.policy_id] = version
        latest[version.policy_id].targets_in_order.append(target)
    return list(latest.values())


def promises(
    severity: str, at: datetime, *, among: Sequence[PolicyVersion] | None = None, **facts: str
) -> list[Promised]:
    """What would be promised to a ticket of `severity` filed at `at`; [] if no policy fits.

    A repeated promise starts with the first response, so its time here is the latest
    possible: counted from the moment by which we answer first.
    """
    version = choose(at, among=among, severity=severity, **facts)
    return [] if version is None else [_promised(target, at, version) for target in version.targets_in_order]


def due_of(target: Target, start: datetime) -> datetime:
    """The deadline of `target` for a clock that starts at `start` and never rests."""
    hours = calendars.hours(target.calendar)
    return hours.add(start, target.allowance(hours, start))


def _promised(target: Target, at: datetime, version: PolicyVersion) -> Promised:
    first = version.target(Metric.FIRST_RESPONSE)
    start = due_of(first, at) if first and target.rhythm != Target.Rhythm.ONCE else at
    return Promised(target.metric, due_of(target, start), target_text(target))


def target_text(target: Target) -> str:
    """The target in words, in the reader's language: "30 min", "4 working hours", "2 working days"."""
    if target.working_days is not None:
        return ngettext("%(count)d working day", "%(count)d working days", target.working_days) % {
            "count": target.working_days
        }
    minutes, seconds = divmod(target.seconds or 0, 60)
    if seconds:
        return _("%(count)d s") % {"count": target.seconds}
    if minutes % 60:
        return pgettext("duration", "%(count)d min") % {"count": minutes}
    if target.calendar.office_hours:
        return ngettext("%(count)d working hour", "%(count)d working hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}


def spoken_targets(version: PolicyVersion) -> list[tuple[Target, str]]:
    """Each target of these terms with its words."""
    return [(target, target_text(target)) for target in version.targets_in_order]


def copied(version: PolicyVersion, policy: Policy) -> PolicyVersion:
    """An unsaved draft for `policy` that says what `version` says; its targets go to `publish` beside it."""
    draft = copy.copy(version)
    draft._state = ModelState()
    draft.policy = policy
    return draft


@transaction.atomic
def publish(draft: PolicyVersion, targets: Sequence[Target], *, at: datetime, by: str = "") -> PolicyVersion:
    """Put new terms of a policy into force; the old version stays as it was.

    `draft` is unsaved with its policy set, `targets` are unsaved. Clocks that run keep
    their version until `recalculation` moves them.
    """
    newest = draft.policy.versions.order_by("-number").first()
    draft.pk = None
    draft.number = newest.number + 1 if newest else 1
    draft.published_at, draft.published_by = at, by
    draft.save(force_insert=True)
    for target in targets:
        target.pk, target.version = None, draft
    Target.objects.bulk_create(targets)
    draft.__dict__.pop("targets_in_order", None)
    return draft


@dataclass(frozen=True)
class PolicyDiff:
    """How many subjects each policy (by code, "" for none) takes before and after, and who goes where."""

    before: Counter[str]
    after: Counter[str]
    moves: Counter[tuple[str, str]]


def compare(
    before: Sequence[PolicyVersion], after: Sequence[PolicyVersion], groups: Iterable[tuple[dict, int]]
) -> PolicyDiff:
    """Which subjects each policy of two orders of choice would take.

    `groups` yields (facts, how many subjects share them), so that a database counts
    and this asks once for each combination.
    """
    result = PolicyDiff(Counter(), Counter(), Counter())
    for facts, count in groups:
        was, will = _taker(before, facts), _taker(after, facts)
        result.before[was] += count
        result.after[will] += count
        if was != will:
            result.moves[was, will] += count
    return result


def _taker(order: Sequence[PolicyVersion], facts: dict) -> str:
    return next((version.policy.code for version in order if fits(version.conditions, facts)), "")


def counts_as_response(version: PolicyVersion, *, public: bool, automatic: bool, bulk: bool) -> bool:
    """Whether a message from the desk is an answer: public, and human unless the terms say otherwise."""
    if automatic and not version.automatic_replies_count:
        return False
    if bulk and not version.bulk_replies_count:
        return False
    return public
