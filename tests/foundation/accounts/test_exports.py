"""A person's file of everything we hold about them (KVKK art. 11)."""

from django.test import TestCase
from django.urls import reverse

from foundation.journal.models import Entry
from helpdesk import tickets
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue
from tests.wall.walking import signed_in


class TakingOnesDataAlong(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        tickets.reply(self.ticket, by=self.selim, body="Hâlâ bekliyoruz")
        tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")

    def test_it_holds_the_person_the_roles_and_what_they_wrote(self):
        data = signed_in(self.selim).get(reverse("accounts:my_data")).json()
        self.assertEqual(data["person"]["email"], self.selim.email)
        self.assertEqual(data["memberships"][0]["municipality__full_name"], self.odunpazari.full_name)
        self.assertEqual([row["number"] for row in data["tickets"]], [self.ticket.number])
        self.assertIn("Hâlâ bekliyoruz", [row["body"] for row in data["messages"]])

    def test_it_holds_nobody_elses_words_and_no_secret(self):
        content = signed_in(self.selim).get(reverse("accounts:my_data")).content.decode()
        for foreign in ("Bakıyoruz", self.ayse.email, "md5$", "password"):
            self.assertNotIn(foreign, content)

    def test_it_holds_nobody_elses_traces(self):
        tickets.claim(self.ticket, by=self.ayse)
        traces = signed_in(self.selim).get(reverse("accounts:my_data")).json()["traces"]
        self.assertIn("ticket.submitted", [row["kind"] for row in traces])
        self.assertNotIn("ticket.claimed", [row["kind"] for row in traces])

    def test_handing_it_out_is_written_down(self):
        signed_in(self.yonca).get(reverse("accounts:person_data", args=[self.selim.pk]))
        entry = Entry.objects.get(kind="person.exported")
        self.assertEqual((entry.person_id, entry.subject_id), (self.yonca.pk, str(self.selim.pk)))

    def test_it_wants_a_fresh_proof_of_who_asks(self):
        self.client.force_login(self.selim)
        answer = self.client.get(reverse("accounts:my_data"))
        self.assertTrue(answer["Location"].startswith("/accounts/reauthenticate/"))
