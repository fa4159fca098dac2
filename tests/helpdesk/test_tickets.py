"""The verbs of a ticket: what changes, who is refused, what is recorded and told."""

from datetime import timedelta

import time_machine
from django.db import IntegrityError, transaction
from django.test import TestCase

from foundation import now
from foundation.journal.models import Entry
from foundation.live.models import Event
from helpdesk import tickets
from helpdesk.models import Message, Ticket
from helpdesk.refusals import (
    NothingSaid,
    NotYourTicket,
    ReasonMissing,
    ReopenWindowOver,
    TicketEnded,
    TicketMovedOn,
    TicketTaken,
)
from helpdesk.search import finding
from tests.cast import a_municipality
from tests.helpdesk.builders import a_clerk, a_ticket, an_agent


class TheDesk(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ayse = an_agent("Ayşe Yılmaz")
        cls.burak = an_agent("Burak Çelik")
        cls.selim = a_clerk()
        cls.stranger = a_clerk("Yabancı", a_municipality("05004", "Merzifon"))

    def setUp(self):
        self.ticket = a_ticket(by=self.selim)

    def kinds(self):
        return list(Entry.objects.filter(subject_id=str(self.ticket.pk)).order_by("id").values_list("kind", flat=True))


class FilingATicket(TheDesk):
    def test_it_gets_a_number_of_this_year(self):
        self.assertRegex(self.ticket.number, r"^DST-\d{4}-\d{6,}$")

    def test_the_year_is_the_one_in_turkiye(self):
        with time_machine.travel("2026-12-31T22:30:00+00:00", tick=False):
            self.assertTrue(a_ticket().number.startswith("DST-2027-"))

    def test_the_same_token_files_it_once(self):
        first = a_ticket(token="form-1", subject="Bir")
        again = a_ticket(token="form-1", subject="İki")
        self.assertEqual(first.pk, again.pk)
        self.assertEqual(Ticket.objects.get(pk=first.pk).subject, "Bir")

    def test_a_token_of_another_municipality_opens_nothing_of_ours(self):
        ours = a_ticket(token="form-1")
        theirs = a_ticket(token="form-1", municipality=a_municipality("05004", "Merzifon"))
        self.assertNotEqual(ours.pk, theirs.pk)

    def test_it_is_recorded_and_told(self):
        self.assertEqual(self.kinds(), ["ticket.submitted"])
        told = Event.objects.filter(audience="desk", object_id=self.ticket.number).get()
        self.assertEqual(told.data["status"], "waiting_on_us")

    def test_it_is_found_in_any_spelling(self):
        for words in ("MAKBUZ", "makbuz odunpazari", "ÇIKMIYOR", "cikmiyor", self.ticket.number):
            self.assertIn(self.ticket, finding.narrowed(Ticket.objects.all(), words, self.selim), words)
        self.assertNotIn(self.ticket, finding.narrowed(Ticket.objects.all(), "bordro", self.selim))


class SeeingTickets(TheDesk):
    def test_a_municipality_sees_its_own_and_no_other(self):
        self.assertIn(self.ticket, Ticket.objects.visible_to(self.selim))
        self.assertNotIn(self.ticket, Ticket.objects.visible_to(self.stranger))
        self.assertIn(self.ticket, Ticket.objects.visible_to(self.ayse))

    def test_internal_notes_stay_at_the_desk(self):
        tickets.note(self.ticket, by=self.ayse, body="Kuyruk dolu")
        self.assertEqual(Message.objects.visible_to(self.selim).filter(kind="note").count(), 0)
        self.assertEqual(Message.objects.visible_to(self.ayse).filter(kind="note").count(), 1)
        self.assertEqual(Message.objects.visible_to(self.stranger).count(), 0)


class ClaimingATicket(TheDesk):
    def test_the_second_agent_learns_who_has_it(self):
        tickets.claim(self.ticket, by=self.ayse)
        with self.assertRaisesMessage(TicketTaken, "Ayşe Yılmaz"):
            tickets.claim(self.ticket, by=self.burak)

    def test_pressing_twice_is_no_failure(self):
        tickets.claim(self.ticket, by=self.ayse)
        tickets.claim(self.ticket, by=self.ayse)
        self.assertEqual(self.kinds().count("ticket.claimed"), 1)

    def test_a_closed_ticket_has_moved_on(self):
        tickets.withdraw(self.ticket, by=self.selim)
        with self.assertRaises(TicketMovedOn):
            tickets.claim(self.ticket, by=self.ayse)

    def test_municipal_staff_cannot(self):
        with self.assertRaises(NotYourTicket):
            tickets.claim(self.ticket, by=self.selim)

    def test_it_can_be_given_back_and_handed_over(self):
        tickets.claim(self.ticket, by=self.ayse)
        tickets.release(self.ticket, by=self.ayse)
        tickets.assign(self.ticket, to=self.burak, by=self.ayse)
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).assignee, self.burak)


class Talking(TheDesk):
    def test_our_first_reply_is_remembered_once(self):
        tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
        first = Ticket.objects.get(pk=self.ticket.pk).first_replied_at
        tickets.reply(self.ticket, by=self.burak, body="Bulduk")
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).first_replied_at, first)

    def test_their_reply_gives_the_turn_back(self):
        tickets.wait(self.ticket, by=self.ayse, body="Hangi vezne?")
        self.assertEqual(self.ticket.status, "waiting_on_them")
        self.assertIsNone(self.ticket.waiting_since)
        tickets.reply(self.ticket, by=self.selim, body="3 numara")
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).status, "waiting_on_us")

    def test_silence_is_refused(self):
        with self.assertRaises(NothingSaid):
            tickets.reply(self.ticket, by=self.ayse, body="  ")

    def test_a_closed_ticket_takes_no_reply(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        with self.assertRaises(TicketEnded):
            tickets.reply(self.ticket, by=self.selim, body="Teşekkürler")

    def test_only_the_desk_writes_notes(self):
        with self.assertRaises(NotYourTicket):
            tickets.note(self.ticket, by=self.selim, body="Not")

    def test_notes_are_not_told_to_the_municipality(self):
        tickets.note(self.ticket, by=self.ayse, body="Kuyruk dolu")
        audiences = set(Event.objects.filter(kind="message").values_list("audience", flat=True))
        self.assertEqual(audiences, {f"ticket:{self.ticket.number}:desk"})


class EndingATicket(TheDesk):
    def test_the_second_agent_learns_that_the_ticket_moved_on(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Disk boşaltıldı")
        with self.assertRaises(TicketMovedOn):
            tickets.resolve(self.ticket, by=self.burak, note="Yeniden başlatıldı")
        self.assertEqual(self.kinds().count("ticket.resolved"), 1)

    def test_still_broken_here_reopens_it(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        tickets.reopen(self.ticket, by=self.selim, reason="Bizde düzelmedi")
        self.assertEqual(self.ticket.status, "waiting_on_us")
        self.assertIsNone(self.ticket.ended_at)

    def test_reopening_needs_a_reason(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        with self.assertRaises(ReasonMissing):
            tickets.reopen(self.ticket, by=self.selim, reason=" ")

    def test_the_window_closes_after_fourteen_days(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        with (
            time_machine.travel(now() + timedelta(days=14, seconds=1), tick=False),
            self.assertRaises(ReopenWindowOver),
        ):
            tickets.reopen(self.ticket, by=self.selim, reason="Yine oldu")

    def test_a_withdrawn_ticket_stays_withdrawn(self):
        tickets.withdraw(self.ticket, by=self.selim, reason="Yanlışlıkla açmışız")
        with self.assertRaises(TicketMovedOn):
            tickets.reopen(self.ticket, by=self.selim, reason="Fikrimizi değiştirdik")

    def test_the_database_refuses_an_ending_without_a_time(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=self.ticket.pk).update(status="resolved", waiting_since=None)
