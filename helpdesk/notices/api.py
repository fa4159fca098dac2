"""What one is told of, how one wants to be told, and who follows a ticket, over the API."""

from datetime import datetime, time

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation.directory.models import Person
from foundation.language.schema_types import Line
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import DeskNotice, Follower, LetterWay, NoticeMatter, NoticePreference, Ticket
from helpdesk.notices import followers, preferences, telling
from helpdesk.notices.followers import NotAReader
from helpdesk.refusals import NotYourTicket

router = Router(tags=["notices"])


class NoticeOut(Schema):
    id: int
    matter: str
    ticket: str = Field(alias="ticket.number")
    message: int | None = Field(alias="message_id", description="the message it is about")
    by: str
    at: datetime
    read_at: datetime | None

    @staticmethod
    def resolve_by(notice: DeskNotice) -> str:
        return notice.by.name if notice.by else ""


class ReadIn(Body):
    newest: int | None = Field(None, ge=1, description="id of the newest that was read; without it all are read")


class ReadOut(Schema):
    read: int
    unread: int


class PreferenceIn(Body):
    """A matter that is left out of `mail` is told as is usual; quiet hours never hold for S1."""

    mail: dict[NoticeMatter, LetterWay] = Field(default_factory=dict)
    push: list[NoticeMatter] = Field(max_length=20)
    quiet_from: time = Field(time(0, 0), description="Istanbul; the same as quiet_until: never quiet")
    quiet_until: time = time(0, 0)


class PreferenceOut(Schema):
    mail: dict[str, str]
    push: list[str]
    quiet_from: time
    quiet_until: time


class FollowerIn(Body):
    email: Line = Field("", max_length=254, description="whose; empty for oneself")


class FollowerOut(Schema):
    id: int = Field(alias="person_id")
    name: str = Field(alias="person.name")
    since: datetime


def for_the_desk(request) -> Person:
    if not request.user.works_at_the_desk:
        raise NotYourTicket
    return request.user


@router.get("/notices/", response=list[NoticeOut])
@paginate(Keyset, order=("-pk",))
def list_notices(request, unread: bool = False) -> QuerySet[DeskNotice]:
    """What the token's person was told, newest first; `unread` only what was not read yet."""
    told = DeskNotice.objects.visible_to(for_the_desk(request)).select_related("ticket", "by")
    return told.unread() if unread else told


@router.post("/notices/reading/", response=ReadOut)
def read(request, words: ReadIn) -> dict:
    """Mark as read; what is read needs no letter any more."""
    person = for_the_desk(request)
    return {"read": telling.read(person, newest=words.newest), "unread": telling.count(person)}


@router.get("/notices/preferences/", response=PreferenceOut)
def one_preference(request) -> dict:
    """How the token's person is told, usual ways included."""
    return said_in_full(preferences.of(for_the_desk(request)))


@router.put("/notices/preferences/", response=PreferenceOut)
def choose(request, wish: PreferenceIn) -> dict:
    """Say how one wants to be told."""
    chosen = preferences.choose(
        by=for_the_desk(request),
        mail={matter.value: way.value for matter, way in wish.mail.items()},
        push=[matter.value for matter in wish.push],
        quiet_from=wish.quiet_from.replace(tzinfo=None),
        quiet_until=wish.quiet_until.replace(tzinfo=None),
    )
    return said_in_full(chosen)


def said_in_full(preference: NoticePreference) -> dict:
    mail = {matter.value: str(preference.way(matter)) for matter in NoticeMatter}
    times = {"quiet_from": preference.quiet_from, "quiet_until": preference.quiet_until}
    return {"mail": mail, "push": preference.push, **times}


def find_ticket(request, number: str) -> Ticket:
    return get_object_or_404(Ticket.objects.visible_to(request.user), number=number)


@router.get("/tickets/{number}/followers/", response=list[FollowerOut])
@paginate(Keyset, order=("pk",))
def list_followers(request, number: str) -> QuerySet[Follower]:
    """Who follows it; whoever does not work at the desk sees only themselves."""
    ticket = find_ticket(request, number)
    return Follower.objects.visible_to(request.user).filter(ticket=ticket).select_related("person")


@router.post("/tickets/{number}/followers/", response={201: FollowerOut})
def follow(request, number: str, who: FollowerIn) -> Status:
    """Follow it oneself, or, for the desk, have somebody who may read it get copies."""
    person = Person.objects.filter(email__iexact=who.email).first() if who.email else request.user
    if person is None:
        raise NotAReader
    return Status(201, followers.follow(find_ticket(request, number), person, by=request.user))


@router.delete("/tickets/{number}/followers/{pk}/", response={204: None})
def leave(request, number: str, pk: int) -> Status:
    """No more word of it."""
    ticket = find_ticket(request, number)
    person = get_object_or_404(Person, pk=pk)  # by its own key: a number too large for one is nobody
    follower = get_object_or_404(ticket.followers.visible_to(request.user), person=person)
    followers.leave(ticket, follower.person, by=request.user)
    return Status(204, None)
