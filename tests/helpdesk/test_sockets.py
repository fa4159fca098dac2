"""The two doors: who is let in, to which audience, and what is shown first."""

from django.test import TestCase

from foundation.live.models import Event
from helpdesk import tickets
from helpdesk.tickets.consumers import DeskSocket, TicketSocket
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket


class TheDoors(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)

    def at(self, door, person):
        socket = door()
        socket.person, socket.kwargs = person, {"number": self.ticket.number}
        return socket

    def test_only_the_desk_hears_the_queue(self):
        admitted = [name for name in ("ayse", "leyla", "nermin", "selim", "stranger") if self.admits(DeskSocket, name)]
        self.assertEqual(admitted, ["ayse", "leyla"])

    def test_a_ticket_is_heard_by_its_municipality_and_by_those_who_work_nationally(self):
        admitted = [name for name in ("ayse", "nermin", "selim", "zehra", "hatice") if self.admits(TicketSocket, name)]
        self.assertEqual(admitted, ["ayse", "nermin", "selim", "zehra"])

    def admits(self, door, name):
        return self.at(door, getattr(self, name)).allows()

    def test_notes_are_told_where_only_the_desk_listens(self):
        tickets.note(self.ticket, by=self.ayse, body="Not")
        told = set(Event.objects.filter(kind="message").values_list("audience", flat=True))
        self.assertIn(self.at(TicketSocket, self.ayse).audience, told)
        for outside in (self.selim, self.nermin):
            self.assertNotIn(self.at(TicketSocket, outside).audience, told)

    def test_the_newest_note_does_not_show_in_the_municipalitys_snapshot(self):
        public = self.ticket.messages.get().pk
        note = tickets.note(self.ticket, by=self.ayse, body="Not").pk
        self.assertEqual(self.at(TicketSocket, self.selim).snapshot()["message"], public)
        self.assertEqual(self.at(TicketSocket, self.ayse).snapshot()["message"], note)

    def test_the_queue_opens_with_what_is_due_first(self):
        urgent = a_ticket(municipality=self.merzifon, component=self.tahsilat, urgency="danger")
        snapshot = self.at(DeskSocket, self.ayse).snapshot()
        self.assertEqual([state["number"] for state in snapshot["tickets"]], [urgent.number, self.ticket.number])
