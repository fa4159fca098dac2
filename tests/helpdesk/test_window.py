"""The one window of the desk: pickers, the list beside the ticket, going on, taking back, what happened."""

import re

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from helpdesk import tickets
from helpdesk.models import Ticket
from helpdesk.tickets import corrections
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue


class Window(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.first, self.second, self.third = (
            a_ticket(municipality=self.odunpazari, component=self.rapor, by=self.selim, subject=f"Talep {n}")
            for n in range(3)
        )
        self.path = f"/tickets/{self.first.number}"
        self.client.force_login(self.ayse)

    def picks(self, what, words=""):
        page = self.client.get(f"{self.path}/correction/{what}/", {"words": words, "part": "choices"})
        return re.findall(r'name="value" value="(.*?)"', page.content.decode())

    def put(self, what, value, **more):
        return self.client.post(f"{self.path}/correction/{what}/?view=unclaimed", {"value": value} | more)

    def test_typing_filters_in_any_spelling_and_the_current_one_stands_last(self):
        self.assertEqual(self.picks("module", "TAHSİLAT"), ["TAHSILAT"])
        self.assertEqual(self.picks("module")[-1], "RAPOR")
        self.assertEqual(self.picks("severity", "1"), ["S1"])
        self.assertEqual(self.picks("municipality", "merzif"), ["05004"])
        self.assertEqual(self.picks("requester"), [str(self.selim.pk), str(self.zehra.pk)])
        self.assertIn(str(self.burak.pk), self.picks("assignee", "bur"))
        self.assertEqual(self.picks("queue", "gen"), ["genel"])

    def test_each_picker_sets_and_leads_back_into_the_list_with_a_way_to_take_it_back(self):
        for what, value in (("module", "EBYS"), ("severity", "S1"), ("requester", self.zehra.pk)):
            answer = self.put(what, value)
            entry = corrections.last_of(self.first, self.ayse)
            self.assertEqual(answer["Location"], f"{self.path}/?view=unclaimed&undo={entry}")
        self.assertContains(self.client.get(answer["Location"]), f'name="entry" value="{entry}"')
        self.client.post(f"{self.path}/undoing/", {"entry": entry})
        self.assertEqual(self.client.post(f"{self.path}/undoing/", {"entry": entry}).status_code, 409)
        kept = Ticket.objects.get(pk=self.first.pk)
        self.assertEqual((kept.component, kept.severity, kept.requester), (self.ebys, "S1", self.selim))
        self.put("assignee", self.burak.pk)
        self.assertEqual(Ticket.objects.get(pk=self.first.pk).assignee, self.burak)

    def test_what_cannot_be_set_comes_back_with_a_sentence(self):
        tickets.grade(self.first, severity="S1", by=self.ayse)
        self.assertContains(self.put("severity", "S4", reason=" "), "S4", status_code=400)
        self.assertEqual(self.put("module", "YOK").status_code, 422)
        self.assertEqual(self.put("assignee", "\x00").status_code, 422)
        self.assertEqual(self.client.get(f"{self.path}/correction/colour/").status_code, 404)
        self.assertEqual(self.put("municipality", "05004").status_code, 409)

    def test_the_list_stands_beside_and_knows_who_comes_next(self):
        page = self.client.get(f"/tickets/{self.second.number}/beside/?view=unclaimed")
        beside = page.context["beside"]
        self.assertEqual((beside.before, beside.after), (self.first.number, self.third.number))
        self.assertContains(page, f"/tickets/{self.third.number}/?view=unclaimed")

    def test_reply_and_wait_goes_on_to_the_next_of_the_list(self):
        words = {"body": "Hangi vezne?", "move": "wait"}
        answer = self.client.post(f"{self.path}/messages/?view=unclaimed", words | {"onward": "yes"})
        self.assertEqual(answer["Location"], f"/tickets/{self.second.number}/?view=unclaimed")
        stays = self.client.post(f"/tickets/{self.second.number}/messages/?view=unclaimed", words)
        self.assertEqual(stays["Location"], f"/tickets/{self.second.number}/?view=unclaimed")
        self.client.post(f"/tickets/{self.third.number}/messages/", {"body": "Oldu", "move": ["reply", "resolve"]})
        self.assertEqual(Ticket.objects.get(pk=self.third.pk).status, "resolved")

    def test_what_happened_stands_between_the_messages_and_only_for_the_desk(self):
        tickets.claim(self.first, by=self.burak)
        tickets.reply(self.first, by=self.burak, body="Bakıyoruz")
        tickets.change_module(self.first, component=self.ebys, by=self.ayse)
        address = f"{self.path}/conversation/?history=1"
        self.client.get(address)  # whatever is remembered for seconds is fresh
        with CaptureQueriesContext(connection) as counted:
            said = self.client.get(address).context["conversation"]
        self.assertLessEqual(len(counted), 12)
        self.assertEqual([[change.who for change in each.changes] for each in said.messages], [[], ["Burak Demir"]])
        self.assertEqual(
            [c.sentence.split(" ·")[0] for c in said.changes], ["Modül: Raporlama → Elektronik belge yönetimi"]
        )
        self.client.force_login(self.selim)
        self.assertEqual(self.client.get(address).context["conversation"].changes, ())
