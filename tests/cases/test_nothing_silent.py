"""Nothing pressed answers with silence, and a step says what is awaited."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from foundation import now
from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.models import Attachment, Ticket
from monitoring import outages
from monitoring.models import Affected
from monitoring.outages import ending, impact_reports
from runbooks.runs import starting, steps
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue
from tests.runbooks.builders import a_draft, contacts_in
from tests.runbooks.plans import a_plan

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ANSWERS = {
    "token": "t-1",
    "subject": "Makbuz çıkmıyor",
    "module": "TAHSILAT",
    "impact": "unit",
    "urgency": "stopped",
    "body": "Vezne 2",
}


class English(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"


class SendingATicketAllTheSame(English):
    def setUp(self):
        super().setUp()
        the_queue()
        self.outage = outages.declare(components=[self.tahsilat], scope="central")
        self.client.force_login(self.selim)

    def test_files_at_the_first_press_when_the_outage_stood_above_the_form(self):
        page = self.client.get("/tickets/new/").content.decode()
        self.assertIn(f'name="outage_seen" value="{self.outage.pk}"', page)
        self.client.post("/tickets/new/", ANSWERS | {"outage_seen": [self.outage.pk]})
        self.assertEqual(Ticket.objects.count(), 1)

    def test_says_why_not_when_the_outage_was_not_on_the_page_yet_and_keeps_what_was_typed(self):
        page = self.client.post("/tickets/new/", ANSWERS | {"outage_seen": ["", "x"]})
        self.assertEqual(Ticket.objects.count(), 0)
        for words in ("has not been sent yet", "Makbuz çıkmıyor", "Vezne 2"):
            self.assertContains(page, words)


@pytest.fixture
def files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("files_of_their_own")
class AFileOfTheDesk(English):
    def test_goes_with_every_move(self):
        self.client.force_login(self.ayse)
        for move in ("reply", "wait", "third_party", "note", "resolve"):
            ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
            file = SimpleUploadedFile(f"{move}.png", PNG, "image/png")
            sent = {"body": "Ekte.", "move": move, "attachments": file}
            self.client.post(f"/tickets/{ticket.number}/messages/", sent)
            kept = Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True)
            self.assertEqual(list(kept), [f"{move}.png"], move)


class OurProblemIsSolved(English):
    def test_resolves_so_that_it_can_be_reopened_and_rated(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        page = self.client.post(f"/tickets/{ticket.number}/solution/", follow=True)
        self.assertContains(page, "Good to hear")
        self.assertContains(page, "How did we do?")
        ticket.refresh_from_db()
        self.assertEqual(ticket.status, "resolved")
        tickets.rate(ticket, by=self.selim, score=5)
        tickets.reopen(ticket, by=self.selim, reason="Yine bozuldu")
        self.assertTrue(ticket.is_open)

    def test_is_another_button_than_cancelling(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        page = self.client.get(f"/tickets/{ticket.number}/").content.decode()
        self.assertLess(page.index("/solution/"), page.index("Our problem is solved"))
        self.assertLess(page.index("Our problem is solved"), page.index("/withdrawal/"))


class UsToo(English):
    def setUp(self):
        super().setUp()
        self.outage = outages.declare(components=[self.tahsilat], scope="central")
        impact_reports.report(self.outage, self.odunpazari, self.selim)
        impact_reports.report(self.outage, self.merzifon, self.hatice)

    def told(self):
        sent = OutboxMessage.objects.filter(batch__key=f"us-too:{self.outage.pk}").order_by("pk")
        return list(sent.values_list("address", flat=True))

    def test_hears_that_it_is_over_once(self):
        outages.end(self.outage, by=self.nermin)
        self.assertEqual(sorted(self.told()), sorted([self.selim.email, self.hatice.email]))

    def test_hears_it_when_its_own_municipality_is_back_and_not_again_at_the_end(self):
        impact_reports.keep_promise(self.outage, [self.odunpazari.pk])
        self.assertEqual(self.told(), [self.selim.email])
        outages.end(self.outage, by=self.nermin)
        self.assertEqual(self.told(), [self.selim.email, self.hatice.email])

    def test_hears_it_from_the_watch_that_sees_the_recovery(self):
        lines = Affected.objects.filter(outage=self.outage)
        lines.exclude(municipality=self.odunpazari).update(until=now())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ending, "end_municipality_lines", lambda outage, at: lines.update(until=at))
            outages.settle(self.outage)
        self.assertIn(self.selim.email, self.told())


class Refused(English):
    def test_keeps_what_was_typed_and_the_way_back_and_no_secret(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        page = self.client.post(
            f"/tickets/{ticket.number}/reopening/",
            {"reason": "Vezne 2 hâlâ açılmıyor", "password": "iki sözcük"},
            headers={"Referer": f"http://testserver/tickets/{ticket.number}/"},
        )
        self.assertEqual(page.status_code, 409)
        self.assertContains(page, "Vezne 2 hâlâ açılmıyor", status_code=409)
        self.assertContains(page, f'href="http://testserver/tickets/{ticket.number}/"', status_code=409)
        self.assertNotContains(page, "iki sözcük", status_code=409)

    def test_never_leads_to_a_strangers_page(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        page = self.client.post(f"/tickets/{ticket.number}/reopening/", headers={"Referer": "https://example.org/x"})
        self.assertNotContains(page, "example.org", status_code=409)

    def test_messages_and_refusals_have_a_style_on_every_page(self):
        with open("config/static/nobet/nobet.css", encoding="utf-8") as sheet:
            self.assertIn(".nb-said {", sheet.read())


class AStep(English):
    def test_says_that_an_answer_is_awaited_and_does_not_light_answered(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        self.client.force_login(self.selim)
        with time_machine.travel(ticket.next_due_at):
            page = self.client.get(f"/tickets/{ticket.number}/")
        self.assertContains(page, '<li aria-current="step">Our answer is awaited</li>')
        self.assertNotContains(page, ">Answered<")

    def test_of_a_draft_is_not_called_submitted(self):
        contacts_in(self.odunpazari, 1)
        self.client.force_login(self.nermin)
        page = self.client.get(a_draft(self.nermin).get_absolute_url())
        self.assertContains(page, "To be submitted")
        self.assertNotContains(page, "Submitted")

    def test_that_ended_is_told_in_words_in_the_situation_room(self):
        outage = outages.declare(components=[self.tahsilat], scope="central", by=self.nermin)
        run = starting.start(a_plan("manual", "decision"), by=self.nermin, outage=outage)
        steps.finish(run.steps.get(outcome=""), by=self.nermin)
        steps.decide(run.steps.get(outcome=""), by=self.nermin, choice="ileri")
        self.client.force_login(self.nermin)
        self.client.cookies["django_language"] = "tr"
        room = self.client.get(f"/runbooks/situation/{outage.pk}/").content.decode()
        self.assertNotIn(": done", room)
        self.assertNotIn(": ileri", room)
        self.assertIn(": İleri", room)


class APageOfTheDesk(English):
    def test_names_its_fields_in_words_of_its_language(self):
        self.client.force_login(self.leyla)
        for language, awaited in (("tr", "Soru, Türkçe"), ("en", "Question, in Turkish")):
            self.client.cookies["django_language"] = language
            page = self.client.get("/help/new/")
            self.assertContains(page, awaited)
            for machine_word in ("Slug", "Title tr", "Body tr", "Body en"):
                self.assertNotContains(page, machine_word)
