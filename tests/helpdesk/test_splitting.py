"""A message that asks for something else becomes a ticket of its own, and nothing is moved."""

from datetime import timedelta

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from foundation import now
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.links import linking, merging, splitting
from helpdesk.models import Attachment, Message, Ticket
from helpdesk.refusals import NotYourTicket, RestrictedStandsAlone
from helpdesk.restricted import naming
from helpdesk.service_levels.commitments import clocks_of
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

HOUR = timedelta(hours=1)


def due_moments(ticket: Ticket) -> dict:
    return {clock.metric: clock.due_at for clock in clocks_of(ticket)}


class AMessageOfItsOwn(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.clock = self.enterContext(time_machine.travel(now().replace(microsecond=0), tick=False))
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.rapor, by=self.selim, impact="one")
        self.clock.shift(HOUR)
        picture = SimpleUploadedFile("fiş.txt", b"42 numara")
        words = "Bir de yazıcının kâğıdı bitti.\nKat 2."
        self.later = tickets.reply(self.ticket, by=self.zehra, body=words, attachments=[picture])
        self.clock.shift(HOUR)
        self.client.force_login(self.ayse)

    def split(self, message=None, **facts) -> Ticket:
        facts = {"subject": "Kâğıt bitti", "component": self.ebys, "by": self.ayse} | facts
        return splitting.split(message or self.later, **facts)

    def address(self, message=None) -> str:
        return reverse("helpdesk:message_split", args=[self.ticket.number, (message or self.later).pk])

    def test_it_is_filed_as_it_was_said_by_whoever_said_it_and_when(self):
        filed = self.split()
        facts = (filed.subject, filed.component, filed.municipality, filed.impact)
        self.assertEqual(facts, ("Kâğıt bitti", self.ebys, self.odunpazari, "one"))
        self.assertEqual((filed.requester, filed.created_at), (self.zehra, self.later.created_at))
        first = filed.messages.get()
        self.assertIn(filed.number, OutboxMessage.objects.filter(address=self.zehra.email).latest("pk").subject)
        self.assertEqual((first.body, first.side, first.author_name), (self.later.body, "them", self.zehra.name))
        facts = {"municipality": self.odunpazari, "component": self.ebys, "impact": "one"}
        self.assertEqual(due_moments(filed), due_moments(a_ticket(**facts, at=self.later.created_at)))

    def test_nothing_is_moved_and_both_say_it(self):
        before = list(self.ticket.messages.values_list("pk", "body"))
        filed = self.split()
        self.assertEqual(list(self.ticket.messages.values_list("pk", "body")), before)
        self.assertEqual([each.ticket for each in linking.of(self.ticket, self.ayse)], [filed])
        kinds = Entry.objects.filter(kind__in=(splitting.SPLIT_OFF, splitting.SPLIT_FROM)).order_by("kind")
        self.assertEqual([each.facts["other"] for each in kinds], [self.ticket.number, filed.number])
        page = self.client.get(reverse("helpdesk:ticket", args=[self.ticket.number]), {"history": "1"})
        self.assertContains(page, f"bir iletisini ayrı talep olarak açtı: {filed.number}")

    def test_its_files_come_along_as_files_of_their_own(self):
        copied = Attachment.objects.get(message__ticket=self.split())
        kept = Attachment.objects.get(message=self.later)
        self.assertEqual((copied.name, copied.file.read()), ("fiş.txt", b"42 numara"))
        self.assertNotEqual(copied.file.name, kept.file.name)
        kept.file.delete()
        self.assertEqual(Attachment.objects.filter(message__ticket=self.split(subject="Yine")).count(), 0)

    def test_the_same_form_again_is_the_same_ticket(self):
        filed = self.split(token="biri")
        self.assertEqual(self.split(token="biri"), filed)
        self.assertNotEqual(self.split(token="öteki"), filed)
        self.assertEqual(Entry.objects.filter(kind=splitting.SPLIT_OFF).count(), 2)

    def test_merging_takes_it_back(self):
        filed = self.split(component=self.rapor)
        self.assertEqual(merging.merge(filed, into=self.ticket, by=self.ayse), self.ticket)

    def test_the_first_word_a_note_and_our_own_words_are_no_tickets(self):
        first = self.ticket.messages.first()
        note = tickets.note(self.ticket, by=self.ayse, body="Kâğıt da istiyorlar")
        ours = tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")
        for message in (first, note, ours):
            with self.assertRaises(splitting.NothingToSplit):
                self.split(message)
            self.assertEqual(self.client.get(self.address(message)).status_code, 422)
            self.assertNotContains(self.page(), self.address(message))
        self.assertContains(self.page(), self.address())

    def page(self):
        return self.client.get(reverse("helpdesk:ticket", args=[self.ticket.number]))

    def test_the_page_proposes_and_keeps_what_is_wrong(self):
        self.assertContains(self.client.get(self.address()), 'value="Bir de yazıcının kâğıdı bitti."')
        wrong = self.client.post(self.address(), {"token": "t", "subject": "", "component": "YOK"})
        self.assertContains(wrong, "Bir modül seçiniz", status_code=422)
        good = self.client.post(self.address(), {"token": "t", "subject": "Kâğıt", "component": "EBYS"}, follow=True)
        self.assertContains(good, "ayrı bir talep")
        self.assertEqual(Ticket.objects.latest("pk").subject, "Kâğıt")

    def test_only_the_desk_splits(self):
        with self.assertRaises(NotYourTicket):
            self.split(by=self.selim)
        self.client.force_login(self.selim)
        self.assertEqual(self.client.get(self.address()).status_code, 403)
        self.assertNotContains(self.page(), self.address())

    def test_what_only_the_named_may_read_stays_whole(self):
        naming.restrict(self.ticket, kind="personnel", by=self.ayse)
        with self.assertRaises(RestrictedStandsAlone):
            self.split()
        self.assertNotContains(self.page(), self.address())

    def test_a_message_of_another_ticket_is_not_found(self):
        other = a_ticket(municipality=self.merzifon)
        address = reverse("helpdesk:message_split", args=[other.number, self.later.pk])
        self.assertEqual(self.client.get(address).status_code, 404)

    def test_programs_split_too(self):
        secret = tokens.issue(self.ayse, name="iş", scopes=["tickets:write"], lasting=24 * HOUR)[1]
        address = f"/api/v1/tickets/{self.ticket.number}/messages/{self.later.pk}/split/"
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "1"}
        answer = self.client.post(address, "{}", content_type="application/json", headers=headers)
        self.assertEqual(answer.status_code, 201, answer.content)
        filed = Ticket.objects.get(number=answer.json()["number"])
        self.assertEqual((filed.subject, filed.component), ("Bir de yazıcının kâğıdı bitti.", self.rapor))
        self.assertEqual(Message.objects.filter(ticket=filed).count(), 1)
