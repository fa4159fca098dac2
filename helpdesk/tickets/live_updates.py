"""What open pages hear about a ticket: data, no text of the conversation, no language."""

from collections.abc import Iterable

from foundation.directory.models import Person
from foundation.live import audiences, live
from helpdesk.models import Message, Ticket


def changed(ticket: Ticket) -> None:
    """Every open desk and every open page of this ticket learns its state; of a restricted one the named alone."""
    state = ticket.live_state()
    public = {"status": ticket.status, "severity": ticket.severity, "due": state["due"]}
    if ticket.is_restricted:
        queue_moved(ticket)
        live.announce_each(rooms_of(named_in(ticket), ticket), "ticket", ticket.number, public)
        return
    live.announce(audiences.DESK, "ticket", ticket.number, state)
    live.announce(audiences.ticket_desk(ticket.number), "ticket", ticket.number, state)
    live.announce(audiences.ticket_public(ticket.number), "ticket", ticket.number, public)


def left(ticket: Ticket) -> None:
    """It is restricted from now on: the last word in the rooms where everybody listened, without one of its own."""
    for room in (audiences.DESK, audiences.ticket_desk(ticket.number), audiences.ticket_public(ticket.number)):
        live.announce(room, "ticket", ticket.number, {"subject": "", "restricted": True})


def queue_moved(ticket: Ticket) -> None:
    """Something moved in its queue, and nobody hears what: open desks fetch the rows that they may see."""
    live.announce(audiences.DESK, "queue", str(ticket.queue_id), {"queue": ticket.queue_id})


def said(message: Message) -> None:
    """The pages of this ticket learn that there is something new to read, and fetch it."""
    ticket, is_public = message.ticket, message.kind == Message.Kind.PUBLIC
    data = {"side": message.side, "kind": message.kind}
    live.announce_each(rooms_for(ticket, notes=not is_public), "message", message.pk, data)


def rooms_for(ticket: Ticket, *, notes: bool = False) -> list[str]:
    """Where its open pages listen; with `notes` those of the desk alone."""
    if ticket.is_restricted:
        return rooms_of((one for one in named_in(ticket) if one.works_at_the_desk or not notes), ticket)
    return [audiences.ticket_desk(ticket.number), *([] if notes else [audiences.ticket_public(ticket.number)])]


def named_in(ticket: Ticket) -> list[Person]:
    return list(Person.objects.filter(named_in__ticket=ticket, is_active=True))


def rooms_of(people: Iterable[Person], ticket: Ticket) -> list[str]:
    return [audiences.ticket_of(ticket.number, person.pk) for person in people]
