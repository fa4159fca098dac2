"""The numbers above the queue: own tickets as they are, all others as counted last."""

from datetime import timedelta

from django.test import TestCase

from foundation import now
from helpdesk import tickets
from helpdesk.models import Ticket
from helpdesk.tickets import counters
from helpdesk.tickets.counters import Numbers
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue


class TheNumbersAboveTheQueue(Cast, TestCase):
    def a_ticket_due(self, minutes: int, *, taken: bool = True) -> Ticket:
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        if taken:
            tickets.claim(ticket, by=self.ayse)
        Ticket.objects.filter(pk=ticket.pk).update(next_due_at=now() + timedelta(minutes=minutes))
        return ticket

    def test_own_tickets_are_counted_while_they_are_open(self):
        for minutes in (-1, 59, 61):
            self.a_ticket_due(minutes)
        ended = self.a_ticket_due(-1)
        tickets.resolve(ended, by=self.ayse, note="Düzeldi")
        numbers = counters.numbers_for(self.ayse)
        self.assertEqual((numbers.mine, numbers.late, numbers.soon), (3, 1, 1))
        self.assertEqual(counters.numbers_for(self.burak).mine, 0)

    def test_the_rest_is_as_counted_last(self):
        the_queue().team.members.add(self.ayse)
        self.a_ticket_due(30)
        self.a_ticket_due(30, taken=False)
        counters.recount()
        self.a_ticket_due(30, taken=False)
        self.assertEqual(
            counters.numbers_for(self.ayse), Numbers(1, 0, 1, team=2, unclaimed=1, everything=2, snoozed=0)
        )
        self.assertEqual(counters.numbers_for(self.burak).team, 0)
