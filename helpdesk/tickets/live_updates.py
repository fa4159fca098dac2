"""What open pages hear about a ticket: data, no text of the conversation, no language."""

from foundation.live import audiences, live
from helpdesk.models import Message, Ticket


def changed(ticket: Ticket) -> None:
    """Every open desk and every open page of this ticket learns its state."""
    state = ticket.live_state()
    live.announce(audiences.DESK, "ticket", ticket.number, state)
    live.announce(audiences.ticket_desk(ticket.number), "ticket", ticket.number, state)
    public = {"status": ticket.status, "severity": ticket.severity, "due": state["due"]}
    live.announce(audiences.ticket_public(ticket.number), "ticket", ticket.number, public)


def said(message: Message) -> None:
    """The pages of this ticket learn that there is something new to read, and fetch it."""
    number = message.ticket.number
    data = {"side": message.side, "kind": message.kind}
    live.announce(audiences.ticket_desk(number), "message", message.pk, data)
    if message.kind == Message.Kind.PUBLIC:
        live.announce(audiences.ticket_public(number), "message", message.pk, data)
