"""Two tickets become one and are taken apart again: nothing is lost, nobody is told twice, no clock lies."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from django_sla import seeds
from django_sla.models import Clock
from foundation import now
from foundation.outbox.models import OutboxMessage
from helpdesk import retention, succession, tickets
from helpdesk.links import merging
from helpdesk.mail.intake import deliver
from helpdesk.mail.parsing import Letter
from helpdesk.models import Follower, MergedTicket, Message, Ticket
from helpdesk.refusals import HoldsOthers, NotYourTicket, TicketMovedOn, TicketWentInto
from helpdesk.search import finding
from helpdesk.tickets import corrections, detail
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

pytestmark = pytest.mark.both("a constraint, a union and clocks")
CLOCK = ("metric", "cycle", "state", "due_at", "ended_at", "outcome", "rests")


class Merging(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        seeds.plant()
        filed = {"municipality": self.odunpazari, "component": self.rapor}
        file = SimpleUploadedFile("fis.txt", "Fiş 17".encode())
        self.kept = a_ticket(**filed, by=self.selim, subject="Makbuz")
        self.goes = a_ticket(**filed, by=self.zehra, subject="Fiş", body="Cüzdan görünmüyor", attachments=[file])
        self.last = a_ticket(**filed, by=self.zehra, subject="Yazıcı")
        self.client.force_login(self.ayse)

    def merge(self, ticket=None, into=None):
        return merging.merge(ticket or self.goes, into=into or self.kept, by=self.ayse)

    def fresh(self, ticket):
        return Ticket.objects.get(pk=ticket.pk)

    def stands(self, ticket):
        clocks = Clock.objects.of(ticket).order_by("pk").values_list(*CLOCK)
        fields = ("status", "ended_at", "waiting_since", "assignee", "next_due_at", "severity")
        words = Message.objects.filter(ticket=ticket).values_list("pk", "body", "author", "attachments__name")
        return Ticket.objects.filter(pk=ticket.pk).values_list(*fields).get(), list(clocks), list(words)

    def letters_to(self, person, number):
        return OutboxMessage.objects.filter(address=person.email, batch__key__startswith=f"ticket:{number}:merged")


class WhatTheKeptOneShows(Merging):
    def test_words_notes_and_files_of_both_stand_in_it_and_say_where_they_came_from(self):
        tickets.note(self.goes, by=self.burak, body="Aramızda")
        self.merge()
        said = detail.said_in(self.kept, self.ayse)
        self.assertEqual([each.number for each in said], [self.kept.number] + [self.goes.number] * 2)
        self.assertEqual([file.name for file in said[1].files], ["fis.txt"])
        self.assertNotIn("Aramızda", [each.body for each in detail.said_in(self.kept, self.selim)])
        self.client.force_login(self.selim)
        page = self.client.get(f"/tickets/{self.kept.number}/")
        self.assertContains(page, f"/tickets/{self.goes.number}/attachments/{said[1].files[0].pk}/")
        went = self.client.get(f"/tickets/{self.goes.number}/")
        self.assertContains(went, f"/tickets/{self.kept.number}/")
        self.assertNotContains(went, "Bu talep iptal edildi")

    def test_its_people_follow_and_the_requester_is_told_once(self):
        Follower.objects.create(ticket=self.goes, person=self.burak, by=self.ayse)
        for _press in range(2):
            self.assertEqual(self.merge(), self.kept)
        followers = set(Follower.objects.filter(ticket=self.kept).values_list("person", flat=True))
        self.assertEqual(followers, {self.zehra.pk, self.burak.pk})
        (letter,) = self.letters_to(self.zehra, self.goes.number)
        self.assertIn(self.kept.number, letter.text)
        tickets.reply(self.kept, by=self.ayse, body="Baktık")
        copies = OutboxMessage.objects.filter(batch__key__startswith="copy:")
        self.assertEqual([each.address for each in copies], [self.zehra.email])

    def test_the_turn_is_ours_if_it_was_in_either(self):
        tickets.wait(self.kept, by=self.ayse, body="Hangi fiş?")
        self.merge()
        self.assertEqual(self.fresh(self.kept).status, "waiting_on_us")
        self.assertLess(self.fresh(self.kept).next_due_at, now() + timedelta(days=30))


class WhatIsWrittenToTheOldNumber(Merging):
    def test_a_letter_lands_in_the_kept_one_also_through_two_mergers(self):
        self.merge(self.last, self.goes)
        self.merge(self.goes, self.kept)
        subject = f"Re: [{self.last.number}] Yazıcı"
        self.assertEqual(deliver(Letter("<1@b.tr>", self.zehra.email, subject, "Hâlâ öyle")), self.kept)
        self.assertEqual(len({each.number for each in detail.said_in(self.kept, self.ayse)}), 3)

    def test_a_page_says_where_to_write(self):
        self.merge()
        with self.assertRaisesMessage(TicketWentInto, self.kept.number):
            tickets.reply(self.goes, by=self.zehra, body="Merhaba")
        with self.assertRaises(TicketMovedOn):
            tickets.reopen(self.goes, by=self.zehra, reason="Sürüyor")

    def test_it_is_found_by_its_words_and_its_number(self):
        self.merge()
        for words in ("cüzdan", self.goes.number, "durum:birleşti"):
            self.assertIn(self.goes, finding.find(words, self.ayse).tickets)


class TakingApart(Merging):
    def test_gives_back_what_was_and_loses_nothing_written_since(self):
        tickets.claim(self.goes, by=self.burak)
        tickets.wait(self.goes, by=self.burak, body="Hangi fiş?")
        before, before_kept = self.stands(self.goes), self.stands(self.kept)
        self.merge()
        self.assertEqual({row[2] for row in self.stands(self.goes)[1]} - {"fulfilled"}, {"detached"})
        tickets.reply(self.kept, by=self.zehra, body="Sonradan yazdım")
        corrections.undo(self.kept, corrections.last_of(self.kept, self.ayse), by=self.ayse)
        self.assertEqual(self.stands(self.goes), before)
        self.assertEqual(self.stands(self.kept)[0], before_kept[0])
        self.assertIn("Sonradan yazdım", [each.body for each in detail.said_in(self.kept, self.ayse)])
        self.assertEqual(Follower.objects.filter(ticket=self.kept).count(), 0)
        with self.assertRaises(TicketMovedOn):
            merging.separate(self.goes, by=self.ayse)

    def test_its_clock_runs_as_if_it_had_never_stopped(self):
        due = self.goes.next_due_at
        self.merge()
        with time_machine.travel(due + timedelta(days=1), tick=False):
            merging.separate(self.goes, by=self.ayse)
            self.assertEqual(self.fresh(self.goes).next_due_at, due)

    def test_what_had_gone_into_it_goes_along(self):
        self.merge(self.last, self.goes)
        self.merge(self.goes, self.kept)
        merging.separate(self.goes, by=self.ayse)
        self.assertEqual(MergedTicket.objects.end_of(self.last), self.goes)
        self.client.post(f"/tickets/{self.last.number}/merge/undo/")
        self.assertEqual(MergedTicket.objects.count(), 0)
        self.assertEqual({self.fresh(each).status for each in (self.goes, self.last)}, {"waiting_on_us"})

    def test_a_merged_promise_is_neither_kept_nor_missed(self):
        self.merge()
        tickets.resolve(self.kept, by=self.ayse, note="Oldu")
        outcomes = Clock.objects.of(self.goes).values_list("outcome", flat=True)
        self.assertEqual(set(outcomes), {""})


class WhatIsRefused(Merging):
    def test_in_sentences(self):
        elsewhere = a_ticket(municipality=self.merzifon, component=self.rapor)
        for ticket, into, refusal in (
            (elsewhere, self.kept, merging.MergedElsewhere),
            (self.kept, self.goes, merging.OlderOneStays),
            (self.kept, self.kept, merging.MergedWithItself),
        ):
            with self.assertRaises(refusal):
                self.merge(ticket, into)
        with self.assertRaises(NotYourTicket):
            merging.merge(self.goes, into=self.kept, by=self.selim)
        tickets.grade(self.goes, severity="S2", by=self.ayse)
        with self.assertRaises(merging.GraverThanKept):
            self.merge(self.fresh(self.goes))
        tickets.resolve(self.last, by=self.ayse, note="Oldu")
        with self.assertRaises(merging.MergedClosed):
            self.merge(self.last)

    def test_one_that_was_merged_meanwhile_stands_for_its_end(self):
        self.merge()
        self.assertEqual(self.merge(self.last, self.goes), self.kept)
        with self.assertRaises(merging.MergedWithItself):
            self.merge(self.kept, self.goes)

    def test_the_kept_one_moves_to_no_other_place_and_a_merger_of_places_takes_both(self):
        self.merge()
        with self.assertRaises(HoldsOthers):
            tickets.change_municipality(self.kept, municipality=self.merzifon, by=self.ayse)
        succession.hand_over(self.odunpazari, self.merzifon, by=self.yonca)
        self.assertEqual({self.fresh(each).municipality for each in (self.kept, self.goes)}, {self.merzifon})

    def test_words_of_a_merged_ticket_live_as_long_as_the_kept_one(self):
        self.merge()
        with time_machine.travel(now() + timedelta(days=900), tick=False):
            retention.forget_texts(now() - timedelta(days=100))
        self.assertEqual(self.fresh(self.goes).subject, "Fiş")


class ByPageAndProgram(Merging):
    def test_the_page_keeps_the_older_whichever_it_starts_from(self):
        for ticket, other in ((self.kept, self.goes), (self.goes, self.kept)):
            led = self.client.post(f"/tickets/{ticket.number}/links/", {"value": other.number, "relation": "merge"})
            self.assertTrue(led["Location"].startswith(f"/tickets/{self.kept.number}/?undo="))
            self.assertContains(self.client.get(f"{led['Location']}&history=1"), self.goes.number)
            merging.separate(self.goes, by=self.ayse)
