"""Teams and queues for other programs. Giving somebody a role needs a fresh second step, and so a page."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Component, Municipality, Person
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import Queue, Team, WorkLimit
from helpdesk.teams import members, queues, teams
from helpdesk.teams.forms import CODE

router = Router(tags=["desk"])


class TeamOut(Schema):
    code: str
    name_tr: str
    name_en: str
    ended_at: datetime | None


class TeamNames(Body):
    name_tr: Line = Field(min_length=1, max_length=80)
    name_en: Line = Field(min_length=1, max_length=80)


class TeamIn(TeamNames):
    code: str = Field(max_length=50, pattern=CODE.replace("(?!new$)", ""), description="stays for good")


class MemberOut(Schema):
    id: int
    name: str
    email: str
    skills: list[str]
    most_open: int | None = None

    @staticmethod
    def resolve_most_open(person: Person) -> int | None:
        limit = WorkLimit.objects.filter(person=person).first()
        return limit.most_open if limit else None

    @staticmethod
    def resolve_skills(person: Person) -> list[str]:
        return [skill.component_id for skill in person.skills.all()]


class MemberIn(Body):
    email: str = Field(max_length=254, description="of somebody who works at the desk already")


class SkillsIn(Body):
    """What is left out stays as it is."""

    skills: list[str] | None = Field(None, max_length=200, description="codes of the modules they know well")
    most_open: int | None = Field(None, ge=0, le=500, description="open tickets they can look after; 0: no limit")


class GivenBackOut(Schema):
    given_back: int = Field(description="claimed tickets that wait for the others again")


class QueueOut(Schema):
    code: str
    name_tr: str
    name_en: str
    team: str = Field(alias="team.code")
    components: list[str]
    municipality_types: list[str] = Field(alias="types", description="none: all")
    takes_the_rest: bool
    ended_at: datetime | None

    @staticmethod
    def resolve_components(queue: Queue) -> list[str]:
        return [component.pk for component in queue.components.all()]


class QueueTermsIn(TeamNames):
    team: str = Field(max_length=50, description="code of the team that looks after it")
    components: list[str] = Field([], max_length=500, description="codes; taken from the queues that had them")
    municipality_types: list[Municipality.Type] = Field([], max_length=4, description="none: all")
    move_open_tickets: bool = Field(False, description="else they stay where they lie")


class QueueIn(QueueTermsIn):
    code: str = Field(max_length=50, pattern=CODE.replace("(?!new$)", ""), description="stays for good")


class ChangeOut(Schema):
    queue: QueueOut
    misplaced: int = Field(description="open tickets of modules that moved")
    moved: bool = Field(description="whether they moved along")


class MovedOut(Schema):
    moved: int


def find_team(request, code: str) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), code=code)


def find_queue(request, code: str) -> Queue:
    visible = Queue.objects.visible_to(request.user).select_related("team").prefetch_related("components")
    return get_object_or_404(visible, code=code)


def components_of(codes: Sequence[str]) -> list[Component]:
    """Every one of them, or 404."""
    found = {component.pk: component for component in Component.objects.current().filter(pk__in=codes)}
    return [found.get(code) or get_object_or_404(Component.objects.current(), pk=code) for code in dict.fromkeys(codes)]


@router.get("/teams/", response=list[TeamOut])
@paginate(Keyset, order=("code",))
def list_teams(request) -> QuerySet[Team]:
    """Every team, ended ones too; for the desk."""
    return Team.objects.visible_to(request.user)


@router.post("/teams/", response={201: TeamOut})
def open_team(request, team: TeamIn) -> Status:
    """Open a team; for platform administrators."""
    return Status(201, teams.open_team(by=request.user, **team.dict()))


@router.get("/teams/{code}/", response=TeamOut)
def one_team(request, code: str) -> Team:
    """One team by its code."""
    return find_team(request, code)


@router.patch("/teams/{code}/", response=TeamOut)
def rename_team(request, code: str, names: TeamNames) -> Team:
    """Other names; for those who lead it."""
    team = find_team(request, code)
    teams.rename_team(team, by=request.user, **names.dict())
    return team


@router.delete("/teams/{code}/", response=TeamOut)
def end_team(request, code: str) -> Team:
    """End it; it stays in the list with the moment of its end. Refused while it looks after queues."""
    team = find_team(request, code)
    teams.end_team(team, by=request.user)
    return team


@router.get("/teams/{code}/members/", response=list[MemberOut])
@paginate(Keyset, order=("sort_key", "pk"))
def list_members(request, code: str) -> QuerySet[Person]:
    """Its people and what they know well."""
    return find_team(request, code).members.prefetch_related("skills")


@router.post("/teams/{code}/members/", response={201: MemberOut})
def join(request, code: str, member: MemberIn) -> Status:
    """Put somebody in who works at the desk already. Who has no role there yet gets it on a page."""
    team = find_team(request, code)
    teams.require_lead(team, request.user)
    person = get_object_or_404(Person, email=member.email.strip().lower())
    members.join(team, person, by=request.user)
    return Status(201, person)


@router.patch("/teams/{code}/members/{pk}/", response=MemberOut)
def know(request, code: str, pk: int, known: SkillsIn) -> Person:
    """Which modules a member knows well, and how many open tickets they can look after."""
    team = find_team(request, code)
    person = get_object_or_404(team.members, pk=pk)
    if known.skills is not None:
        members.know(person, components_of(known.skills), team=team, by=request.user)
    if known.most_open is not None:
        members.limit(person, known.most_open or None, team=team, by=request.user)
    return person


@router.delete("/teams/{code}/members/{pk}/", response=GivenBackOut)
def leave(request, code: str, pk: int) -> dict:
    """Take somebody out; what they had claimed in the team's queues waits for the others again."""
    team = find_team(request, code)
    person = get_object_or_404(team.members, pk=pk)
    return {"given_back": members.leave(team, person, by=request.user)}


@router.get("/queues/", response=list[QueueOut])
@paginate(Keyset, order=("code",))
def list_queues(request) -> QuerySet[Queue]:
    """Every queue and what it takes, ended ones too; for the desk."""
    return Queue.objects.visible_to(request.user).select_related("team").prefetch_related("components")


def terms_of(request, wanted: QueueTermsIn) -> queues.QueueTerms:
    return queues.QueueTerms(
        name_tr=wanted.name_tr,
        name_en=wanted.name_en,
        team=get_object_or_404(Team.objects.standing(), code=wanted.team),
        components=components_of(wanted.components),
        types=wanted.municipality_types,
    )


@router.post("/queues/", response={201: ChangeOut})
def open_queue(request, queue: QueueIn) -> Status:
    """Open a queue; what it takes is taken from where it lay. For platform administrators."""
    teams.require_administrator(request.user)
    terms = terms_of(request, queue)
    made, change = queues.open_queue(queue.code, terms, by=request.user, move_tickets=queue.move_open_tickets)
    return Status(201, told(request, made.code, change))


@router.get("/queues/{code}/", response=QueueOut)
def one_queue(request, code: str) -> Queue:
    """One queue by its code."""
    return find_queue(request, code)


@router.put("/queues/{code}/", response=ChangeOut)
def change_queue(request, code: str, wanted: QueueTermsIn) -> dict:
    """Say anew what it is called and takes, and who looks after it."""
    queue = find_queue(request, code)
    teams.require_administrator(request.user)
    terms = terms_of(request, wanted)
    change = queues.change_queue(queue, terms, by=request.user, move_tickets=wanted.move_open_tickets)
    return told(request, code, change)


def told(request, code: str, change: queues.Change) -> dict:
    return {"queue": find_queue(request, code), "misplaced": change.misplaced, "moved": change.moved}


@router.delete("/queues/{code}/", response=MovedOut)
def end_queue(request, code: str) -> dict:
    """End it; open tickets move to the queues that take them now. The one that takes the rest is followed first."""
    return {"moved": queues.end_queue(find_queue(request, code), by=request.user)}


@router.post("/queues/{code}/default/", response=QueueOut)
def take_the_rest(request, code: str) -> Queue:
    """From now on it takes what no other queue takes."""
    queue = find_queue(request, code)
    queues.take_the_rest(queue, by=request.user)
    return queue
