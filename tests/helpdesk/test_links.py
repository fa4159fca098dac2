"""Tickets that belong together: who may link them, who sees it, and what no link may be."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import TestCase

from foundation.journal.models import Entry
from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.links import linking
from helpdesk.models import LinkedTicket, Ticket
from helpdesk.models import TicketRelation as Relation
from helpdesk.refusals import NotYourTicket, TicketMovedOn
from helpdesk.tickets import corrections
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

pytestmark = pytest.mark.both("a trigger of each database")


class Linked(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        filed = {"municipality": self.odunpazari, "component": self.rapor, "by": self.selim}
        self.first, self.second, self.third = (a_ticket(**filed, subject=f"Talep {n}") for n in range(3))
        self.elsewhere = a_ticket(municipality=self.merzifon, component=self.rapor, subject="Merzifon'un talebi")
        self.client.force_login(self.ayse)

    def link(self, one, other, relation=Relation.RELATED):
        return linking.link(one, other, relation=relation, by=self.ayse)

    def seen(self, ticket, person=None):
        return [(each.relation, each.ticket.number) for each in linking.of(ticket, person or self.ayse)]


class LinkingTwo(Linked):
    def test_each_of_the_two_sees_the_other_in_its_own_words(self):
        for relation, back in (
            (Relation.RELATED, Relation.RELATED),
            (Relation.DUPLICATE_OF, Relation.HAS_DUPLICATE),
            (Relation.HAS_DUPLICATE, Relation.DUPLICATE_OF),
            (Relation.PART_OF, Relation.HAS_PART),
            (Relation.HAS_PART, Relation.PART_OF),
        ):
            made = self.link(self.first, self.second, relation)
            self.assertEqual(self.link(self.first, self.second, relation), made, "the same again")
            self.assertEqual(self.seen(self.first), [(relation, self.second.number)])
            self.assertEqual(self.seen(self.second), [(back, self.first.number)])
            said = Entry.objects.filter(kind="ticket.link_made", subject_id=str(self.second.pk)).latest("pk")
            self.assertEqual(said.facts, {"relation": back, "other": self.first.number})
            linking.unlink(self.second, made, by=self.burak)
        self.assertEqual(Entry.objects.filter(kind="ticket.link_removed").count(), 10)

    def test_a_second_kind_of_link_asks_for_the_first_to_be_removed(self):
        self.link(self.first, self.second)
        with self.assertRaises(linking.LinkedOtherwise):
            self.link(self.second, self.first, Relation.PART_OF)
        with self.assertRaises(linking.LinkedToItself):
            self.link(self.first, self.first)
        with self.assertRaises(NotYourTicket):
            linking.link(self.first, self.third, relation=Relation.RELATED, by=self.selim)

    def test_no_chain_of_parts_can_close(self):
        self.link(self.first, self.second, Relation.PART_OF)
        for one, other in ((self.second, self.third), (self.third, self.first), (self.first, self.third)):
            with self.assertRaises(linking.PartsOfParts):
                self.link(one, other, Relation.PART_OF)
            with self.assertRaises(IntegrityError), transaction.atomic():
                LinkedTicket.objects.create(ticket=one, other=other, kind="part")
        for one, other in ((self.second, self.first), (self.third, self.third)):
            with self.assertRaises(IntegrityError), transaction.atomic():
                LinkedTicket.objects.create(ticket=one, other=other, kind="related")
        self.link(self.third, self.second, Relation.PART_OF)
        self.assertEqual(linking.open_parts(linking.of(self.second, self.ayse)), [self.first.number, self.third.number])

    def test_the_end_of_the_whole_ends_no_part(self):
        self.link(self.first, self.second, Relation.PART_OF)
        tickets.resolve(self.second, by=self.ayse, note="Oldu")
        self.assertTrue(Ticket.objects.get(pk=self.first.pk).is_open)

    def test_both_acts_are_taken_back_by_whoever_did_them(self):
        made = self.link(self.first, self.second, Relation.DUPLICATE_OF)
        corrections.undo(self.first, corrections.last_of(self.first, self.ayse), by=self.ayse)
        self.assertEqual(self.seen(self.first), [])
        made = self.link(self.first, self.second, Relation.DUPLICATE_OF)
        linking.unlink(self.second, made, by=self.ayse)
        with self.assertRaises(TicketMovedOn):
            linking.unlink(self.first, made, by=self.ayse)
        corrections.undo(self.second, corrections.last_of(self.second, self.ayse), by=self.ayse)
        self.assertEqual(self.seen(self.first), [(Relation.DUPLICATE_OF, self.second.number)])


class WhoSeesIt(Linked):
    def test_a_requester_sees_only_that_theirs_repeats_another_of_their_own_place(self):
        for other, relation in (
            (self.elsewhere, Relation.DUPLICATE_OF),
            (self.third, Relation.RELATED),
            (self.second, Relation.DUPLICATE_OF),
        ):
            self.link(self.first, other, relation)
        self.assertEqual(len(self.seen(self.first)), 3)
        for person in (self.selim, self.zehra):
            self.assertEqual(self.seen(self.first, person), [(Relation.DUPLICATE_OF, self.second.number)])
        self.assertEqual(self.seen(self.second, self.selim), [])
        self.client.force_login(self.selim)
        page = self.client.get(f"/tickets/{self.first.number}/")
        self.assertContains(page, self.second.number)
        for hidden in (self.elsewhere.number, "Merzifon", self.third.number):
            self.assertNotContains(page, hidden)

    def test_programs_read_and_write_the_same(self):
        path, wish = f"{self.first.number}/links/", {"to": self.elsewhere.number, "relation": "duplicate_of"}
        self.assertEqual(self.call(self.ayse, "post", path, wish).status_code, 201)
        (told,) = self.call(self.ayse, "get", path).json()
        self.assertEqual(told["number"], self.elsewhere.number)
        self.assertEqual((told["relation"], told["municipality"]), ("duplicate_of", self.merzifon.code))
        self.assertEqual(self.call(self.selim, "get", path).json(), [])
        for number in (self.elsewhere.number, self.second.number):
            self.assertIn(self.call(self.selim, "post", path, {"to": number}).status_code, (403, 404))
        self.assertEqual(self.call(self.ayse, "delete", f"{path}{self.elsewhere.number}/").status_code, 204)
        self.assertEqual(self.seen(self.elsewhere), [])

    def call(self, person, method, path, body=None):
        _token, secret = tokens.issue(
            person, name="Deneme", scopes=["tickets:read", "tickets:write"], lasting=timedelta(days=1)
        )
        header = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"{method}-{path}-{person.pk}"}
        ask = getattr(self.client_class(), method)
        return ask(f"/api/v1/tickets/{path}", body, content_type="application/json", headers=header)


class ThePageOfLinks(Linked):
    def test_a_ticket_is_chosen_by_number_or_words_and_the_way_back_stands_above(self):
        page = f"/tickets/{self.first.number}/links/"
        offered = self.client.get(page, {"part": "choices"}).content.decode()
        self.assertIn(self.second.number, offered)
        self.assertNotIn(self.first.number, offered)
        self.assertNotIn(self.elsewhere.number, offered)
        for words in (self.elsewhere.number, "merzifonun"):
            self.assertContains(self.client.get(page, {"words": words}), self.elsewhere.number)
        wrong = self.client.post(page, {"value": "DST-2026-999999", "relation": "part_of"})
        self.assertContains(wrong, 'value="part_of" checked', status_code=422)
        led = self.client.post(f"{page}?view=team", {"value": self.elsewhere.number, "relation": "has_part"})
        entry = corrections.last_of(self.first, self.ayse)
        self.assertEqual(led["Location"], f"/tickets/{self.first.number}/?view=team&undo={entry}")
        shown = self.client.get(led["Location"])
        self.assertContains(shown, "Merzifon&#x27;un talebi")
        self.assertContains(shown, f'name="number" value="{self.elsewhere.number}"')
        (link,) = LinkedTicket.objects.all()
        self.client.post(f"{page}{link.pk}/removal/")
        self.assertEqual(LinkedTicket.objects.count(), 0)

    def test_what_happened_to_links_stands_between_the_messages(self):
        self.link(self.first, self.elsewhere, Relation.PART_OF)
        page = self.client.get(f"/tickets/{self.first.number}/?history=1")
        self.assertContains(page, self.elsewhere.number, count=4)
