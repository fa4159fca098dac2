"""The sockets of helpdesk: the queue, and one ticket."""

from django.urls import path

from foundation.live import audiences
from foundation.live.consumers import LiveConsumer
from helpdesk.models import MajorIncident, Message, Ticket

NEWEST = 200


class DeskSocket(LiveConsumer):
    """Open queues: which tickets moved. The page fetches the rows it shows."""

    kind = "desk"
    audience = audiences.DESK

    def allows(self) -> bool:
        return self.person is not None and self.person.works_at_the_desk

    def snapshot(self) -> dict:
        """The tickets due first; a page with another view asks for its own rows."""
        due = Ticket.objects.open().unrestricted().by_what_is_due().defer("search_text")[:NEWEST]
        incidents = MajorIncident.objects.live().values_list("pk", flat=True)
        return {"tickets": [ticket.live_state() for ticket in due], "incidents": list(incidents)}


class TicketSocket(LiveConsumer):
    """One open ticket. The desk listens where internal notes are told, others do not."""

    kind = "ticket"

    @property
    def at_desk(self) -> bool:
        return self.person is not None and self.person.works_at_the_desk

    restriction: str = ""

    @property
    def audience(self) -> str:
        if self.restriction and self.person is not None:
            return audiences.ticket_of(str(self.kwargs["number"]), self.person.pk)
        room = audiences.ticket_desk if self.at_desk else audiences.ticket_public
        return room(str(self.kwargs["number"]))

    def allows(self) -> bool:
        seen = Ticket.objects.visible_to(self.person).filter(number=self.kwargs["number"])
        restrictions = seen.values_list("restriction", flat=True)
        self.restriction = "".join(restrictions)
        return bool(restrictions)

    def snapshot(self) -> dict:
        """Its state and the newest message this audience may read."""
        ticket = Ticket.objects.defer("search_text").get(number=self.kwargs["number"])
        messages = Message.objects.filter(ticket=ticket)
        if not self.at_desk:
            messages = messages.filter(kind=Message.Kind.PUBLIC)
        newest = messages.order_by("-pk").values_list("pk", flat=True).first()
        return {"status": ticket.status, "severity": ticket.severity, "message": newest}


sockets = [
    path("ws/desk/", DeskSocket.as_asgi(), name="desk"),
    path("ws/tickets/<str:number>/", TicketSocket.as_asgi(), name="ticket"),
]
