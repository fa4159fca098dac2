"""What happens to a ticket, said to those whom it concerns; each verb of a ticket's life calls one of these."""

from datetime import datetime

from foundation.directory.models import Membership, Person
from helpdesk.models import Message, NoticeMatter, Ticket
from helpdesk.notices import followers, mentions
from helpdesk.notices.telling import tell


def given(ticket: Ticket, *, to: Person, before: Person | None, by: Person | None, at: datetime) -> None:
    """A colleague has it now; who had it learns that, too."""
    what = f"given:{at.isoformat()}"
    tell(NoticeMatter.ASSIGNED, ticket, [to], what=what, by=by)
    tell(NoticeMatter.TAKEN, ticket, [before if before != to else None], what=what, by=by)


def said(message: Message, *, reopens: bool = False) -> None:
    """Whom a message concerns, each once: named in a note, then who has the ticket, then who follows it."""
    ticket, what = message.ticket, f"message:{message.pk}"
    if message.kind == Message.Kind.NOTE:
        people, _unknown = mentions.found_in(message.body)
        tell(NoticeMatter.MENTIONED, ticket, people, what=what, by=message.author, message=message)
    elif reopens or message.side == Message.Side.THEM:
        matter = NoticeMatter.REOPENED if reopens else NoticeMatter.ANSWERED
        tell(matter, ticket, [ticket.assignee], what=what, by=message.author, message=message)
    news(ticket, what=what, by=message.author, message=message)


def news(ticket: Ticket, *, what: str, by: Person | None, message: Message | None = None) -> None:
    """For colleagues who follow it."""
    colleagues = [person for person in followers.following(ticket) if person.works_at_the_desk]
    if colleagues:
        tell(NoticeMatter.FOLLOWED, ticket, colleagues, what=what, by=by, message=message)


def ended(ticket: Ticket, *, by: Person, at: datetime) -> None:
    """The municipality closed it: who has it need not go on."""
    what = f"ended:{at.isoformat()}"
    tell(NoticeMatter.ENDED, ticket, [ticket.assignee], what=what, by=by)
    news(ticket, what=what, by=by)


def woken(ticket: Ticket, *, to: Person | None, by: Person | None, what: str) -> None:
    """It was put aside and stands in the queue again."""
    tell(NoticeMatter.WOKEN, ticket, [to], what=what, by=by)


def became_s1(ticket: Ticket, *, by: Person | None = None) -> None:
    """Once a ticket: the team that looks after it and the shift leads; without a team everybody at the desk."""
    team = Person.objects.filter(teams=ticket.queue.team_id, is_active=True)
    leads = Person.objects.holding([Membership.Role.SHIFT_LEAD])
    people = list(team) or list(Person.objects.holding(Membership.DESK_ROLES))
    tell(NoticeMatter.NEW_S1, ticket, [*people, *leads], what="s1", by=by)
