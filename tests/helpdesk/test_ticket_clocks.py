"""What each verb means for the clocks: they start in the same transaction and follow the turn."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import time_machine
from django.test import TestCase

from django_sla.models import Clock
from helpdesk import tickets
from helpdesk.models import Filing, Ticket
from helpdesk.refusals import ReasonMissing
from helpdesk.service_levels import commitments, ticket_clocks
from helpdesk.tickets import emails
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

# Monday, 7 June 2027, 10.00 in Türkiye: an ordinary working hour.
MONDAY = datetime(2027, 6, 7, 7, 0, tzinfo=UTC)


class Clocks(Cast, TestCase):
    def file(self, **words):
        words = {"municipality": self.odunpazari, "component": self.tahsilat, "by": self.selim} | words
        return a_ticket(**words)

    def states(self, ticket):
        return {promise.metric: promise.state for promise in commitments.of_clocks(commitments.clocks_of(ticket))}

    def test_they_start_with_the_ticket(self):
        with time_machine.travel(MONDAY, tick=False):
            ticket = self.file()
        self.assertEqual(ticket.severity, "S2")
        self.assertEqual(ticket.next_due_at, MONDAY + timedelta(minutes=30))

    def test_a_ticket_that_cannot_be_kept_leaves_no_clock_behind(self):
        the_queue()
        with mock.patch.object(emails, "received", side_effect=RuntimeError), self.assertRaises(RuntimeError):
            self.file()
        self.assertEqual((Filing.objects.count(), Ticket.objects.count(), Clock.objects.count()), (0, 0, 0))

    def test_our_first_reply_keeps_the_first_promise(self):
        with time_machine.travel(MONDAY, tick=False) as clock:
            ticket = self.file()
            clock.shift(timedelta(minutes=20))
            tickets.reply(ticket, by=self.ayse, body="Bakıyoruz")
        first = commitments.of_clocks(commitments.clocks_of(ticket))[0]
        self.assertEqual((first.metric, first.outcome), ("first_response", "met"))
        self.assertGreater(ticket.next_due_at, MONDAY + timedelta(minutes=30))

    def test_a_note_keeps_no_promise(self):
        ticket = self.file()
        tickets.note(ticket, by=self.ayse, body="Not")
        self.assertEqual(self.states(ticket)["first_response"], "running")

    def test_waiting_for_the_municipality_rests_them_and_its_answer_wakes_them(self):
        ticket = self.file()
        tickets.wait(ticket, by=self.ayse, body="Hangi vezne?")
        self.assertTrue(Ticket.objects.get(pk=ticket.pk).is_resting)
        tickets.reply(ticket, by=self.selim, body="Üç")
        self.assertFalse(Ticket.objects.get(pk=ticket.pk).is_resting)

    def test_critical_ones_never_rest(self):
        ticket = self.file(urgency="danger")
        tickets.wait(ticket, by=self.ayse, body="Hangi kayıtlar?")
        self.assertFalse(Ticket.objects.get(pk=ticket.pk).is_resting)

    def test_an_ended_ticket_is_due_nowhere(self):
        for end in (
            lambda ticket: tickets.resolve(ticket, by=self.ayse, note="Düzeldi"),
            lambda ticket: tickets.withdraw(ticket, by=self.selim),
        ):
            ticket = self.file()
            end(ticket)
            self.assertIsNone(Ticket.objects.get(pk=ticket.pk).due_at)

    def test_reopening_runs_them_again(self):
        ticket = self.file()
        tickets.resolve(ticket, by=self.ayse, note="Düzeldi")
        tickets.reopen(ticket, by=self.selim, reason="Bizde düzelmedi")
        self.assertEqual(self.states(ticket)["resolution"], "running")
        self.assertIsNotNone(Ticket.objects.get(pk=ticket.pk).due_at)

    def test_lowering_the_class_needs_a_reason_and_moves_the_clocks(self):
        ticket = self.file()
        before = ticket.next_due_at
        with self.assertRaises(ReasonMissing):
            tickets.grade(ticket, severity="S3", by=self.ayse)
        tickets.grade(ticket, severity="S3", by=self.ayse, reason="Başka veznede kesiliyor")
        self.assertGreater(Ticket.objects.get(pk=ticket.pk).next_due_at, before)
        self.assertTrue(ticket.messages.filter(kind="public", body__contains="Başka veznede").exists())

    def test_of_many_only_those_that_are_named_move(self):
        first, ended, other = (self.file() for _ in range(3))
        ticket_clocks.keep_many({first.pk: MONDAY, ended.pk: None})
        dues = [Ticket.objects.get(pk=ticket.pk).due_at for ticket in (first, ended, other)]
        self.assertEqual(dues, [MONDAY, None, other.next_due_at])
