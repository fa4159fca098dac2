"""Teams: opened, renamed, ended. Nothing is deleted; what a team did keeps its name."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory import events
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from helpdesk.models import Team


class NotYourTeam(Refusal):
    sentence = _(
        "Shift leads look after the people of their own team; everything else the platform administrator does."
    )
    status = 403


class CodeTaken(Refusal):
    sentence = _("This code is in use, perhaps by one that has ended. Please choose another one.")


class TeamEnded(Refusal):
    sentence = _("This team has ended.")


class TeamHasQueues(Refusal):
    sentence = _("This team still looks after queues. Please give them to another team, or end them, first.")


@transaction.atomic
def open_team(*, code: str, name_tr: str, name_en: str, by: Person) -> Team:
    """A team without people or queues yet; its code stays for good."""
    require_administrator(by)
    try:
        with transaction.atomic():
            team = Team.objects.create(code=code, name_tr=name_tr, name_en=name_en)
    except IntegrityError:
        raise CodeTaken from None
    journal.record("team.opened", team, by=by, code=code)
    return team


@transaction.atomic
def rename_team(team: Team, *, name_tr: str, name_en: str, by: Person) -> None:
    require_lead(team, by)
    if not Team.objects.standing().filter(pk=team.pk).update(name_tr=name_tr, name_en=name_en):
        raise TeamEnded
    journal.record("team.renamed", team, by=by, before=team.name_tr, after=name_tr)
    team.refresh_from_db()


@transaction.atomic
def end_team(team: Team, *, by: Person) -> None:
    """Its people keep their other teams; a role that only this team gave ends with it."""
    require_administrator(by)
    if team.queues.standing().exists():
        raise TeamHasQueues
    at = now()
    if not Team.objects.standing().filter(pk=team.pk).update(ended_at=at):
        raise TeamEnded
    people = list(team.members.all())
    Membership.objects.current().filter(scope=team.membership_scope).update(until=at)
    journal.record("team.ended", team, by=by, members=[person.pk for person in people])
    team.members.clear()
    for person in people:
        events.role_ended.send(Team, person=person)
    team.refresh_from_db()


def require_administrator(by: Person) -> None:
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise NotYourTeam


def require_lead(team: Team, by: Person) -> None:
    if not team.is_led_by(by):
        raise NotYourTeam
