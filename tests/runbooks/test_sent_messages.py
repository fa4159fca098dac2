"""Agents read what a municipality was told: beside its ticket, and all of it in a list; nothing that was not sent."""

from django.test import TestCase

from tests.cast import Cast
from tests.helpdesk.builders import a_ticket
from tests.runbooks.builders import approve, contacts_in, submitted

TEXT = "Tahsilat modülünde kesinti var. Vezneler çevrimdışı makbuz kessin."


class WhatAMunicipalityWasTold(Cast, TestCase):
    def setUp(self):
        super().setUp()
        contacts_in(self.odunpazari)
        self.client.force_login(self.ayse)

    def page_of_a_ticket(self, municipality, by):
        return self.client.get(f"/tickets/{a_ticket(municipality=municipality, by=by).number}/")

    def test_stands_beside_its_tickets_once_it_was_sent(self):
        approve(submitted(self.nermin, subject="Tahsilat", text=TEXT), self.kemal)

        self.assertContains(self.page_of_a_ticket(self.odunpazari, self.selim), TEXT)
        self.assertNotContains(self.page_of_a_ticket(self.merzifon, self.hatice), TEXT)

    def test_a_message_without_its_second_person_was_not_said(self):
        submitted(self.nermin, subject="Tahsilat", text=TEXT)

        self.assertNotContains(self.page_of_a_ticket(self.odunpazari, self.selim), TEXT)
        self.assertNotContains(self.client.get("/desk/broadcasts/"), TEXT)

    def test_the_list_is_of_one_municipality_where_one_is_named(self):
        approve(submitted(self.nermin, subject="Tahsilat", text=TEXT), self.kemal)

        self.assertContains(self.client.get("/desk/broadcasts/"), TEXT)
        self.assertContains(self.client.get("/desk/broadcasts/?municipality=26010"), TEXT)
        self.assertNotContains(self.client.get(f"/desk/broadcasts/?municipality={self.merzifon.code}"), TEXT)
        self.assertEqual(self.client.get("/desk/broadcasts/?municipality=yok").status_code, 404)

    def test_numbers_of_recipients_stand_nowhere(self):
        broadcast = submitted(self.nermin, subject="Tahsilat", text=TEXT)
        approve(broadcast, self.kemal)
        page = self.client.get("/desk/broadcasts/").content.decode()
        for address in broadcast.recipients.values_list("address", flat=True):
            self.assertNotIn(address, page)

    def test_municipalities_do_not_read_it_on_their_own_page(self):
        approve(submitted(self.nermin, subject="Tahsilat", text=TEXT), self.kemal)
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        self.assertNotContains(self.client.get(f"/tickets/{ticket.number}/"), TEXT)
        self.assertEqual(self.client.get("/desk/broadcasts/").status_code, 403)
