"""Which policy fits a matter, what a policy must be, and what would happen if."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from django_sla import calendars
from django_sla.models import Calendar
from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from runbooks.models import Matter, PagingPolicy, PolicyStep
from runbooks.models.paging import MOST_MINUTES, MOST_ROUNDS
from runbooks.paging import ways
from runbooks.paging.crew import away, crew

Hours, Who, Role = PagingPolicy.Hours, PolicyStep.Who, Membership.Role
MAY_KEEP = (Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
# Called where a rota has nobody at all.
STAND_INS = (Role.OPERATOR, Role.SHIFT_LEAD)
MOST_STEPS = 12


class MayNotKeepPolicies(Refusal):
    status = 403
    sentence = _("Only a shift lead or a platform administrator changes who is called.")


class PolicyIsWrong(Refusal):
    """What is typed cannot be followed; the sentence says why."""

    status = 422


@dataclass(frozen=True)
class MatterFacts:
    """What of a matter a policy looks at."""

    kind: str
    severity: str
    scope: str = ""
    province: str = ""
    components: tuple[str, ...] = ()

    @classmethod
    def of(cls, matter: Matter) -> "MatterFacts":
        return cls(matter.kind, matter.severity, matter.scope, matter.province, tuple(matter.components))


@dataclass(frozen=True)
class PolicyDraft:
    """A policy as it is typed, or read from a program; `steps` are rungs (`PolicyStep.as_rung`)."""

    name_tr: str
    name_en: str = ""
    position: int = 50
    is_on: bool = True
    severities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    hours: str = "any"
    calendar: str = ""
    waits: bool = False
    rounds: int = 1
    taken_minutes: int = 0
    steps: tuple[dict, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Called:
    """One person of a preview, and by which ways."""

    person: Person
    ways: list[ways.Reach]


@dataclass(frozen=True)
class Foreseen:
    """One rung as it would be climbed: when, whom it means, who that is, what would be said instead."""

    after: timedelta
    at: datetime
    rung: dict
    called: list[Called]
    said: str = ""

    @property
    def minutes(self) -> int:
        return round(self.after.total_seconds() / 60)


def choose(facts: MatterFacts, at: datetime) -> PagingPolicy | None:
    """The first policy in use that fits; the last resort fits everything. None where even that is gone."""
    for policy in PagingPolicy.objects.filter(is_on=True):
        if policy.is_last_resort or fits(policy, facts, at):
            return policy
    return None


def fits(policy: PagingPolicy, facts: MatterFacts, at: datetime) -> bool:
    wanted = (
        (policy.severities, {facts.severity}),
        (policy.kinds, {facts.kind}),
        (policy.scopes, {facts.scope}),
        (policy.components, set(facts.components)),
        (policy.provinces, {facts.province}),
    )
    if not all(not asked or set(asked) & there for asked, there in wanted):
        return False
    return policy.hours == Hours.ANY or is_open(policy.calendar, at) == (policy.hours == Hours.WITHIN)


def is_open(calendar: str, at: datetime) -> bool:
    """Whether the hours of this calendar run at `at`; a calendar that is gone is always open."""
    try:
        return calendars.by_code(calendar).is_open(at)
    except Calendar.DoesNotExist:
        return True


def first_call_at(policy: PagingPolicy, at: datetime) -> datetime:
    """At once; for a policy that waits, when its calendar opens."""
    if not policy.waits or is_open(policy.calendar, at):
        return at
    return calendars.by_code(policy.calendar).next_opening(at)


def rungs_of(policy: PagingPolicy | None) -> list[dict]:
    """The steps as a page copies them, the end of the line last. Without a policy those who answer for the house."""
    if policy is None:
        return [ending(Role.SHIFT_LEAD), ending(Role.PLATFORM_ADMIN)]
    return [step.as_rung() for step in policy.steps.all()]


def ending(role: str) -> dict:
    every_way = [way.value for way in ways.Kind]
    return {"who": Who.ROLE, "role": role, "ways": every_way, "minutes": 5, "is_end": True}


def people_of(rung: dict, at: datetime) -> list[Person]:
    """Whom a rung calls at `at`: those it means but for whoever is on leave; at the end of the line everybody."""
    people = meant_by(rung, at)
    absent = away(people, at)
    return people if rung["is_end"] else [person for person in people if person not in absent]


def meant_by(rung: dict, at: datetime) -> list[Person]:
    """Whom a rung means at `at`, able to sign in; a rota without anybody means those who stand in for it."""
    match rung["who"]:
        case Who.FIRST:
            person = crew(rung["rota"], at).first
            return [person] if person else []
        case Who.SECOND:
            person = crew(rung["rota"], at).second
            return [person] if person else []
        case Who.CREW:
            return crew(rung["rota"], at).everyone or list(Person.objects.holding(STAND_INS).order_by("sort_key"))
        case Who.PERSON:
            return list(Person.objects.filter(pk=rung["person"], is_active=True))
        case Who.ROLE:
            return list(Person.objects.holding([rung["role"]]).order_by("sort_key"))
    return list(Person.objects.filter(teams=rung["team"], is_active=True).order_by("sort_key"))


def meant(rung: dict, *, people: Mapping[int, str], teams: Mapping[int, str]) -> str:
    """Whom a rung means, in words; `people` and `teams` are the names it may mention."""
    match rung["who"]:
        case Who.PERSON:
            return people.get(rung["person"]) or gettext("somebody who is gone")
        case Who.ROLE:
            return gettext("everyone with the role: %(role)s") % {"role": Role(rung["role"]).label}
        case Who.TEAM:
            return gettext("the team: %(team)s") % {"team": teams.get(rung["team"], "–")}
    return str(Who(rung["who"]).label)


def preview(
    steps: Sequence[dict], *, rounds: int, start: datetime, stands: datetime | None = None
) -> Iterable[Foreseen]:
    """What would happen from `start` on if nobody answered, from the real rotas; each rung once, then the end.

    `stands` is the moment of the fault, where the first call waits for hours.
    """
    at, began = start, stands or start
    main = [step for step in steps if not step["is_end"]]
    order = [*main * max(1, rounds), *(step for step in steps if step["is_end"])]
    for step in order:
        people = people_of(step, at)
        reached = ways.usable(people)
        called = [Called(person, ways.chosen(reached[person.pk], step["ways"])) for person in people]
        said = "" if any(one.ways for one in called) else gettext("Nobody is there: passed over at once.")
        yield Foreseen(at - began, at, step, called, said)
        if not said:
            at += timedelta(minutes=step["minutes"])


def check(draft: PolicyDraft) -> None:
    """Refused with PolicyIsWrong unless it can be followed and comes to an end with somebody."""
    problems = list(_problems(draft))
    if problems:
        raise PolicyIsWrong(problems[0])


def _problems(draft: PolicyDraft) -> Iterable[str]:
    if not draft.name_tr.strip():
        yield gettext("A policy needs a name.")
    if not 1 <= draft.rounds <= MOST_ROUNDS:
        yield gettext("A policy that goes round for ever never ends: please say 1 to %(most)d rounds.") % {
            "most": MOST_ROUNDS
        }
    if (draft.hours != Hours.ANY or draft.waits) and not Calendar.objects.filter(code=draft.calendar).exists():
        yield gettext("Please choose the calendar whose hours are meant.")
    if not draft.steps:
        yield gettext("A policy without a step calls nobody.")
    if len(draft.steps) > MOST_STEPS:
        yield ngettext("At most %(n)d step, please.", "At most %(n)d steps, please.", MOST_STEPS) % {"n": MOST_STEPS}
    for number, step in enumerate(draft.steps, start=1):
        yield from _wrong_with(number, step)
    yield from _endless(draft.steps)


def _wrong_with(number: int, step: dict) -> Iterable[str]:
    where = {"number": number}
    if not 1 <= step["minutes"] <= MOST_MINUTES:
        yield gettext("Step %(number)d: please wait between 1 and 60 minutes.") % where
    if not step["ways"]:
        yield gettext("Step %(number)d: please choose at least one way.") % where
    named = {Who.PERSON: step.get("person"), Who.ROLE: step.get("role"), Who.TEAM: step.get("team")}
    if not named.get(step["who"], step.get("rota")):
        yield gettext("Step %(number)d: please say whom it means.") % where


def _endless(steps: Sequence[dict]) -> Iterable[str]:
    """The end of the line has to be somebody, whatever the rotas hold: a person, or a role that somebody has."""
    ends = [step for step in steps if step["is_end"]]
    fixed = [step for step in ends if step["who"] in (Who.PERSON, Who.ROLE, Who.TEAM)]
    if not fixed:
        yield gettext("This policy can never end: its end of the line has to name a person, a role or a team.")
    elif not any(meant_by(step, now()) for step in fixed):
        yield gettext("This policy can never end: nobody is behind its end of the line.")


@transaction.atomic
def keep(policy: PagingPolicy | None, draft: PolicyDraft, *, by: Person) -> PagingPolicy:
    """Make a policy, or change one; open pages keep the ladder they began with.

    Refused with MayNotKeepPolicies, or with PolicyIsWrong and the reason. The last resort stays
    switched on, without hours, whatever is asked.
    """
    if not by.has_role(*MAY_KEEP):
        raise MayNotKeepPolicies
    check(draft)
    fields = {name: value for name, value in vars(draft).items() if name != "steps"}
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    if policy and policy.is_last_resort:
        fields |= {"is_on": True, "hours": Hours.ANY, "waits": False}
    if policy is None:
        policy = PagingPolicy.objects.create(**fields)
    else:
        PagingPolicy.objects.filter(pk=policy.pk).update(**fields)
        policy.steps.all().delete()
        policy.refresh_from_db()
    PolicyStep.objects.bulk_create(step_of(policy, place, rung) for place, rung in enumerate(draft.steps))
    journal.record("paging_policy.kept", policy, by=by, steps=len(draft.steps), rounds=draft.rounds)
    return policy


def step_of(policy: PagingPolicy, place: int, rung: dict) -> PolicyStep:
    """A rung as a row; what it does not mean is left empty."""
    who = rung["who"]
    return PolicyStep(
        policy=policy,
        place=place,
        is_end=rung["is_end"],
        who=who,
        rota=rung.get("rota", "") if who in PolicyStep.OF_ROTA else "",
        person_id=rung.get("person") if who == Who.PERSON else None,
        role=rung.get("role", "") if who == Who.ROLE else "",
        team_id=rung.get("team") if who == Who.TEAM else None,
        ways=list(rung["ways"]),
        minutes=rung["minutes"],
    )


@transaction.atomic
def remove(policy: PagingPolicy, *, by: Person) -> None:
    """Take a policy away; the last resort stays."""
    if not by.has_role(*MAY_KEEP):
        raise MayNotKeepPolicies
    if policy.is_last_resort:
        raise PolicyIsWrong(
            gettext("The last resort stays: without it nobody would be called for what fits no other policy.")
        )
    journal.record("paging_policy.removed", policy, by=by)
    policy.delete()
