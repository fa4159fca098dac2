"""Who works in a team: joining, leaving, and which modules somebody knows."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Component, Membership, Person
from foundation.journal import journal
from helpdesk.models import Skill, Team, Ticket, WorkLimit
from helpdesk.teams.teams import TeamEnded, require_lead
from helpdesk.tickets import agents, assignment


class NotYetAtTheDesk(Refusal):
    """Giving the role is a platform administrator's act, with a fresh second step, and so on a page only."""

    sentence = _(
        "This person has no role at the desk yet. A platform administrator gives it, on the page of the team or of "
        "the person."
    )
    status = 403


class AccountClosed(Refusal):
    sentence = _("This account is closed.")


class LastOfTheRest(Refusal):
    sentence = _(
        "This is the last person of the team that takes every ticket no other queue takes. Please add somebody first."
    )


@transaction.atomic
def join(team: Team, person: Person, *, by: Person, may_give_role: bool = False) -> None:
    """Put somebody into a team. Who has no role at the desk becomes an agent for as long as they are in it.

    That role is given only by platform administrators who have just proved who they
    are (`may_give_role`). Joining twice changes nothing.
    """
    require_lead(team, by)
    if not Team.objects.standing().filter(pk=team.pk).exists():
        raise TeamEnded
    if not person.is_active:
        raise AccountClosed
    if not is_at_the_desk(person):
        if not (may_give_role and by.has_role(Membership.Role.PLATFORM_ADMIN)):
            raise NotYetAtTheDesk
        Membership.objects.create(person=person, role=Membership.Role.AGENT, scope=team.membership_scope)
        journal.record("membership.given", person, by=by, role=Membership.Role.AGENT, scope=team.membership_scope)
    if team.members.filter(pk=person.pk).exists():
        return
    team.members.add(person)
    agents.changed()
    journal.record("team.joined", team, by=by, person=person.pk)


@transaction.atomic
def leave(team: Team, person: Person, *, by: Person) -> int:
    """Take somebody out; what they had claimed in the team's queues waits there again. Returns how many."""
    require_lead(team, by)
    Team.objects.select_for_update().get(pk=team.pk)  # of two who leave at once, the second is the last
    others = team.members.exclude(pk=person.pk).filter(is_active=True)
    if team.queues.filter(takes_the_rest=True).exists() and not others.exists():
        raise LastOfTheRest
    return taken_out(team, person, by=by)


def taken_out(team: Team, person: Person, *, by: Person | None) -> int:
    if not team.members.through.objects.filter(team=team, person=person).delete()[0]:
        return 0
    Membership.objects.current().filter(person=person, scope=team.membership_scope).update(until=now())
    claimed = claimed_in(team, person) if is_at_the_desk(person) else Ticket.objects.open().filter(assignee=person)
    given_back = assignment.give_back(claimed, by=by)
    agents.changed()
    journal.record("team.left", team, by=by, person=person.pk, given_back=given_back)
    return given_back


def claimed_in(team: Team, person: Person) -> QuerySet[Ticket]:
    """The open tickets that somebody has in the queues of a team."""
    return Ticket.objects.open().filter(assignee=person, queue__team=team)


def followed_role(person: Person) -> None:
    """A role or an account ended: who no longer works at the desk leaves its teams, and their tickets wait again."""
    if is_at_the_desk(person):
        return
    for team in Team.objects.filter(members=person):
        taken_out(team, person, by=None)
    assignment.give_back(Ticket.objects.open().filter(assignee=person), by=None)


def is_at_the_desk(person: Person) -> bool:
    """As it is now, not as the person at hand remembers it."""
    held = Membership.objects.current().filter(person=person, role__in=Membership.DESK_ROLES)
    return Person.objects.filter(pk=person.pk, is_active=True).exists() and held.exists()


@transaction.atomic
def know(person: Person, components: Iterable[Component], *, team: Team, by: Person) -> None:
    """From now on these are the modules that a member of the team knows well."""
    require_lead(team, by)
    wanted = {component.pk for component in components}
    known = set(person.skills.values_list("component", flat=True))
    person.skills.filter(component__in=known - wanted).delete()
    Skill.objects.bulk_create(
        [Skill(person=person, component_id=code) for code in sorted(wanted - known)], ignore_conflicts=True
    )
    if wanted != known:
        agents.changed()
        journal.record("person.skills_changed", person, by=by, skills=sorted(wanted))


@transaction.atomic
def limit(person: Person, most_open: int | None, *, team: Team, by: Person) -> None:
    """How many open tickets a member of the team can look after; None: nobody counts."""
    require_lead(team, by)
    before = WorkLimit.objects.filter(person=person).values_list("most_open", flat=True).first()
    if most_open == before:
        return
    if most_open is None:
        WorkLimit.objects.filter(person=person).delete()
    else:
        WorkLimit.objects.update_or_create(person=person, defaults={"most_open": most_open})
    journal.record("person.work_limit_changed", person, by=by, before=before, after=most_open)
