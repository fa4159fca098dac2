"""Who hears when a promise comes close, breaks, or nobody takes a critical ticket."""

from datetime import timedelta

import time_machine
from django.test import TestCase

from foundation import now
from foundation.journal.models import Entry
from helpdesk import escalations
from helpdesk.models import Ticket
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket


class NobodyTakesACriticalTicket(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(urgency=Ticket.Urgency.DANGER, impact=Ticket.Impact.ALL)
        self.assertEqual(self.ticket.severity, "S1")

    def recorded(self) -> list[str]:
        return [entry.facts["to"] for entry in Entry.objects.filter(kind="ticket.escalated").order_by("pk")]

    def look(self, minutes: float) -> None:
        with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
            escalations.look_at_the_clocks()

    def test_after_ten_minutes_the_next_on_call_is_named(self):
        self.look(11)
        self.assertIn("next_on_call", self.recorded())

    def test_every_level_is_told_once_however_often_we_look(self):
        self.look(40)
        told = self.recorded()
        self.assertGreater(len(told), 2)
        self.look(40)
        self.assertEqual(self.recorded(), told)
