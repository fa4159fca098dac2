"""A municipality that does not answer is reminded, told the day, and its ticket is closed on that day, not before."""

from datetime import datetime

import time_machine
from django.test import TestCase

from foundation.language.formatting import ISTANBUL
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.models import RemindedTicket, Ticket
from helpdesk.waiting import care
from helpdesk.waiting.care import CareTerms
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue


def at(day: int, hour: int, month: int = 12):
    return time_machine.travel(datetime(2026, month, day, hour, tzinfo=ISTANBUL), tick=False)


class NobodyAnswers(Cast, TestCase):
    def setUp(self):
        super().setUp()
        with at(2, 10):  # a Wednesday
            self.ticket = a_ticket(by=self.selim, urgency="question", impact="one", municipality=self.odunpazari)
            tickets.claim(self.ticket, by=self.ayse)
            tickets.wait(self.ticket, by=self.ayse, body="Hangi sürüm?")
            care.set_up(the_queue(), CareTerms(remind_after=2, close_after=3, is_active=True), by=self.yonca)

    def stands(self) -> str:
        return Ticket.objects.get(pk=self.ticket.pk).status

    def reminded(self) -> None:
        with at(4, 19):
            assert care.look_after() == 1

    def test_it_is_reminded_once_in_working_days_with_the_day_and_closed_then(self):
        with at(4, 9):
            assert care.look_after() == 0, "Friday is not over"
        before = OutboxMessage.objects.count()
        self.reminded()
        with at(5, 10):
            assert care.look_after() == 0, "once"
        said = self.ticket.messages.order_by("pk").last()
        assert said.author is None
        assert "9 Aralık 2026" in said.body, said.body
        assert OutboxMessage.objects.count() == before + 1
        with at(9, 12):
            assert care.look_after() == 0, "the weekend does not count, and the day is not over"
        with at(9, 19):
            assert care.look_after() == 1
            assert care.look_after() == 0
        assert self.stands() == "resolved"

    def test_an_answer_or_a_new_question_begins_it_anew(self):
        self.reminded()
        with at(7, 10):
            tickets.reply(Ticket.objects.get(pk=self.ticket.pk), by=self.selim, body="4.2")
            tickets.wait(Ticket.objects.get(pk=self.ticket.pk), by=self.ayse, body="Ya tarayıcı?")
        with at(9, 19):
            care.look_after()
        assert self.stands() == "waiting_on_them"
        with at(10, 19):
            care.look_after()
        assert RemindedTicket.objects.get().closes_at > datetime(2026, 12, 14, tzinfo=ISTANBUL)

    def test_an_s1_and_a_queue_without_care_are_left_alone(self):
        Ticket.objects.filter(pk=self.ticket.pk).update(severity="S1")
        with at(18, 19):
            assert care.look_after() == 0
        Ticket.objects.filter(pk=self.ticket.pk).update(severity="S4")
        care.set_up(the_queue(), CareTerms(remind_after=2, close_after=3, is_active=False), by=self.yonca)
        with at(18, 19):
            assert care.look_after() == 0
